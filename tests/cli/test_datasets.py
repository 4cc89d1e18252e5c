"""Data and sample sets on the command line."""

from __future__ import annotations

import json

import pytest

from tests.cli.test_commands import workbench

SOURCE = (
    "---\ninputs: {name: string, count: {type: integer, default: 2}}\nsample: {name: Ada}\n---\n\
user:\nGreet {{ name }} {{ count }} times.\n"
)


@pytest.fixture
def prompt(tmp_path):
    file = tmp_path / "greeting.prompty"
    file.write_text(SOURCE)
    (tmp_path / "greeting.samples.yaml").write_text("grace: {name: Grace}\n")
    (tmp_path / "people.csv").write_text("name,count\nLinus,3\nBob,x\n")
    return file


def test_a_set_and_a_row_fill_the_inputs(prompt, tmp_path):
    home = tmp_path / "home"

    def text(*options: str) -> str:
        done = workbench("render", str(prompt), *options, home=home)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "Greet Ada 2 times." in text()
    assert "Greet Grace 2 times." in text("--sample", "grace")
    row = f"{tmp_path}/people.csv:1"
    assert "Greet Linus 3 times." in text("--sample", "grace", "--row", row)
    assert "Greet Eve 3 times." in text("--row", row, "--var", "name=Eve")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--sample", "linus"), "There is: sample, grace"),
        (("--row", "people.csv"), "FILE:N"),
        (("--row", "{folder}/people.csv:9"), "rows 1 to 2"),
        (("--row", "{folder}/people.csv:2"), "count takes a whole number, not “x”"),
        (("--row", "{folder}/none.csv:1"), "does not exist"),
    ],
)
def test_what_cannot_be_used_is_said(prompt, tmp_path, options, words):
    given = [each.format(folder=tmp_path) for each in options]
    done = workbench("render", str(prompt), *given, home=tmp_path / "home")
    assert done.returncode in (1, 2)
    assert words in done.stderr


def test_the_data_sets_that_fit_a_prompt_are_listed_the_best_first(prompt, tmp_path):
    home = tmp_path / "home"
    (home / "data").mkdir(parents=True)
    (home / "data" / "counts.csv").write_text("count\n3\n")
    (home / "data" / "people.csv").write_text("Name,count\nLinus,3\n")
    done = workbench("data", "list", "--for", str(prompt), "--json", home=home)
    found = [(each["file"]["name"], each["fills"]) for each in json.loads(done.stdout)]
    assert found[0] == ("people.csv", ["name", "count"])
    assert ("counts.csv", ["count"]) in found
    other = tmp_path / "other.prompty"
    other.write_text("user:\n{{ no_such_column }}\n")
    assert "None fits" in workbench("data", "list", "--for", str(other), home=home).stdout


def test_data_and_sets_are_listed_and_shown(prompt, tmp_path):
    home = tmp_path / "home"
    (home / "data").mkdir(parents=True)
    (home / "data" / "mine.jsonl").write_text('{"a": "one\\u001b[31m"}\n{"a": "two"}\n')
    assert "mine.jsonl" in workbench("data", "list", home=home).stdout
    shown = workbench("data", "show", str(home / "data" / "mine.jsonl"), home=home)
    assert "two" in shown.stdout
    assert "\x1b" not in shown.stdout
    assert "1 to 2 of 2 rows" in shown.stderr
    found = workbench("data", "show", "mine.jsonl", "--filter", "two", "--json", home=home)
    assert json.loads(found.stdout)["rows"] == [{"number": 2, "values": {"a": "two"}, "note": ""}]
    assert "grace" in workbench("data", "samples", str(prompt), home=home).stdout


def test_a_name_that_is_no_data_set_is_said(tmp_path):
    for name, sentence in (("none.jsonl", "does not exist"), ("n" * 300, "cannot be read")):
        done = workbench("data", "show", name, home=tmp_path)
        assert (done.returncode, done.stdout) == (1, "")
        assert sentence in done.stderr


def test_a_data_set_is_made_by_rule_with_its_set(tmp_path):
    home, made, of = tmp_path / "home", tmp_path / "a.jsonl", tmp_path / "a.yaml"
    options = ("--rows", "3", "--output", str(made), "--set", str(of))
    done = workbench("data", "make", "arithmetic", *options, home=home)
    assert done.stdout.splitlines() == [str(made), str(of)], done.stderr
    assert all("expected" in json.loads(line) for line in made.read_text().splitlines())
    assert "numeric" in of.read_text()
    assert "latin_square" in workbench("data", "make", home=home).stdout
