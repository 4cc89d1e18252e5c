"""promptfoo's configurations as evaluations: prompts x providers, and the checks that exist here.

A check is imported only where it means the same here. Every other one is kept as "not imported",
which makes the result incomplete, and so is what changes an output before it is checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

from workbench.domain.errors import FormatError, SetFileError
from workbench.domain.evaluation.checks import AnyCheck, Check, CheckSet, NotImported
from workbench.domain.evaluation.evaluation_set import (
    MOST_REPEATS,
    NO_BASELINE,
    EvaluationSet,
    Goal,
    SetRow,
    VariantSpec,
)
from workbench.domain.runs.spec import Json
from workbench.evaluation.sets.promptfoo_checks import is_number, listed, read_check
from workbench.prompts.formats.format import SourceFile
from workbench.prompts.formats.promptfoo.promptfoo import PROMPTFOO
from workbench.prompts.formats.promptfoo.tests import MOST_ROWS, each_test

_CHANGING = ("transform", "postprocess", "prefix", "suffix")
"""Options of a test that change the prompt or the output."""


def is_promptfoo(file: SourceFile) -> bool:
    """Whether a file is a configuration of promptfoo and no set of ours."""
    value = file.mapping()
    return "prompts" in value and "variants" not in value and "checks" not in value


def read_promptfoo(file: SourceFile, path: str) -> EvaluationSet:
    """The evaluation of a configuration.

    Args:
        file: with the files next to it that it names.
        path: of the file.

    Raises:
        SetFileError: it has no prompt or no test that can be read.
    """
    try:
        value = file.mapping()
        prompts = PROMPTFOO.read(file)
        notes: list[str] = []
        rows = tuple(_row(value, test, row, notes) for test, row in _limited(value, file, notes))
    except FormatError as error:
        raise SetFileError(error.reason, path) from error
    if not prompts or not rows:
        raise SetFileError("it has no prompt, or no test, that can be read here.", path)
    description = value.get("description")
    models = _providers(value.get("providers", value.get("targets"))) or [""]
    variants = tuple(
        VariantSpec(
            name=" x ".join(filter(None, (prompt.name, model))) or "prompt",
            text=prompt.text,
            model=model,
        )
        for prompt in prompts
        for model in models
    )
    # What the reader of prompts notes about checks and providers is of an import without them.
    read_here = ("Check", "Setting", "“providers”", "“targets”")
    own = [n for prompt in prompts for n in prompt.notes if not n.startswith(read_here)]
    names = [variant.name for variant in variants]
    return EvaluationSet(
        name=description[:120] if isinstance(description, str) else PurePath(path).stem,
        path=path,
        rows=rows,
        variants=tuple(
            each for place, each in enumerate(variants) if each.name not in names[:place]
        ),
        repeats=_repeats(value),
        baseline=NO_BASELINE,
        goal=Goal(passed=1.0),
        notes=tuple(dict.fromkeys((*own, *notes))),
    )


def _limited(
    value: dict[str, Json], file: SourceFile, notes: list[str]
) -> Iterator[tuple[dict[str, Json], dict[str, Json]]]:
    for number, each in enumerate(each_test(value, file, notes)):
        if number >= MOST_ROWS:
            notes.append(f"Only the first {MOST_ROWS:,} tests are taken.")
            return
        yield each


def _providers(given: Json) -> list[str]:
    """The models that a configuration names."""
    items = given if isinstance(given, list) else [given]
    found: list[str] = []
    for each in items:
        name = each
        if isinstance(each, dict):
            name = each.get("label") or each.get("id") or next(iter(each), "")
        if isinstance(name, str) and name:
            found.append(name)
    return list(dict.fromkeys(found))


def _repeats(value: Mapping[str, Json]) -> int:
    options = value.get("evaluateOptions")
    repeat = options.get("repeat") if isinstance(options, dict) else None
    if not isinstance(repeat, int) or isinstance(repeat, bool):
        return 1
    return min(max(repeat, 1), MOST_REPEATS)


def _row(
    value: Mapping[str, Json],
    test: Mapping[str, Any],
    row: dict[str, Json],
    notes: list[str],
) -> SetRow:
    default = value.get("defaultTest")
    inherited: dict[str, Any] = default if isinstance(default, dict) else {}
    options = {**_mapping(inherited.get("options")), **_mapping(test.get("options"))}
    asserts = listed(test.get("assert"))
    if not options.get("disableDefaultAsserts"):
        asserts = [*listed(inherited.get("assert")), *asserts]
    threshold = test.get("threshold", inherited.get("threshold"))
    is_graded = is_number(threshold)
    checks = [read_check(each, row, is_graded=is_graded, notes=notes) for each in asserts]
    lost = [f"options.{key}" for key in _CHANGING if options.get(key)]
    lost += [str(each) for each in test.get("__columns", ())]
    if isinstance(default, str):
        lost.append("defaultTest")
    if options.get("rubricPrompt") and any(_asks_judge(each) for each in checks):
        lost.append("options.rubricPrompt")
    checks += [NotImported(kind=each) for each in lost]
    return SetRow(
        values=row,
        checks=tuple(checks),
        threshold=float(threshold) if is_number(threshold) else None,
    )


def _asks_judge(check: AnyCheck) -> bool:
    if isinstance(check, CheckSet):
        return any(_asks_judge(each) for each in check.checks)
    return isinstance(check, Check) and check.metric.startswith("judge-")


def _mapping(value: Json) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
