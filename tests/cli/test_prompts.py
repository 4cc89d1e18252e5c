"""``workbench prompts`` as the user types it."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import subprocess
import sys

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
        "prompts",
        "import",
        str(tmp_path / "chat.json"),
        "--to",
        "given",
        "--yes",
        "--json",
        home=tmp_path,
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


def test_an_import_asks_once_and_is_refused_where_nobody_can_be_asked(tmp_path):
    (tmp_path / "chat.json").write_text(CHAT)
    written = tmp_path / "home" / "prompts" / "chat.prompty"
    arguments = ("prompts", "import", str(tmp_path / "chat.json"))
    refused = workbench(*arguments, home=tmp_path / "home")
    assert refused.returncode == 2
    assert "--yes" in refused.stderr
    asked = answered("n", *arguments, home=tmp_path / "home")
    assert "(OpenAI messages): chat" in asked
    assert "only in the sandbox" in asked
    assert "Nothing was imported" in asked
    assert not written.exists()
    answered("y", *arguments, home=tmp_path / "home")
    shown = workbench("prompts", "show", str(written), home=tmp_path / "home")
    assert shown.stdout == written.read_text()
    assert workbench(*arguments, "--yes", home=tmp_path / "home").returncode == 0
    assert written.with_stem("chat-2").exists()


def answered(answer: str, *arguments: str, home) -> str:
    """What a command shows in a terminal in which this answer was typed."""
    main, terminal = pty.openpty()
    command = [sys.executable, "-m", "workbench", "--data-dir", str(home), *arguments]
    with subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal):
        os.close(terminal)
        os.write(main, f"{answer}\n".encode())
        parts = []
        with contextlib.suppress(OSError):  # how Linux tells that the other side is closed
            while part := os.read(main, 65536):
                parts.append(part)
    os.close(main)
    return " ".join(b"".join(parts).decode().split())


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
    done = workbench("prompts", "import", str(target), "--yes", home=tmp_path)
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
