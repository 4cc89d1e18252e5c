"""Which data set is proposed for a prompt."""

from pathlib import Path

import pytest

from tests.prompts.test_starter_library import DATA, FOLDER, OWN, PROMPTS, USES
from workbench.domain.prompts.datasets import DataFile
from workbench.domain.prompts.matching import columns_of, said_of_fit
from workbench.domain.prompts.prompt import InputField
from workbench.prompts.datasets import matching as fitting
from workbench.prompts.datasets.matching import beginning_of, columns_job, ranked
from workbench.prompts.datasets.reading import list_data
from workbench.prompts.jinja.analysis import analyse

QUESTION, TONE = InputField(name="question"), InputField(name="tone", default="plain")
SHIPPED = list_data(((DATA, True),))
COLUMNS = [
    tuple(found) for found in columns_job([(file.path, beginning_of(file)) for file in SHIPPED])
]


def file(name: str, *, shipped: bool = False, size: int = 10) -> DataFile:
    return DataFile(path=f"/data/{name}", name=name, bytes=size, shipped=shipped)


def names(*sets: tuple[DataFile, tuple[str, ...]], prompt: str = "/p/word-problem.prompty"):
    return [fit.file.name for fit in ranked(sets, (QUESTION, TONE), prompt)]


@pytest.mark.parametrize(("data", "prompt"), USES.items())
def test_each_prompt_that_ships_gets_its_data_set(data, prompt):
    path = str(FOLDER / f"{prompt}.prompty")
    analysis = analyse(PROMPTS[f"{prompt}.prompty"], path)
    best = ranked(zip(SHIPPED, COLUMNS, strict=True), analysis.inputs, path, [analysis.name])[0]
    assert best.file.name == f"{data}.jsonl"
    assert best.serves
    assert OWN


def test_what_an_input_needs_counts_before_what_it_may_have():
    assert names((file("a.csv"), ("tone", "x")), (file("b.csv"), ("Question",))) == [
        "b.csv", "a.csv",
    ]  # fmt: skip
    (fit,) = ranked([(file("a.csv"), ("tone",))], (QUESTION, TONE), "/p/x.md")
    assert (fit.fills, fit.serves) == (("tone",), False)
    (fit,) = ranked([(file("a.csv"), ("tone",))], (TONE,), "/p/x.md")
    assert fit.serves


def test_names_decide_where_columns_are_the_same():
    same = ("question",)
    assert names(
        (file("other.csv"), same),
        (file("problems of words.csv", shipped=True), same),
        (file("Word_Problem.csv", shipped=True), same),
    ) == ["Word_Problem.csv", "problems of words.csv", "other.csv"]
    assert names((file("a.csv"), ("question", "id")), (file("b.csv"), ("question", "label"))) == [
        "b.csv", "a.csv",
    ]  # fmt: skip
    assert names((file("a.csv", shipped=True), same), (file("b.csv"), same)) == ["b.csv", "a.csv"]


def test_columns_are_found_as_a_row_fills_them():
    inputs = (InputField(name="first_name"), InputField(name="age"))
    assert columns_of(("First-Name", "first name", "x"), inputs) == {"first_name": "First-Name"}
    assert columns_of(("first name", "first_name"), inputs) == {"first_name": "first_name"}
    assert said_of_fit(["age"], inputs) == "Fills 1 of 2 inputs: age"
    assert said_of_fit([], inputs) == "Fills none of the inputs (first_name, age)."


@pytest.mark.parametrize(
    ("name", "text", "columns"),
    [
        ("a.jsonl", '{"a": 1}\n\n{"b": 2}\n', ["a", "b"]),
        ("a.jsonl", '{"a": 1}\n{"b"', ["a"]),
        ("a.jsonl", '["no mapping"]\n', []),
        ("a.csv", "a, b ;c\n1,2\n", ["a", "b ;c"]),
        ("a.csv", 'a;"b;c"\n', ["a", "b;c"]),
        ("a.tsv", "a\tb\n", ["a", "b"]),
        ("a.json", '{"rows": [{"a": 1}]}', ["a"]),
        ("a.yaml", "- {a: 1, b: 2}\n", ["a", "b"]),
        ("a.yaml", "- [" * 5_000, []),
        ("a.json", "", []),
        ("a.csv", "", []),
    ],
)
def test_the_columns_of_a_beginning(name, text, columns):
    assert columns_job([(name, text)]) == [columns]


def test_large_files_are_read_from_their_beginning_alone(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(fitting, "BEGINNING_BYTES", 40)
    monkeypatch.setattr(fitting, "WHOLE_BYTES", 40)
    for name in ("a.jsonl", "b.json"):
        (tmp_path / name).write_text('{"a": "é"}\n' * 100)
    found = [beginning_of(each) for each in list_data(((tmp_path, False),))]
    assert found == ['{"a": "é"}\n' * 3, ""]
    assert beginning_of(file("none.csv")) == ""
