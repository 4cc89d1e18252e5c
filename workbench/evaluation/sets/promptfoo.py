"""promptfoo's configurations as evaluations: prompts x providers, and the checks that exist here.

A check is imported only where it means the same here. Every other one is kept as "not imported",
which makes the result incomplete, and so is what changes an output before it is checked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any, TypeGuard

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
from workbench.prompts.formats.format import SourceFile
from workbench.prompts.formats.promptfoo.promptfoo import PROMPTFOO
from workbench.prompts.formats.promptfoo.tests import MOST_ROWS, each_test

_NOT = "not-"
_TEXT_CHECKS: dict[str, tuple[str, dict[str, Json]]] = {
    "equals": ("exact", {"alike": "raw"}),
    "contains": ("contains", {}),
    "icontains": ("contains", {"ignore_case": True}),
    "contains-any": ("contains", {}),
    "contains-all": ("contains", {"match": "all"}),
    "icontains-any": ("contains", {"ignore_case": True}),
    "icontains-all": ("contains", {"ignore_case": True, "match": "all"}),
    "starts-with": ("starts_with", {}),
}
_SEVERAL = ("-any", "-all")
_CHANGING = ("transform", "postprocess", "prefix", "suffix")
"""Options of a test that change the prompt or the output."""
_VARIABLE = re.compile(r"\{\{-?\s*(\w+)\s*-?\}\}")


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
        rows = tuple(_row(value, test, row) for test, row in _limited(value, file, notes))
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


def _row(value: Mapping[str, Json], test: Mapping[str, Any], row: dict[str, Json]) -> SetRow:
    default = value.get("defaultTest")
    inherited: dict[str, Any] = default if isinstance(default, dict) else {}
    options = {**_mapping(inherited.get("options")), **_mapping(test.get("options"))}
    asserts = _listed(test.get("assert"))
    if not options.get("disableDefaultAsserts"):
        asserts = [*_listed(inherited.get("assert")), *asserts]
    checks = [_check(each, row) for each in asserts]
    lost = [f"options.{key}" for key in _CHANGING if options.get(key)]
    lost += [str(each) for each in test.get("__columns", ())]
    if isinstance(default, str):
        lost.append("defaultTest")
    checks += [NotImported(kind=each) for each in lost]
    threshold = test.get("threshold", inherited.get("threshold"))
    return SetRow(
        values=row,
        checks=tuple(checks),
        threshold=float(threshold) if _is_number(threshold) else None,
    )


def _check(given: Json, row: Mapping[str, Json]) -> AnyCheck:
    """A check of the same meaning, or one that is not imported."""
    if not isinstance(given, dict):
        return NotImported(kind=str(given)[:80])
    kind = str(given.get("type", "a check without a type"))
    named = given.get("weight")
    weight = float(named) if _is_number(named) else 1.0
    lost = NotImported(
        kind=kind[:80], text=json.dumps(given, ensure_ascii=False)[:500], weight=max(weight, 0.0)
    )
    if given.get("transform") or weight < 0:
        return lost
    if kind == "assert-set":
        inner = tuple(_check(each, row) for each in _listed(given.get("assert")))
        least = given.get("threshold")
        threshold = float(least) if _is_number(least) else None
        return CheckSet(checks=inner, weight=weight, threshold=threshold)
    found = _TEXT_CHECKS.get(kind.removeprefix(_NOT))
    expected = _expected(kind, given.get("value"), row)
    if found is None or not expected:
        return lost
    metric, params = found
    return Check(
        metric=metric,
        params=params,
        expected=expected,
        weight=weight,
        negate=kind.startswith(_NOT),
        name=given["metric"] if isinstance(given.get("metric"), str) else "",
    )


def _expected(kind: str, value: Json, row: Mapping[str, Json]) -> tuple[Json, ...]:
    """What a check of texts expects; empty where that cannot be known here."""
    if isinstance(value, list) or not kind.endswith(_SEVERAL):
        values = value if kind.endswith(_SEVERAL) else [value]
    else:
        values = [each.strip() for each in str(value).split(",")]
    found = [_filled(each, row) for each in values]
    return tuple(found) if all(found) else ()


def _filled(value: Json, row: Mapping[str, Json]) -> str:
    """A text with its variables filled in, "" where it needs more than that."""
    if _is_number(value):
        return json.dumps(value)
    if not isinstance(value, str) or value.startswith("file://"):
        return ""
    names = set(_VARIABLE.findall(value))
    if not all(isinstance(row.get(name), str | int | float) for name in names):
        return ""
    text = _VARIABLE.sub(lambda match: str(row[match[1]]), value)
    return "" if "{{" in text or "{%" in text else text


def _is_number(value: Json) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _mapping(value: Json) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [] if value is None else [value]
