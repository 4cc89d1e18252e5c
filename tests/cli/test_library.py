"""``workbench library`` as the user types it."""

from __future__ import annotations

import json

import pytest

from tests.cli.test_commands import workbench


@pytest.fixture
def home(tmp_path):
    home = tmp_path / "home"
    (home / "prompts").mkdir(parents=True)
    (home / "prompts" / "mail.prompty").write_text(
        "---\nname: Mail\ntags: [letters]\n---\nuser:\nDear {{ name }}, chalk is out.\n"
    )
    return home


def test_prompts_are_listed_and_searched(home):
    done = workbench("library", "list", "--tag", "letters", "--search", "chalk", home=home)
    assert done.returncode == 0, done.stderr
    assert "mail.prompty" in done.stdout
    assert "6: …name }}, chalk is out." in done.stdout
    assert "sentiment" not in done.stdout
    done = workbench("library", "list", "--folder", "classify", "--json", home=home)
    found = json.loads(done.stdout)
    assert {each["folder"] for each in found} == {"classify"}
    assert not found[0]["favourite"]


def test_favourites_and_folders(home, tmp_path):
    team = tmp_path / "team"
    team.mkdir()
    (team / "x.md").write_text("x")
    assert workbench("library", "folders", "add", str(team), home=home).returncode == 0
    assert str(team) in workbench("library", "folders", home=home).stdout
    assert workbench("library", "favourite", "x", "mail.prompty", home=home).returncode == 0
    done = workbench("library", "list", "--favourites", home=home)
    assert done.stdout.count("★") == 2
    done = workbench("library", "favourite", "nothing", home=home)
    assert done.returncode == 2
    assert "no prompt called nothing" in done.stderr
    assert workbench("library", "folders", "remove", str(team), home=home).returncode == 0
    assert workbench("library", "folders", "remove", str(team), home=home).returncode == 2
