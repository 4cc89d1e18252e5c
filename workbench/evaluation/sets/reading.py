"""Reading the file of an evaluation: YAML, each mistake with its line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import Any, get_args

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.checks import AnyCheck, Check, CheckSet
from workbench.domain.evaluation.evaluation_set import (
    MOST_REPEATS,
    MOST_TOKENS,
    NO_BASELINE,
    Columns,
    EvaluationSet,
    Goal,
    RightWhen,
    SetRow,
    VariantSpec,
)
from workbench.domain.evaluation.verdict import DEFAULT_TARGET
from workbench.domain.runs.spec import Json, KvMode
from workbench.evaluation.sets.yaml_tree import Item, Mapping, read_tree

MOST_VARIANTS = 100
MOST_CHECKS = 100
MOST_ROWS = 50_000
NOT = "not-"
ALL = "all"
"""In place of a metric's name: checks that are judged together."""
CHECKS = "checks"
"""What a row of the file itself may have next to its columns."""
_SHOWN = ("better", "not_worse")
RIGHT_WHEN: tuple[RightWhen, ...] = ("all", "most")

Validate = Callable[[Check], None]
"""Raises UsageError where a check has no such metric or parameter."""


def read_set(text: str, path: str, validate: Validate) -> EvaluationSet:
    """The evaluation that a file describes.

    Args:
        text: of the file.
        path: of the file; other paths in it are relative to its folder.
        validate: looks at each check.

    Raises:
        SetFileError: with the line and one plain sentence.
    """
    root = read_tree(text, path).mapping("An evaluation")
    name = root.text("name") or PurePath(path).stem
    description = root.text("description")
    data, rows = root.text("data"), root.take("rows")
    if bool(data) == (rows is not None):
        raise root.item.refused("give the cases as “rows”, or a data set as “data”: one of them.")
    held_out = root.text("held_out")
    if held_out and not data:
        raise root.item.refused("“held_out” is a second data set: “data” is missing.")
    columns = _columns(root.take("columns"))
    variants = _variants(root.take("variants"), root.item)
    checks = root.take("checks")
    threshold = _share(root.take("threshold"), "“threshold”")
    if checks is None:
        raise root.item.refused("it has no “checks”: name at least one, for example “- exact”.")
    found = EvaluationSet(
        name=name,
        path=path,
        description=description,
        data=data,
        held_out=held_out,
        rows=_rows(rows, validate) if rows is not None else (),
        columns=columns,
        variants=variants,
        checks=CheckSet(checks=read_checks(checks, validate), threshold=threshold),
        repeats=_within(root.take("repeats"), "repeats", 1, MOST_REPEATS, 1),
        seed=_within(root.take("seed"), "seed", 1, 2**32 - 1, 1),
        right_when=_right_when(root.text("right_when"), root.item),
        baseline=_baseline(root.take("baseline"), variants),
        target=_target(root.take("target")),
        goal=_goal(root.take("goal")),
        equal_tokens=_equal_tokens(root.take("equal_tokens")),
    )
    root.finish()
    return found


def _columns(item: Item | None) -> Columns:
    if item is None:
        return Columns()
    given = item.mapping("“columns”")
    inputs: dict[str, str] = {}
    if (named := given.take("inputs")) is not None:
        inputs = {key: each.text(key) for key, each in named.mapping("“inputs”").rest()}
    unused = given.take("unused")
    expected = _names(given.take("expected"), "expected")
    found = Columns(
        inputs=inputs,
        expected=expected[0] if expected else "",
        also_expected=expected[1:] + _names(given.take("also_expected"), "also_expected"),
        id=given.text("id"),
        tags=given.text("tags"),
        weight=given.text("weight"),
        split=given.text("split"),
        group=given.text("group"),
        unused=() if unused is None else tuple(e.text("unused") for e in unused.items("“unused”")),
    )
    given.finish()
    return found


def _names(item: Item | None, key: str) -> tuple[str, ...]:
    """One name, or a list of names."""
    if item is None:
        return ()
    if isinstance(item.value, list):
        return tuple(each.text(key) for each in item.items(f"“{key}”"))
    name = item.text(key)
    return (name,) if name else ()


def _equal_tokens(item: Item | None) -> int | None:
    if item is None:
        return None
    return _within(item, "equal_tokens", 1, MOST_TOKENS, 1)


def _right_when(given: str, root: Item) -> RightWhen:
    for choice in RIGHT_WHEN:
        if given in ("", choice):
            return choice
    raise root.refused(f"“right_when” is {' or '.join(RIGHT_WHEN)}, not “{given[:40]}”.")


def _variants(item: Item | None, root: Item) -> tuple[VariantSpec, ...]:
    if item is None:
        raise root.refused("it has no “variants”: name at least one prompt.")
    items = item.items("“variants”")
    if not items or len(items) > MOST_VARIANTS:
        raise item.refused(f"“variants” must name 1 to {MOST_VARIANTS} of them.")
    found: dict[str, VariantSpec] = {}
    for each in items:
        variant = _variant(each, len(found) + 1)
        if variant.name in found:
            raise each.refused(f"two variants are called “{variant.name}”: give each a “name”.")
        found[variant.name] = variant
    return tuple(found.values())


def _variant(item: Item, number: int) -> VariantSpec:
    if isinstance(item.value, str):
        return VariantSpec(name=PurePath(item.value).stem, prompt=item.value)
    given = item.mapping("A variant")
    prompt, text = given.text("prompt"), given.text("text")
    if bool(prompt) == bool(text.strip()):
        raise item.refused("a variant needs a “prompt” file or a “text”: one of them.")
    name = given.text("name") or (PurePath(prompt).stem if prompt else f"variant {number}")
    if name == NO_BASELINE:
        raise item.refused(f"a variant cannot be called “{NO_BASELINE}”: that means no baseline.")
    version = given.take("version")
    if version is not None and text:
        raise version.refused("only a prompt file has versions.")
    found = VariantSpec(
        name=name,
        prompt=prompt,
        text=text,
        version=None if version is None else _within(version, "version", 1, 2**31, 1),
        strategy=given.text("strategy"),
        params=_values(given.take("params"), "“params”"),
        model=given.text("model"),
        sampling=_values(given.take("sampling"), "“sampling”"),
        mode=_one_of(given, "mode", get_args(KvMode)),
    )
    given.finish()
    return found


def _values(item: Item | None, what: str) -> dict[str, Json]:
    return {} if item is None else {key: each.value for key, each in item.mapping(what).rest()}


# --- checks ---------------------------------------------------------------------------------


def read_checks(item: Item, validate: Validate) -> tuple[AnyCheck, ...]:
    """The checks of a list.

    Raises:
        SetFileError: with the line of the check that cannot be used.
    """
    items = item.items("“checks”")
    if not items or len(items) > MOST_CHECKS:
        raise item.refused(f"“checks” must hold 1 to {MOST_CHECKS} of them.")
    return tuple(_check(each, validate) for each in items)


def _check(item: Item, validate: Validate) -> AnyCheck:
    if isinstance(item.value, str):
        found = _named(item.value)
        _validated(found, item, validate)
        return found
    pairs = list(item.mapping("A check").rest())
    if len(pairs) != 1:
        raise item.refused("a check is one name, with what it needs below it: “- contains: Paris”.")
    name, body = pairs[0]
    if name == ALL:
        return _group(body, validate)
    found = _named(name)
    if isinstance(body.value, dict):
        found = _with_options(found, body)
    elif body.value is not None:
        found = _expecting(found, body.value)
    _validated(found, item, validate)
    return found


def _named(name: str) -> Check:
    return Check(metric=name.removeprefix(NOT), negate=name.startswith(NOT))


def _expecting(check: Check, value: Json) -> Check:
    expected = tuple(value) if isinstance(value, list) else (value,)
    return Check(metric=check.metric, negate=check.negate, expected=expected)


def _with_options(check: Check, body: Item) -> Check:
    given = body.mapping(f"The check {check.metric}")
    expected = given.take("expected")
    weight, threshold = given.take("weight"), given.take("threshold")
    name = given.text("name")
    expected_in = given.take("expected_in")
    if expected is not None and expected_in is not None:
        raise body.refused("a check has “expected” or “expected_in”, not both.")
    found = check if expected is None else _expecting(check, expected.value)
    return Check(
        metric=found.metric,
        negate=found.negate,
        expected=found.expected,
        weight=_weight(weight),
        threshold=None if threshold is None else threshold.of(float, "“threshold”"),
        name=name,
        expected_in=_names(expected_in, "expected_in"),
        params={key: each.value for key, each in given.rest()},
    )


def _group(body: Item, validate: Validate) -> CheckSet:
    given = body.mapping(f"“{ALL}”")
    checks = given.take("checks")
    if checks is None:
        raise body.refused(f"“{ALL}” needs “checks” below it.")
    found = CheckSet(
        checks=read_checks(checks, validate),
        weight=_weight(given.take("weight")),
        threshold=_share(given.take("threshold"), "“threshold”"),
        name=given.text("name"),
    )
    given.finish()
    return found


def _validated(check: Check, item: Item, validate: Validate) -> None:
    try:
        validate(check)
    except UsageError as error:
        raise item.refused(str(error)) from None


# --- figures --------------------------------------------------------------------------------


def _weight(item: Item | None) -> float:
    weight = 1.0 if item is None else item.of(float, "“weight”")
    if item is not None and weight < 0:
        raise item.refused("“weight” must not be negative.")
    return weight


def _share(item: Item | None, what: str) -> float | None:
    """A share, 0 to 1; None where none is given."""
    if item is None:
        return None
    share = item.of(float, what)
    if not 0 <= share <= 1:
        raise item.refused(f"{what} must be from 0 to 1.")
    return share


def _within(item: Item | None, name: str, low: int, high: int, default: int) -> int:
    if item is None:
        return default
    number = item.of(int, f"“{name}”")
    if not low <= number <= high:
        raise item.refused(f"“{name}” must be from {low:,} to {high:,}.")
    return number


def _target(item: Item | None) -> float:
    share = _share(item, "“target”")
    if share == 0 and item is not None:
        raise item.refused("“target” must be more than 0: the difference that matters.")
    return DEFAULT_TARGET if share is None else share


def _baseline(item: Item | None, variants: tuple[VariantSpec, ...]) -> str:
    if item is None:
        return ""
    name = item.text("“baseline”")
    names = [variant.name for variant in variants]
    if name not in (*names, NO_BASELINE):
        raise item.refused(f"the baseline “{name}” is none of the variants: {', '.join(names)}.")
    return name


def _goal(item: Item | None) -> Goal:
    if item is None:
        return Goal()
    given = item.mapping("“goal”")
    passed, shown = _share(given.take("passed"), "“passed”"), _one_of(given, "shown", _SHOWN)
    given.finish()
    return Goal(passed=passed, shown=shown)


def _one_of(given: Mapping, name: str, choices: Sequence[str]) -> Any:
    """One of some words, "" where none is given."""
    word = given.text(name)
    if word not in ("", *choices):
        raise given.item.refused(
            f"“{name}” must be one of {', '.join(choices)}, not “{word[:40]}”."
        )
    return word


def _rows(item: Item, validate: Validate) -> tuple[SetRow, ...]:
    items = item.items("“rows”")
    if not items:
        raise item.refused("“rows” is empty: write at least one case.")
    if len(items) > MOST_ROWS:
        raise item.refused(f"there are more than {MOST_ROWS:,} rows: put them into a data set.")
    return tuple(_row(each, validate) for each in items)


def _row(item: Item, validate: Validate) -> SetRow:
    given = item.mapping("A row")
    own = given.take(CHECKS)
    if own is not None and not isinstance(own.value, list):
        raise own.refused("“checks” of a row must be a list; a column needs another name.")
    return SetRow(
        values={key: each.value for key, each in given.rest()},
        checks=() if own is None else read_checks(own, validate),
    )
