"""``workbench versions`` and ``workbench rewrite`` as the user types them."""

from __future__ import annotations

import asyncio
import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from workbench.cli.prompts import changes, rewrite, versions
from workbench.service import Workbench
from workbench.settings import Paths

FIRST = "user:\nSay {{ word }}.\n"
SECOND = "user:\nSay {{ word }} twice.\n"


@pytest.fixture
def file(paths: Paths) -> Path:
    """A prompt with two versions, the second in its file."""
    found = paths.prompts / "say.prompty"
    found.parent.mkdir(parents=True, exist_ok=True)
    found.write_text(FIRST)

    async def fill() -> None:
        core = Workbench(paths)
        await core.open()
        before = await core.prompt_files.read(str(found))
        await core.prompt_files.save(str(found), SECOND, before.sha256)
        await core.close()

    asyncio.run(fill())
    return found


def run(paths: Paths, *arguments: str) -> str:
    done = CliRunner().invoke(versions.versions, arguments, obj=paths, standalone_mode=False)
    assert done.exception is None, done.exception
    return done.stdout


def test_versions_are_listed_shown_and_compared(paths, file):
    listed = json.loads(run(paths, "list", str(file), "--json"))
    assert [(each["number"], each["origin"]) for each in listed] == [(2, "saved"), (1, "imported")]
    assert "from outside" in run(paths, "list", str(file))
    assert run(paths, "show", str(file), "1") == FIRST
    changed = run(paths, "diff", str(file), "1")
    assert "-Say {{ word }}.\n+Say {{ word }} twice.\n" in changed
    assert run(paths, "diff", str(file), "2") == ""
    rendered = run(paths, "diff", str(file), "1", "2", "--rendered", "--var", "word=hi")
    assert "- Say hi.\n+ Say hi twice.\n" in rendered


def test_a_name_stays(paths, file):
    run(paths, "name", str(file), "1", "plain", "--note", "the first")
    (first,) = [v for v in json.loads(run(paths, "list", str(file), "--json")) if v["number"] == 1]
    assert (first["name"], first["note"]) == ("plain", "the first")


def test_restoring_writes_the_file_and_loses_nothing(paths, file):
    file.write_text("mine")
    printed = run(paths, "restore", str(file), "1")
    assert file.read_text() == FIRST
    assert "What it had is version 3." in printed
    assert run(paths, "show", str(file), "3").strip() == "mine"
    file.unlink()
    run(paths, "restore", str(file), "2")
    assert file.read_text() == SECOND


def test_patch_reads_the_diff(tmp_path):
    for before, after in ((FIRST, SECOND), ("a\nb", "a\nb\n"), ("", "x\n"), ("x", "y")):
        target = tmp_path / "say"
        target.write_text(before)
        (tmp_path / "d.patch").write_text(changes.unified(before, after, "say", "say"))
        subprocess.run(
            ["git", "apply", "--unidiff-zero", "-p0", "d.patch"],
            cwd=tmp_path,
            check=True,
            env={"GIT_DIR": str(tmp_path / "none"), "PATH": "/usr/bin:/bin"},
        )
        assert target.read_text() == after


@pytest.mark.model
def test_a_rewrite_is_printed_and_the_file_left_alone(paths, file, starter_model):
    done = CliRunner().invoke(
        rewrite.rewrite,
        [str(file), "--goal", "Ask for one word.", "--model", starter_model, "--json"],
        obj=paths,
        standalone_mode=False,
    )
    assert done.exception is None, done.exception
    printed = json.loads(done.stdout)
    assert printed["output"]
    assert isinstance(printed["problems"], list)
    assert done.return_value == (1 if printed["problems"] else 0)
    assert file.read_text() == SECOND
