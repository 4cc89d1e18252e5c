"""The tests of a promptfoo configuration as rows of a data set."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator

from workbench.domain.errors import FormatError
from workbench.domain.runs.spec import Json
from workbench.prompts.formats.bounded_reading import decoded, read_json, read_yaml
from workbench.prompts.formats.format import SourceFile
from workbench.prompts.formats.promptfoo.assertions import Assertions, test_of_row
from workbench.prompts.formats.template_ast import usable_name

EXPECTED = "expected"
MOST_ROWS = 5_000


def read_tests(value: dict[str, Json], file: SourceFile, notes: list[str]) -> list[dict[str, Json]]:
    """Variables of each test, and what it expects where that is equality with a text.

    Args:
        value: the configuration.
        file: where it comes from; tests can be in files next to it.
        notes: gets a sentence for what is lost.
    """
    default = value.get("defaultTest")
    shared = _variables(default.get("vars"), file, notes) if isinstance(default, dict) else [{}]
    assertions = Assertions(default)
    if isinstance(default, str):
        notes.append(f"Setting not imported: defaultTest in {default[:80]}.")
    rows: list[dict[str, Json]] = []
    for test, row in each_test(value, file, notes):
        expected = assertions.expected(test, row)
        if expected is not None and EXPECTED not in row:
            row[EXPECTED] = expected
        elif expected is not None and row[EXPECTED] != expected:
            assertions.lose("equals, since a variable is called expected")
        rows.append(row)
        if len(rows) >= MOST_ROWS:
            notes += [*assertions.notes(), f"Only the first {MOST_ROWS:,} tests are taken."]
            return rows
    if not rows:
        rows = [row for row in shared if row]
        for row in rows:
            expected = assertions.expected({}, row)
            if expected is not None:
                row.setdefault(EXPECTED, expected)
    notes += assertions.notes()
    return rows


def each_test(
    value: dict[str, Json], file: SourceFile, notes: list[str]
) -> Iterator[tuple[dict[str, Json], dict[str, Json]]]:
    """Each test of a configuration with one combination of its variables.

    Args:
        value: the configuration.
        file: where it comes from; tests can be in files next to it.
        notes: gets a sentence for what is lost.
    """
    default = value.get("defaultTest")
    whole = isinstance(default, dict) and _keeps_lists(default)
    shared = _variables(default.get("vars"), file, notes) if isinstance(default, dict) else [{}]
    for test in _tests(value.get("tests"), file, notes):
        lists = whole or _keeps_lists(test)
        for variables in _variables(test.get("vars"), file, notes, lists=lists):
            yield test, {**shared[0], **variables}


def _tests(tests: Json, file: SourceFile, notes: list[str]) -> list[dict[str, Json]]:
    if tests is None:
        return []
    if isinstance(tests, str):
        tests = [tests]
    found: list[dict[str, Json]] = []
    for test in tests if isinstance(tests, list) else []:
        if isinstance(test, str):
            found += _of_file(test, file, notes)
        elif isinstance(test, dict):
            found.append(test)
    return found


def _of_file(name: str, file: SourceFile, notes: list[str]) -> list[dict[str, Json]]:
    name = name.removeprefix("file://").removeprefix("./")
    data = file.files.get(name)
    if data is None:
        notes.append(f"The tests {name[:80]} were not found next to the configuration.")
        return []
    text = decoded(data, name)
    if name.endswith(".csv"):
        return _of_csv(text, name)
    if name.endswith(".jsonl"):
        value: Json = [read_json(line, name) for line in text.split("\n") if line.strip()]
    elif name.endswith(".json"):
        value = read_json(text, name)
    else:
        value = read_yaml(text, name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _of_csv(text: str, name: str) -> list[dict[str, Json]]:
    found: list[dict[str, Json]] = []
    try:
        for row in itertools.islice(csv.DictReader(io.StringIO(text)), MOST_ROWS):
            found.append(test_of_row(row))  # noqa: PERF401 - reading a row may raise
    except csv.Error as error:
        raise FormatError(name, f"it cannot be read as CSV ({error}).") from None
    return found


def _keeps_lists(test: dict[str, Json]) -> bool:
    options = test.get("options")
    return isinstance(options, dict) and options.get("disableVarExpansion") is True


def _variables(
    given: Json, file: SourceFile, notes: list[str], *, lists: bool = False
) -> list[dict[str, Json]]:
    """All combinations of the variables' values: a list of texts makes one test an item.

    Lists of anything else are values themselves, and with ``lists`` all are.
    """
    if isinstance(given, str) and given.startswith("file://"):
        given = _of_variables_file(given, file, notes)
    if not isinstance(given, dict):
        return [{}]
    names, choices = [], []
    for key, value in given.items():
        name = usable_name(str(key))
        if name != key:
            notes.append(f"The variable {key} is called {name} here.")
        names.append(name)
        texts = isinstance(value, list) and value[:1] and isinstance(value[0], str)
        values = value if isinstance(value, list) and texts and not lists else [value]
        choices.append([_value(each, file, notes) for each in values])
    combined = itertools.islice(itertools.product(*choices), MOST_ROWS)
    return [dict(zip(names, each, strict=True)) for each in combined]


def _of_variables_file(name: str, file: SourceFile, notes: list[str]) -> Json:
    """The variables from a file next to the configuration."""
    name = name.removeprefix("file://").removeprefix("./")
    data = file.files.get(name)
    if data is None:
        notes.append(f"The variables {name[:80]} were not found next to the configuration.")
        return None
    text = decoded(data, name)
    return read_json(text, name) if name.endswith(".json") else read_yaml(text, name)


def _value(value: Json, file: SourceFile, notes: list[str]) -> Json:
    if isinstance(value, str) and value.startswith("file://"):
        name = value.removeprefix("file://").removeprefix("./")
        data = file.files.get(name)
        if data is not None:
            return decoded(data, name)
        notes.append(f"The file {name[:80]} of a variable was not found; its name is used instead.")
    if isinstance(value, str) and "{{" in value:
        note = "promptfoo fills in variables inside of values; here values stay as they are."
        notes += [note] if note not in notes else []
    return value
