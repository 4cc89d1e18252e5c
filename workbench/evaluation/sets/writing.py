"""Writing the file of an evaluation: what :mod:`reading` reads, without what is as usual."""

from __future__ import annotations

import msgspec

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.checks import AnyCheck, Check, CheckSet
from workbench.domain.evaluation.evaluation_set import EvaluationSet, SetRow
from workbench.domain.runs.spec import Json
from workbench.evaluation.sets.reading import ALL, CHECKS, NOT
from workbench.prompts.front_matter.yaml_loader import dump_yaml

_AS_THEY_ARE = (
    "name", "description", "data", "held_out", "columns", "variants", "repeats", "seed",
    "right_when", "baseline", "target", "goal", "equal_tokens",
)  # fmt: skip


def write_set(given: EvaluationSet) -> str:
    """The YAML of a set; reading it gives the same set.

    Raises:
        UsageError: it has checks that were not imported, or rows with a threshold of their own, as
            sets of other programs do: those stay in their files.
    """
    default = EvaluationSet(name="", variants=())
    found: dict[str, Json] = {}
    for name in _AS_THEY_ARE:
        value = getattr(given, name)
        if value != getattr(default, name):
            found[name] = _short(msgspec.to_builtins(value))
    if given.columns.expected and given.columns.also_expected:
        also = found["columns"].pop("also_expected")
        found["columns"]["expected"] = [given.columns.expected, *also]
    if given.rows:
        found["rows"] = [_row(each) for each in given.rows]
    found[CHECKS] = [_check(each) for each in given.checks.checks]
    if given.checks.threshold is not None:
        found["threshold"] = given.checks.threshold
    return dump_yaml(found)


def _short(value: Json) -> Json:
    """A value without what is empty in it."""
    if isinstance(value, dict):
        kept = {key: _short(each) for key, each in value.items()}
        return {key: each for key, each in kept.items() if each not in ("", None, {}, [])}
    return [_short(each) for each in value] if isinstance(value, list | tuple) else value


def _row(row: SetRow) -> dict[str, Json]:
    if row.threshold is not None:
        raise UsageError("A row with a threshold of its own cannot be written into a set.")
    checks = {CHECKS: [_check(each) for each in row.checks]} if row.checks else {}
    return {**row.values, **checks}


def _check(check: AnyCheck) -> Json:
    if isinstance(check, CheckSet):
        body: dict[str, Json] = {CHECKS: [_check(each) for each in check.checks]}
        return {ALL: body | _options(check)}
    if not isinstance(check, Check):
        raise UsageError(f"The check {check.kind} was not imported and cannot be written.")
    name = f"{NOT if check.negate else ''}{check.metric}"
    options = _options(check) | check.params
    if check.expected:
        options["expected"] = list(check.expected)
    if check.expected_in:
        options["expected_in"] = list(check.expected_in)
    return {name: options} if options else name


def _options(check: Check | CheckSet) -> dict[str, Json]:
    found: dict[str, Json] = {}
    if check.weight != 1:
        found["weight"] = check.weight
    if check.threshold is not None:
        found["threshold"] = check.threshold
    if check.name:
        found["name"] = check.name
    return found
