"""``workbench prompts`` as the user types it."""

from __future__ import annotations

import json

from tests.cli.test_commands import SENTIMENT, workbench

CHAT = '[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Say {x}"}]'


def test_every_command_has_help(tmp_path):
    for command in ("formats", "import", "export", "check", "show"):
        done = workbench("prompts", command, "--help", home=tmp_path)
        assert done.returncode == 0
        assert "Usage" in done.stdout


def test_a_file_comes_in_and_goes_out(tmp_path):
    (tmp_path / "chat.json").write_text(CHAT)
    dry = workbench("prompts", "import", str(tmp_path / "chat.json"), "--dry-run", home=tmp_path)
    assert "OpenAI messages, 1 prompt(s)" in dry.stdout
    assert not (tmp_path / "prompts" / "chat.prompty").exists()
    done = workbench(
        "prompts", "import", str(tmp_path / "chat.json"), "--to", "given", "--json", home=tmp_path
    )
    (found,) = json.loads(done.stdout)
    path = found["prompts"][0]["path"]
    assert path == str(tmp_path / "prompts" / "given" / "chat.prompty")
    target = tmp_path / "chat.prompt"
    arguments = ("prompts", "export", path, "--format", "dotprompt", "-o")
    done = workbench(*arguments, str(target), home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert target.read_text().endswith('{{role "system"}}Be brief.\n{{role "user"}}Say {x}\n')
    again = workbench(*arguments, str(target), home=tmp_path)
    assert again.returncode == 1
    assert "--force" in again.stderr
    done = workbench(*arguments, "-", home=tmp_path)
    assert done.stdout == target.read_text()


def test_an_imported_prompt_is_shown_before_it_is_run(tmp_path):
    (tmp_path / "chat.json").write_text(CHAT)
    done = workbench("prompts", "import", str(tmp_path / "chat.json"), home=tmp_path)
    assert "workbench prompts show" in done.stdout
    path = str(tmp_path / "prompts" / "chat.prompty")
    listed = workbench("library", "list", "--search", "chat", home=tmp_path)
    assert "imported, not opened yet" in " ".join(listed.stdout.split())
    refused = workbench("run", path, home=tmp_path)
    assert refused.returncode != 0
    assert "nobody has opened it yet" in refused.stderr
    shown = workbench("prompts", "show", path, home=tmp_path)
    assert shown.stdout == (tmp_path / "prompts" / "chat.prompty").read_text()
    listed = workbench("library", "list", "--search", "chat", "--json", home=tmp_path)
    assert [each["unopened"] for each in json.loads(listed.stdout) if each["path"] == path] == [
        False
    ]


def test_check_tells_problems_by_its_status(tmp_path):
    good = workbench("prompts", "check", SENTIMENT, home=tmp_path)
    assert good.returncode == 0, good.stdout + good.stderr
    bad = tmp_path / "bad.prompty"
    bad.write_text("---\nname: a\n---\nuser:\n{{ x | nosuch }}\n")
    done = workbench("prompts", "check", SENTIMENT, str(bad), home=tmp_path)
    assert done.returncode == 1
    assert f"{bad}:5: error" in done.stdout


def test_formats_and_a_bundle(tmp_path):
    done = workbench("prompts", "formats", "--json", home=tmp_path)
    ids = [each["id"] for each in json.loads(done.stdout)]
    assert ids[-1] == "bundle"
    assert "dotprompt" in ids
    listed = workbench("prompts", "formats", home=tmp_path)
    assert [line.split("\t")[0] for line in listed.stdout.splitlines()[1:]] == ids
    target = tmp_path / "b.zip"
    done = workbench(
        "prompts", "export", SENTIMENT, "--format", "bundle", "-o", str(target), home=tmp_path
    )
    assert done.returncode == 0, done.stderr
    done = workbench("prompts", "import", str(target), "--dry-run", home=tmp_path)
    assert "Bundle, 1 prompt(s)" in done.stdout
    target.write_bytes(b"no zip")
    done = workbench("prompts", "import", str(target), home=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "no zip file" in done.stderr


def test_references_are_filled_in_only_where_they_are_allowed(tmp_path, monkeypatch):
    monkeypatch.setenv("WB_PLACE", "Oslo")
    prompt = tmp_path / "a.prompty"
    head = "---\nmodel: m\ninputs:\n  a: ${env:WB_PLACE}\n  b: x\n---\nuser:\n"
    prompt.write_text(head + "{{ a }} {{ b }}")
    arguments = ("prompts", "export", str(prompt), "--format", "openai", "-o", "-")
    done = workbench(*arguments, "--var", "b=y", home=tmp_path)
    assert json.loads(done.stdout)["messages"][0]["content"] == "${env:WB_PLACE} y"
    done = workbench(*arguments, "--allow-env", "WB_PLACE", home=tmp_path)
    assert json.loads(done.stdout)["messages"][0]["content"] == "Oslo x"


def test_an_input_is_renamed_with_its_sets_and_the_prompts_that_share_it(tmp_path):
    own = tmp_path / "prompts"
    own.mkdir()
    (own / "part.md").write_text("{{ q }}")
    (own / "main.prompty").write_text("---\ninputs:\n  q: string\n---\n{% include 'part.md' %}")
    (own / "main.samples.yaml").write_text("one:\n  q: x\n")
    arguments = ("prompts", "rename-input", str(own / "part.md"))
    done = workbench(*arguments, "q", "question", "--json", home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["prompts"] == [str(own / "main.prompty")]
    assert (own / "part.md").read_text() == "{{ question }}"
    assert "  question: string" in (own / "main.prompty").read_text()
    assert (own / "main.samples.yaml").read_text() == "one:\n  question: x\n"
    again = workbench(*arguments, "q", "other", home=tmp_path)
    assert again.returncode == 2
    assert "has no variable called q" in again.stderr


def test_an_input_of_a_shipped_prompt_is_not_renamed(tmp_path):
    done = workbench("prompts", "rename-input", SENTIMENT, "text", "message", home=tmp_path)
    assert done.returncode == 1
    assert "came with the program" in done.stderr
