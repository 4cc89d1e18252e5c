"""The command line as the user types it, without and with the real model."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SENTIMENT = str(ROOT / "prompts" / "classify" / "sentiment.prompty")


def workbench(*arguments: str, home: Path, timeout: float = 250) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "workbench", "--data-dir", str(home), *arguments],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def test_help_is_there_without_loading_the_heavy_rooms():
    code = (
        "import sys\nfrom workbench.cli import main\n"
        "try: main(lambda p, r: 0, ['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'PySide6', 'llama_cpp', 'numpy', 'sqlalchemy', 'jinja2'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "compare" in done.stdout


def test_every_command_has_help(tmp_path):
    for command in ("run", "compare", "models list", "models inspect", "history list",
                    "history show", "history search", "history extract",
                    "history compare", "history reproduce", "history stats", "render", "doctor",
                    "data list", "data show", "data samples",
                    "runs resume", "runs grow", "runs fork", "runs edit", "runs prune",
                    "runs boost", "runs add", "rewrite", "versions list", "versions show",
                    "versions diff", "versions name", "versions restore", "xray",
                    "counterfactual"):  # fmt: skip
        done = workbench(*command.split(), "--help", home=tmp_path)
        assert done.returncode == 0
        assert "Usage" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run"], "Missing argument"),
        (["run", "no-such-file.prompty"], "does not exist"),
        (["run", SENTIMENT, "--strategy", "tot"], "no strategy called tot"),
        (["run", SENTIMENT, "--param", "nonsense"], "NAME=VALUE"),
        (["run", SENTIMENT, "--param", "beam=3"], "has no parameter called beam"),
        (["run", SENTIMENT, "--var", "x"], "NAME=VALUE"),
        (["run", SENTIMENT, "--sampling", "min_b=1"], "Did you mean min_p?"),
        (["run", SENTIMENT, "--sampling", "top_p=7"], "<= 1.0"),
        (["run", SENTIMENT, "--sampling", "samplers=top_k,top_z"], "top_z"),
        (["run", SENTIMENT, "--sampling", "logit_bias=no"], "--sampling logit_bias is not JSON"),
        (["history", "show", "99"], "99"),
        (["runs", "resume", "99"], "no run 99"),
        (["runs", "prune", "99", "0"], "no run 99"),
        (["runs", "grow", "99", "0", "--param", "beam"], "NAME=VALUE"),
        (["frobnicate"], "No such command"),
    ],
)
def test_wrong_usage_is_one_sentence_and_status_2(tmp_path, arguments, words):
    done = workbench(*arguments, home=tmp_path)
    assert done.returncode == 2, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_damaged_model_is_one_sentence_and_status_1(tmp_path):
    model = tmp_path / "bad.gguf"
    model.write_bytes(b"not a model at all, but long enough to look at")
    done = workbench("run", SENTIMENT, "--model", str(model), home=tmp_path)
    assert done.returncode == 1
    assert "GGUF" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("one\n{{ 1 + }}\n", "line 2"),
        ("{{ nobody }}", "nobody"),
        ("{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}", "too"),
    ],
)
def test_a_bad_template_is_one_sentence_and_status_1(tmp_path, source, words):
    prompt = tmp_path / "bad.j2"
    prompt.write_text(source)
    done = workbench("render", str(prompt), home=tmp_path)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_render_takes_variables_from_options_and_files(tmp_path):
    prompt = tmp_path / "greet.j2"
    prompt.write_text("{{ greeting }}, {{ name }}!")
    values = tmp_path / "values.json"
    values.write_text('{"greeting": "Hi", "name": "file"}')
    text = tmp_path / "name.txt"
    text.write_text("Ada")
    done = workbench("render", str(prompt), "--vars", str(values), "--var", f"name=@{text}",
                     "--json", home=tmp_path)  # fmt: skip
    assert json.loads(done.stdout)["messages"] == [{"role": "user", "content": "Hi, Ada!"}]


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe that has a name")
@pytest.mark.model
def test_values_and_a_grammar_may_come_from_pipes(tmp_path):
    prompt = tmp_path / "greet.j2"
    prompt.write_text("Hello, {{ name }}!")
    texts = {"vars": '{"name": "Ada"}', "grammar": 'root ::= "fine"'}
    ends = []
    for text in texts.values():
        reading, writing = os.pipe()
        os.write(writing, text.encode())
        os.close(writing)
        ends.append(reading)
    options = [part for name, end in zip(texts, ends, strict=True)
               for part in (f"--{name}", f"/dev/fd/{end}")]  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "workbench", "--data-dir", str(tmp_path), "run", str(prompt),
         "--max-tokens", "9", "--json", *options],
        capture_output=True, text=True, timeout=250, check=False, pass_fds=ends,
    )  # fmt: skip
    assert json.loads(done.stdout)["output"] == "fine", done.stderr


@pytest.mark.parametrize("option", ["--grammar", "--json-schema"])
def test_an_empty_grammar_is_said_and_not_left_out(tmp_path, option):
    (tmp_path / "empty").write_text(" \n")
    done = workbench("run", SENTIMENT, option, str(tmp_path / "empty"), home=tmp_path)
    assert done.returncode == 2
    assert "is empty: write what the answer must follow into it." in done.stderr


def test_models_list_as_json_names_the_starter_model(tmp_path):
    done = workbench("models", "list", "--json", home=tmp_path)
    assert json.loads(done.stdout)[0]["source"] == "starter"


def test_a_database_that_is_a_folder_is_said(tmp_path):
    (tmp_path / "history.db").mkdir()
    done = workbench("history", "list", home=tmp_path)
    assert "Traceback" not in done.stderr


@pytest.mark.model
def test_render_counts_by_line_and_says_what_should_move(tmp_path):
    prompt = tmp_path / "order.j2"
    prompt.write_text(
        "Asked: {{ question }}\n{% for i in range(300) %}\nword {{ i }}\n{% endfor %}\n"
    )
    arguments = ("render", str(prompt), "--var", "question=why")
    done = workbench(*arguments, "--lines", home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "word {{ i }}" in done.stderr
    assert "for i in range(300)" in done.stderr
    assert "Changing question re-reads" in done.stderr
    assert "move it below line 3" in done.stderr
    found = json.loads(workbench(*arguments, "--tokens", "--json", home=tmp_path).stdout)
    counted = sum(found["line_tokens"].values())
    assert counted == found["message_tokens"][0]
    assert found["reuse"][0]["variable"] == "question"
    assert len(found["hints"]) == 1


@pytest.mark.model
@pytest.mark.timeout(200)
def test_options_of_the_head_count_unless_others_are_given(tmp_path):
    prompt = tmp_path / "gates.prompty"
    prompt.write_text(
        "---\nmodel:\n  id: no-such-model\n  options:\n    temperature: 0\n"
        "    maxOutputTokens: 6\n    seed: 7\n    wobble: 1\n---\nuser:\nSay a poem about gates."
    )
    done = workbench("run", str(prompt), "--json", home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "From the prompt's front matter: temperature 0, max tokens 6, seed 7" in done.stderr
    assert "no-such-model (not on this machine" in done.stderr
    assert "The option wobble is not known here" in done.stderr
    assert json.loads(done.stdout)["completion_tokens"] == 6
    spec = json.loads(workbench("history", "show", "1", "--json", home=tmp_path).stdout)["spec"]
    assert (spec["sampling"]["temperature"], spec["sampling"]["max_tokens"]) == (0.0, 6)
    assert spec["seed"] == 7
    other = ("--max-tokens", "3", "--seed", "9")
    done = workbench("run", str(prompt), *other, "--json", home=tmp_path)
    assert json.loads(done.stdout)["completion_tokens"] == 3
    assert "From the prompt's front matter: temperature 0, model" in done.stderr


@pytest.mark.model
@pytest.mark.timeout(400)
def test_a_search_on_the_real_model_is_in_the_history_afterwards(tmp_path):
    prompt = str(ROOT / "prompts" / "reasoning" / "object-counting.prompty")
    small = ["--param", "depth=1", "--param", "candidates=2", "--param", "thought_tokens=24"]
    done = workbench("run", prompt, "--strategy", "tree_of_thought", *small, "--max-tokens", "40",
                     "--seed", "5", "--json", home=tmp_path, timeout=390)  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found) == {
        "run_id", "strategy", "answer", "output", "nodes", "calls", "prompt_tokens",
        "completion_tokens", "evaluated_tokens", "seconds", "finish_reason",
        "votes", "text_after_answer", "notes", "correct",
    }  # fmt: skip
    assert found["nodes"] >= 2
    assert found["calls"] >= 3
    assert 0 < found["evaluated_tokens"] < found["prompt_tokens"]
    shown = json.loads(workbench("history", "show", "1", "--json", home=tmp_path).stdout)
    assert shown["status"] == "done"
    assert len(shown["tree"]) == found["nodes"]


@pytest.mark.model
@pytest.mark.timeout(200)
def test_ctrl_c_cancels_keeps_the_text_and_ends_with_130(tmp_path):
    prompt = tmp_path / "long.j2"
    prompt.write_text("Write a very long story about the sea.")
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench", "--data-dir", str(tmp_path), "run", str(prompt),
         "--max-tokens", "2000"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    first = process.stdout.read(1)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=120)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    run = json.loads(workbench("history", "list", "--json", home=tmp_path).stdout)[0]
    assert run["status"] == "cancelled"
    assert run["completion_tokens"] > 0
    assert (first + rest).strip()


@pytest.mark.model
def test_sampling_and_a_schema_from_the_command_line_are_read_back_in_the_history(tmp_path):
    schema = tmp_path / "mood.json"
    schema.write_text('{"type": "object", "properties": {"mood": {"enum": ["good", "bad"]}}, '
                      '"required": ["mood"], "additionalProperties": false}')  # fmt: skip
    done = workbench(
        "run", SENTIMENT, "--json", "--max-tokens", "40", "--json-schema", str(schema),
        "--sampling", "top_p=0.5", "--sampling", "samplers=top_k,temperature", home=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(json.loads(done.stdout)["output"])["mood"] in ("good", "bad")
    assert "top_p has no effect" in done.stderr
    shown = json.loads(workbench("history", "show", "1", "--json", home=tmp_path).stdout)
    (call,) = shown["calls_made"]
    assert call["sampling"]["top_k"] == 40
    assert "top_p" not in call["sampling"]
    assert call["chain"] == ["grammar", "top-k", "temp", "dist"]


@pytest.mark.model
def test_a_grammar_that_cannot_be_used_ends_the_run_before_the_model_works(tmp_path):
    grammar = tmp_path / "bad.gbnf"
    grammar.write_text('root ::= "a"\nother ::= nobody\n')
    done = workbench("run", SENTIMENT, "--grammar", str(grammar), home=tmp_path)
    assert done.returncode == 1
    assert "line 2" in done.stderr
    assert "nobody" in done.stderr
    shown = json.loads(workbench("history", "show", "1", "--json", home=tmp_path).stdout)
    assert shown["status"] == "failed"
    assert shown["evaluated_tokens"] == 0


def _missing(home: Path) -> None:
    home.rmdir()


def _not_to_be_opened(home: Path) -> None:
    (home / "history.db.lock").mkdir()


def _noise(home: Path) -> None:
    (home / "history.db").write_bytes(bytes(range(256)) * 400)


@pytest.mark.parametrize("harm", [_missing, _not_to_be_opened, _noise])
def test_doctor_works_whatever_is_wrong_with_the_history(tmp_path, harm):
    home = tmp_path / "home"
    home.mkdir()
    harm(home)
    done = workbench("doctor", "--seconds", "0", "--json", home=home)
    found = json.loads(done.stdout)
    assert found["program"]["version"]
    assert found["engine"]["library"], done.stderr
    assert ("error" in found["history"]) == (harm is _not_to_be_opened)
    assert done.returncode == (1 if harm is _not_to_be_opened else 0)
