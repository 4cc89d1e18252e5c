"""``workbench chats`` and ``workbench chat`` as the user types them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_commands import ROOT, workbench
from tests.transcripts.reading import FIXTURES
from workbench.cli.chats.answerers import who_answers
from workbench.domain.errors import UsageError


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def test_an_import_prints_what_it_did_with_each_conversation(home):
    path = str(FIXTURES / "chatgpt_sharded/export.zip")
    done = workbench("chats", "import", path, "--json", home=home)
    assert done.returncode == 0, done.stderr
    items = json.loads(done.stdout)
    fields = ("status", "title", "messages", "branches")
    assert [tuple(each[name] for name in fields) for each in items] == [
        ("imported", "Map legend", 2, 1),
        ("imported", "Minerals", 4, 1),
        ("skipped", "Broken", 0, 0),
    ]
    assert items[2]["reason"] == "mapping is not an object"
    assert all(isinstance(each["id"], int) for each in items[:2])
    done = workbench("chats", "import", path, home=home)
    assert done.stdout.splitlines()[-1] == "2 unchanged, 1 skipped."
    done = workbench("chats", "import", str(FIXTURES / "weird/truncated.json"), home=home)
    assert done.returncode == 1
    assert "not valid JSON" in done.stdout


def test_a_conversation_is_found_shown_exported_and_deleted(home, tmp_path):
    path = str(FIXTURES / "chatgpt/conversations.json")
    items = json.loads(workbench("chats", "import", path, "--json", home=home).stdout)
    chat = str(items[1]["id"])
    listed = json.loads(workbench("chats", "list", "--json", home=home).stdout)
    assert {each["title"] for each in listed} == {
        "Tea timer", "Paper boats", "Lighthouse sketch", "First question?",
    }  # fmt: skip
    found = json.loads(workbench("chats", "search", "waterproof", "--json", home=home).stdout)
    assert [each["title"] for each in found] == ["Paper boats"]
    done = workbench("chats", "show", chat, "--all", "--json", home=home)
    nodes = json.loads(done.stdout)["messages"]
    assert len(nodes) == 9
    assert sum(each["parent"] is None for each in nodes) == 2
    assert [each["text"] for each in nodes if each["active"]] == [
        "How do I fold a paper boat?", "Start with a rectangle.", "Which paper weight?",
        "80 g/m² is fine.",
    ]  # fmt: skip
    target = tmp_path / "out.json"
    arguments = ("chats", "export", chat, "--format", "json", "--output", str(target))
    assert workbench(*arguments, home=home).returncode == 0
    done = workbench(*arguments, home=home)
    assert done.returncode == 1
    assert "already" in done.stderr
    other = tmp_path / "other"
    (again,) = json.loads(workbench("chats", "import", str(target), "--json", home=other).stdout)
    assert (again["status"], again["messages"], again["branches"]) == ("imported", 9, 3)
    assert "# Paper boats" in workbench("chats", "export", chat, home=home).stdout
    assert workbench("chats", "delete", chat, home=home).returncode == 0
    left = json.loads(workbench("chats", "list", "--json", home=home).stdout)
    assert len(left) == 3
    assert workbench("chats", "delete", "--restore", chat, home=home).returncode == 0


def test_what_is_not_there_is_wrong_usage(home):
    for arguments in (("show", "7"), ("export", "7"), ("delete", "7"), ("export",)):
        done = workbench("chats", *arguments, home=home)
        assert done.returncode == 2, arguments
        assert "workbench: " in done.stderr


def test_a_file_that_cannot_be_read_sends_nothing(home, tmp_path):
    path = tmp_path / "minutes.pdf"
    path.write_bytes(b"%PDF-1.7")
    done = workbench("chat", "--file", str(path), "What is it?", home=home)
    assert done.returncode != 0
    assert f"{path}: the PDF is damaged" in done.stderr
    assert json.loads(workbench("chats", "list", "--json", home=home).stdout) == []


def _talk_off_the_record(home: Path, typed: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workbench", "--data-dir", str(home), "chat", "--max-tokens", "4",
         "--context", "512", "--off-the-record"],
        input=typed, capture_output=True, text=True, timeout=250, check=False, cwd=ROOT,
    )  # fmt: skip


@pytest.mark.model
def test_a_talk_off_the_record_is_in_no_file_unless_it_is_kept(home):
    done = _talk_off_the_record(home, "Say xanthippocrates.\n/retry\n/new\nxanthippocrates\n")
    assert done.returncode == 0, done.stderr
    files = [each for each in home.rglob("*") if each.is_file()]
    assert not [each for each in files if b"xanthippocrates" in each.read_bytes().lower()]
    assert json.loads(workbench("chats", "list", "--json", home=home).stdout) == []
    assert json.loads(workbench("history", "list", "--json", home=home).stdout) == []
    done = _talk_off_the_record(home, "Name a colour.\n/keep\n/keep\n")
    assert "is kept (1)." in done.stderr
    assert "nothing off the record to keep" in done.stderr
    (listed,) = json.loads(workbench("chats", "list", "--json", home=home).stdout)
    assert listed["title"] == "Name a colour."


def test_a_talk_off_the_record_goes_on_with_no_other(home):
    done = workbench("chat", "--off-the-record", "--continue", "Hello", home=home)
    assert done.returncode == 2
    assert "leave --continue and --id out" in done.stderr


@pytest.mark.model
def test_a_talk_in_the_terminal_is_a_conversation_like_any_other(home, tmp_path):
    path = tmp_path / "colours.txt"
    path.write_text("red, green, blue")
    done = subprocess.run(
        [sys.executable, "-m", "workbench", "--data-dir", str(home), "chat", "--max-tokens", "8",
         "--context", "512", "--system", "Be brief.", "--file", str(path)],
        input="Name a colour.\n/retry\nAnother one.\n", capture_output=True, text=True, timeout=250,
        check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (listed,) = json.loads(workbench("chats", "list", "--json", home=home).stdout)
    shown = workbench("chats", "show", str(listed["id"]), "--all", "--json", home=home)
    nodes = json.loads(shown.stdout)["messages"]
    assert [len(each["attachments"]) for each in nodes] == [1, 0, 0, 0, 0]
    assert [each["role"] for each in nodes] == [
        "user",
        "assistant",
        "assistant",
        "user",
        "assistant",
    ]
    assert nodes[1]["parent"] == nodes[2]["parent"] == nodes[0]["id"]
    assert nodes[3]["parent"] == nodes[2]["id"]
    assert nodes[0]["system"] == "Be brief."
    assert all(each["text"] for each in nodes)
    assert nodes[4]["text"].strip() in done.stdout


@pytest.mark.model
@pytest.mark.timeout(300)
def test_ctrl_c_stops_the_answer_and_the_talk_goes_on(home):
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench", "--data-dir", str(home), "chat", "--max-tokens", "1500",
         "--context", "2048"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("Write a very long story about the sea.\n")
    process.stdin.flush()
    first = process.stdout.read(1)  # the answer has begun
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate("/system Be brief.\n/exit\n", timeout=250)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    assert "Be brief." in errors  # what was typed after the answer was stopped
    (listed,) = json.loads(workbench("chats", "list", "--json", home=home).stdout)
    shown = workbench("chats", "show", str(listed["id"]), "--all", "--json", home=home)
    question, answer = json.loads(shown.stdout)["messages"]
    assert question["text"] == "Write a very long story about the sea."
    assert answer["text"].startswith(first)
    (run,) = json.loads(workbench("history", "list", "--json", home=home).stdout)
    assert run["status"] == "cancelled"


@pytest.mark.model
def test_several_answer_a_message_in_turn_and_the_talk_goes_on_with_the_chosen_one(home):
    done = subprocess.run(
        [sys.executable, "-m", "workbench", "--data-dir", str(home), "chat", "--max-tokens", "8",
         "--context", "512", "--strategy", "direct", "--strategy", "cot"],
        input="Name a colour.\n/go 3\n/go 2\n/exit\n", capture_output=True, text=True, timeout=250,
        check=False, cwd=ROOT,
    )  # fmt: skip
    (listed,) = json.loads(workbench("chats", "list", "--json", home=home).stdout)
    shown = workbench("chats", "show", str(listed["id"]), "--all", "--json", home=home)
    nodes = json.loads(shown.stdout)["messages"]
    assert [each["role"] for each in nodes] == ["user", "assistant", "assistant"]
    assert nodes[1]["parent"] == nodes[2]["parent"] == nodes[0]["id"]
    headings = [line for line in done.stdout.splitlines() if line.startswith("--- ")]
    assert len(headings) == 2
    assert headings[1] == f"{headings[0]}, cot"
    assert all(each["text"].strip() in done.stdout for each in nodes[1:])
    assert "There is no answer 3 here: there are 2." in done.stderr
    assert "goes on with" in done.stderr


def test_who_answers_is_each_model_by_its_strategy():
    assert [(it.model, it.strategy) for it in who_answers((), ())] == [("", "direct")]
    assert [(it.model, it.strategy) for it in who_answers(("a", "b"), ("cot",))] == [
        ("a", "cot"), ("b", "cot"),
    ]  # fmt: skip
    assert [(it.model, it.strategy) for it in who_answers(("a", "b"), ("direct", "cot"))] == [
        ("a", "direct"), ("b", "cot"),
    ]  # fmt: skip
    for models, strategies in (
        (("a", "a"), ()),
        (("a", "b"), ("x", "y", "z")),
        (tuple("abcde"), ()),
    ):
        with pytest.raises(UsageError):
            who_answers(models, strategies)
