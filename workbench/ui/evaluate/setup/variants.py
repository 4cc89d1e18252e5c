"""Edits of the variants of a set: added, duplicated, removed, combined; names stay unique."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

import msgspec

from workbench.domain.evaluation.evaluation_set import NO_BASELINE, EvaluationSet, VariantSpec

MOST = 100


def unique_name(wanted: str, taken: Iterable[str]) -> str:
    """A name that no other variant has: the wanted one, else with a number behind it."""
    names, number, found = set(taken), 2, wanted
    while found in names:
        found, number = f"{wanted} {number}", number + 1
    return found


def with_added(given: EvaluationSet, variant: VariantSpec) -> EvaluationSet:
    """The set with one variant more, under a name of its own."""
    name = unique_name(variant.name, (each.name for each in given.variants))
    added = msgspec.structs.replace(variant, name=name)
    return msgspec.structs.replace(given, variants=(*given.variants, added))


def with_changed(given: EvaluationSet, place: int, variant: VariantSpec) -> EvaluationSet:
    """The set with another variant in a place; the baseline follows its name."""
    before = given.variants[place]
    others = [each.name for at, each in enumerate(given.variants) if at != place]
    changed = msgspec.structs.replace(variant, name=unique_name(variant.name, others))
    variants = (*given.variants[:place], changed, *given.variants[place + 1 :])
    baseline = changed.name if given.baseline == before.name else given.baseline
    return msgspec.structs.replace(given, variants=variants, baseline=baseline)


def without(given: EvaluationSet, place: int) -> EvaluationSet:
    """The set with one variant less; the last one stays. The first is the baseline then."""
    if len(given.variants) == 1:
        return given
    gone = given.variants[place]
    variants = (*given.variants[:place], *given.variants[place + 1 :])
    baseline = "" if given.baseline == gone.name else given.baseline
    return msgspec.structs.replace(given, variants=variants, baseline=baseline)


def with_baseline(given: EvaluationSet, place: int) -> EvaluationSet:
    """The set compared with another variant; choosing the baseline again compares with none."""
    name = given.variants[place].name
    chosen = NO_BASELINE if given.compared_with == name else name
    return msgspec.structs.replace(given, baseline=chosen)


def combinations(
    base: VariantSpec,
    strategies: Sequence[str],
    versions: Sequence[int | None],
    models: Sequence[str],
    titles: dict[str, str],
) -> list[VariantSpec]:
    """Every combination of some strategies, versions of a prompt, and models.

    Args:
        base: what all have otherwise; its parameters stay with its own strategy.
        strategies: ids; empty for that of ``base``.
        versions: numbers, None for the file as it is; empty for that of ``base``.
        models: names or paths; empty for that of ``base``.
        titles: words for strategies and models in names.
    """
    found = []
    for strategy, version, model in product(
        strategies or (base.strategy,), versions or (base.version,), models or (base.model,)
    ):
        words = [f"v{version}" if version else "", titles.get(strategy, ""), titles.get(model, "")]
        varied = [len(versions) > 1, len(strategies) > 1, len(models) > 1]
        name = " ".join(word for word, counts in zip(words, varied, strict=True) if counts and word)
        found.append(
            msgspec.structs.replace(
                base,
                name=name or base.name,
                strategy=strategy,
                params=base.params if strategy == base.strategy else {},
                version=version,
                model=model,
            )
        )
    return found
