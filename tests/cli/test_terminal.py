"""What reaches a terminal is readable and harmless; what goes into a pipe is whole."""

from __future__ import annotations

import fcntl
import io
import json
import os
import pty
import struct
import subprocess
import sys
import termios

import pytest

from workbench.cli.prompts.changes import print_lines
from workbench.cli.terminal import (
    Column,
    VisibleStream,
    figures,
    in_a_line,
    print_table,
    say,
    texts,
    visible,
)
from workbench.domain.prompts.versions import DiffLine

HOSTILE = "user:\nSee \x1b[8mhidden\x1b[0m \u202egnp.exe\x07 \x9b31m\rover\tTab é 記\U000e0041\n"
SHOWN = (
    "user:\nSee \\u001b[8mhidden\\u001b[0m \\u202egnp.exe\\u0007 \\u009b31m\\u000dover\tTab é 記"
    "\\U000e0041\n"
)


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def in_terminal(*arguments: str, home, columns: int = 80) -> str:
    """What a command shows in a real terminal of some columns; both streams go there."""
    main, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench", "--data-dir", str(home), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=terminal,
        stderr=terminal,
        env={**os.environ, "TERM": "xterm", "COLUMNS": str(columns)},
    )
    os.close(terminal)
    parts = []
    try:
        while part := os.read(main, 65536):
            parts.append(part)
    except OSError:
        pass  # how Linux tells that the other side is closed
    finally:
        os.close(main)
        process.wait(120)
    return b"".join(parts).decode().replace("\r\n", "\n")


def piped(*arguments: str, home) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "workbench", "--data-dir", str(home), *arguments]
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False
    )


def test_characters_that_a_terminal_obeys_are_escapes():
    assert visible(HOSTILE) == SHOWN
    assert in_a_line("a\tb\nc\x1b") == "a\\tb\\nc\\u001b"
    assert json.loads(visible(json.dumps("\x9b\u202e", ensure_ascii=False))) == "\x9b\u202e"


def test_a_stream_to_a_terminal_escapes_all_that_is_written():
    screen = Screen()
    stream = VisibleStream(screen)
    stream.write("a\x1b[2J")
    stream.writelines(["\u202e", "b"])
    assert screen.getvalue() == "a\\u001b[2J\\u202eb"
    assert stream.isatty()


def test_a_prompt_with_hidden_text_is_shown_in_a_terminal_and_copied_by_a_pipe(tmp_path):
    prompt = tmp_path / "hidden.prompty"
    prompt.write_bytes(HOSTILE.encode())
    assert in_terminal("prompts", "show", str(prompt), home=tmp_path) == SHOWN
    assert piped("prompts", "show", str(prompt), home=tmp_path).stdout == HOSTILE.encode()
    rendered = in_terminal("render", str(prompt), home=tmp_path)
    assert "\x1b" not in rendered
    assert "See \\u001b[8mhidden" in rendered
    assert (
        "\x1b[8mhidden\x1b[0m \u202e".encode() in piped("render", str(prompt), home=tmp_path).stdout
    )


def test_the_sentence_of_an_error_is_harmless(tmp_path):
    prompt = tmp_path / "raises.j2"
    prompt.write_text("{{ raise_exception('\x1b[2J gone') }} {{ x.y.z }}")
    assert "\x1b" not in in_terminal("render", str(prompt), home=tmp_path)
    assert "\x1b" not in in_terminal("render", "no\x1b[2Jfile", home=tmp_path)
    assert "\x1b" not in in_terminal("run", str(prompt), "--var", "\x1b[2J", home=tmp_path)


def test_names_of_models_stay_in_their_line(tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "a\n\tb\u202ec.gguf").write_bytes(b"no model")
    shown = in_terminal("models", "list", home=tmp_path)
    assert "\u202e" not in shown
    [row] = [line for line in shown.splitlines() if "unusable" in line]
    assert "a\\n\\tb\\u202ec"[:11] in row
    lines = piped("models", "list", home=tmp_path).stdout.decode().splitlines()
    [row] = [line for line in lines if "unusable" in line]
    assert row.startswith("a\\n\\tb\\u202ec\tunusable\t")


COLUMNS = (*figures("Run"), Column("Started"), *texts("Answer"), *figures("Tok/run"))
ROWS = [
    ("12,345", "2026-11-30 09:15", "a long answer " * 20, "1,234,567"),
    ("7", "2026-11-30 09:16", "記憶 17", "8"),
]


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_no_figure_of_a_table_is_cut_on_a_terminal(columns, monkeypatch):
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", VisibleStream(screen))
    monkeypatch.setenv("COLUMNS", str(columns))
    print_table(COLUMNS, ROWS)
    heading, first, second = screen.getvalue().splitlines()
    assert heading.split() == ["Run", "Started", "Answer", "Tok/run"]
    for figure in ("12,345", "2026-11-30 09:15", "1,234,567"):
        assert figure in first
    assert "…" in first
    assert "記憶 17" in second
    if columns > 60:
        assert len(first) <= columns


def test_nothing_of_a_table_is_cut_in_a_pipe(monkeypatch):
    pipe = io.StringIO()
    monkeypatch.setattr(sys, "stdout", pipe)
    print_table(COLUMNS, ROWS)
    lines = pipe.getvalue().splitlines()
    assert [line.split("\t") for line in lines] == [
        ["Run", "Started", "Answer", "Tok/run"],
        *map(list, ROWS),
    ]


def test_styled_text_is_escaped_on_a_terminal_and_plain_in_a_pipe(monkeypatch):
    screen, pipe = Screen(), io.StringIO()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stdout", VisibleStream(screen))
    say([("a\x1b[2J", "bold green"), ("b" * 200, "")])
    assert "a\\u001b[2J" in screen.getvalue()
    assert "\x1b[2J" not in screen.getvalue()
    monkeypatch.setattr(sys, "stdout", pipe)
    say([("a\x1b[2J", "bold green"), ("b" * 200, "")], one_line=True)
    assert pipe.getvalue() == "a\x1b[2J" + "b" * 200 + "\n"


def test_a_difference_has_colours_on_a_terminal_alone(monkeypatch):
    lines = [DiffLine("deleted", "a\x1b"), DiffLine("same", "b")]
    pipe, screen = io.StringIO(), Screen()
    monkeypatch.setattr(sys, "stdout", pipe)
    print_lines(lines)
    assert pipe.getvalue() == "- a\x1b\n  b\n"
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stdout", VisibleStream(screen))
    print_lines(lines)
    assert screen.getvalue() == "\x1b[31m- a\\u001b\x1b[0m\n  b\n"


@pytest.mark.parametrize("depth", [61, 100_000])
def test_json_that_is_nested_deeply_is_told_in_a_sentence(depth, tmp_path):
    prompt, values = tmp_path / "p.j2", tmp_path / "vars.json"
    prompt.write_text("{{ x }}")
    values.write_text('{"x": ' + "[" * depth + "]" * depth + "}")
    done = piped("render", str(prompt), "--vars", str(values), home=tmp_path)
    assert done.returncode == 2
    assert done.stderr.decode().splitlines() == [
        f"workbench: {values} is nested more than 60 deep: make it flatter."
    ]


def test_a_file_that_is_too_large_is_told_in_a_sentence(tmp_path):
    prompt, values = tmp_path / "p.j2", tmp_path / "vars.json"
    prompt.write_text("{{ x }}")
    with values.open("wb") as file:
        file.truncate(17 * 1024 * 1024)
    for option in (("--vars", str(values)), ("--var", f"x=@{values}")):
        done = piped("render", str(prompt), *option, home=tmp_path)
        assert done.returncode == 2
        assert "is larger than 16 MB" in done.stderr.decode()
