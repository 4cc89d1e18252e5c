"""Which judges of an evaluation may rank, by the user's votes; the others decide nothing."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence

from workbench.domain.evaluation.checks import Check, CheckSet
from workbench.domain.evaluation.judging import JudgeReport, SelfTest
from workbench.domain.evaluation.votes import Vote
from workbench.domain.text import replace_surrogates
from workbench.evaluation import scoring
from workbench.evaluation.judges.report import JudgedAnswer, is_judge, report_on, skill_of
from workbench.evaluation.metrics.checking import fetch_key, leaves, rank
from workbench.history.evaluation import votes
from workbench.service.core import Core
from workbench.service.evaluation.evaluation import Evaluation
from workbench.service.evaluation.judges.asking import label_of_model
from workbench.service.evaluation.judges.judges import Judges
from workbench.service.evaluation.judges.requests import model_of


class Gating:
    """Looks at the judges of evaluations."""

    def __init__(self, core: Core, judges: Judges) -> None:
        self._store = core.store
        self._judges = judges

    async def apply(self, evaluation: Evaluation) -> tuple[JudgeReport, ...]:
        """Let only those judges decide that agree with the user's votes.

        The results of the evaluation are changed: those of other judges are shown and count for
        nothing.

        Returns:
            What is known of each judge, in the order of the checks.
        """
        judges = judges_of(evaluation)
        if not judges:
            return ()
        keys = {cell.key for cell in evaluation.cells.values() if cell.key}
        kept = await self._store.read(votes.load, keys)
        tests = await self._judges.self_tests()
        return await asyncio.to_thread(_gated, evaluation, judges, kept.votes, tests)


def judges_of(evaluation: Evaluation) -> dict[str, Check]:
    """The checks that models judge, by their keys."""
    found: dict[str, Check] = {}
    of_cases = (CheckSet(checks=case.checks) for case in evaluation.cases if case.checks)
    for checks in (evaluation.set.checks, *of_cases):
        for each in leaves(checks):
            if isinstance(each, Check) and is_judge(each.metric):
                found.setdefault(fetch_key(each), each)
    return found


def _gated(
    evaluation: Evaluation,
    judges: Mapping[str, Check],
    given: Sequence[Vote],
    tests: Sequence[SelfTest],
) -> tuple[JudgeReport, ...]:
    answers = answers_of(evaluation, judges)
    reports = {
        key: report_on(
            scoring.title_of(check),
            check.metric,
            answers[key],
            given,
            baseline=evaluation.baseline,
            untested=_is_untested(check, answers[key], tests),
            judges_itself=_judges_itself(evaluation, check, answers[key]),
        )
        for key, check in judges.items()
    }
    allowed = {key for key, each in reports.items() if each.may_rank}

    def may_rank(check: Check) -> bool:
        return not is_judge(check.metric) or fetch_key(check) in allowed

    for place, result in tuple(evaluation.scores.items()):
        changed = rank(result, may_rank)
        if evaluation.scores.get(place) is result:  # else it was judged again in between
            evaluation.scores[place] = changed
    return tuple(reports.values())


def answers_of(
    evaluation: Evaluation, judges: Mapping[str, Check]
) -> dict[str, list[JudgedAnswer]]:
    """The answers that each judge judged, by its key."""
    found: dict[str, list[JudgedAnswer]] = {key: [] for key in judges}
    for cell in evaluation.cells.values():
        result = evaluation.scores.get((cell.id, cell.run_id))
        if result is None:
            continue
        text = replace_surrogates(cell.output)
        identity = (cell.key, hashlib.sha256(text.encode()).hexdigest())
        for each in result.leaves():
            if isinstance(each.check, Check) and is_judge(each.check.metric):
                place = (cell.id.case, cell.id.repeat)
                judged = JudgedAnswer(identity, cell.id.variant, place, len(cell.output), each)
                found[fetch_key(each.check)].append(judged)
    return found


def _is_untested(check: Check, answers: Sequence[JudgedAnswer], tests: Sequence[SelfTest]) -> bool:
    """Whether no self-test says that each model that judged can do this."""
    skill = skill_of(check.metric)
    able = {label_of_model(test.model, test.digest) for test in tests if test.may_judge(skill)}
    used = {
        part.removeprefix("by:")
        for each in answers
        for part in each.result.signature.split("|")
        if part.startswith("by:") and "@" in part
    }
    return not used or not used <= able


def _judges_itself(
    evaluation: Evaluation, check: Check, answers: Sequence[JudgedAnswer]
) -> tuple[str, ...]:
    """Variants that were judged by the model that wrote them."""
    models = {each.spec.name: each.run.model.name for each in evaluation.variants if each.run}
    if not model_of(check):
        return tuple(models)
    judges = {str(getattr(each.result.result, "detail", {}).get("judge", "")) for each in answers}
    return tuple(name for name, model in models.items() if model in judges)
