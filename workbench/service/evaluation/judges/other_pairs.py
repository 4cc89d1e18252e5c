"""A judge that may rank, on the pairs of answers that the user did not vote on."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from workbench.domain.errors import UsageError, WorkbenchError
from workbench.domain.evaluation.checks import Check, CheckResult
from workbench.domain.evaluation.judging import JudgedPair, JudgedPairs
from workbench.domain.evaluation.votes import VoteAnswer
from workbench.domain.runs.spec import TemplatePrompt
from workbench.evaluation import scoring
from workbench.evaluation.judges.report import label_of, skill_of
from workbench.evaluation.metrics.judges.pairwise import PairwiseParams, pair_of
from workbench.evaluation.metrics.judges.reading import FIRST
from workbench.service.core import Core
from workbench.service.evaluation.evaluation import Evaluation
from workbench.service.evaluation.judges.asking import Asking, JudgeModel, OnMeasured, Put
from workbench.service.evaluation.judges.gating import answers_of, judges_of
from workbench.service.evaluation.judges.questions import Answer
from workbench.service.evaluation.judges.requests import (
    JudgePrompt,
    Request,
    Subject,
    model_of,
    params_of,
    prompt_of,
    request_for,
)

Pair = tuple[str, VoteAnswer, VoteAnswer]
"""A case and two answers to it."""


class _Asked(NamedTuple):
    pair: Pair
    model: JudgeModel
    request: Request
    keys: tuple[str, ...]


class OtherPairs:
    """Finds what a judge picks of pairs, and asks it about those that are left."""

    def __init__(self, core: Core, asking: Asking) -> None:
        self._library = core.prompt_library
        self._asking = asking

    async def judged(
        self,
        evaluation: Evaluation,
        title: str,
        pairs: Sequence[Pair],
        on_measured: OnMeasured | None = None,
        *,
        ask: bool = False,
    ) -> JudgedPairs:
        """What a judge picks of pairs.

        Args:
            evaluation: whose answers they are.
            title: of the judge's check.
            pairs: without a vote of the user.
            on_measured: hears how far it is.
            ask: whether the model is asked about pairs that it was not asked about; else they are
                left.

        Raises:
            UsageError: there is no such judge.
            ModelError, EngineError: the model cannot be had.
            StoreError: an answer could not be kept.
        """
        found = (
            (key, check)
            for key, check in judges_of(evaluation).items()
            if scoring.title_of(check) == title
        )
        key, check = next(found, ("", None))
        if check is None:
            raise UsageError(f"There is no judge “{title}” among the checks.")
        known, rest = await asyncio.to_thread(_known, evaluation, key, check, pairs)
        params = params_of(check)
        if not isinstance(params, PairwiseParams) or params.against != "baseline":
            return JudgedPairs(check=title, pairs=len(pairs), judged=tuple(known))
        wanted, failed = await self._wanted(evaluation, check, rest)
        answers: dict[str, Answer | WorkbenchError] = {
            **await self._asking.known(each for one in wanted for each in one.keys)
        }
        if ask:
            missing = {
                each: Put(one.model, question)
                for one in wanted
                for each, question in zip(one.keys, one.request.questions, strict=True)
                if each not in answers
            }
            answers |= await self._asking.ask(missing, on_measured)
            error = next((e for e in answers.values() if isinstance(e, WorkbenchError)), None)
            if error is not None:
                raise error
        left = 0
        for one in wanted:
            if all(each in answers for each in one.keys):
                known.append(_judged(one, answers))
            else:
                left += 1
        return JudgedPairs(
            check=title, pairs=len(pairs), judged=tuple(known), left=left, cannot=failed
        )

    async def _wanted(
        self, evaluation: Evaluation, check: Check, pairs: Sequence[Pair]
    ) -> tuple[list[_Asked], int]:
        """The requests, and how many pairs cannot be asked about."""
        if not pairs:
            return [], 0
        name = prompt_of(check)
        file = await asyncio.to_thread(self._library.judge_prompt, name)
        prompt = await asyncio.to_thread(JudgePrompt.of, name, file)
        cases = {case.id: case for case in evaluation.cases}
        specs = {(cell.id.variant, cell.id.case): cell.spec for cell in evaluation.sweep.cells}
        models: dict[str, JudgeModel] = {}
        found, failed = [], 0
        for pair in pairs:
            case, one, other = pair
            spec = specs.get((one.variant, case))
            if spec is None or not isinstance(spec.prompt, TemplatePrompt):
                failed += 1
                continue
            ref = model_of(check) or spec.model
            if ref not in models:
                models[ref] = await self._asking.model(ref)
            subject = Subject(
                one.text, spec.prompt, cases[case].values, cases[case].expected, baseline=other.text
            )
            request = request_for(check, subject, models[ref], prompt)
            if isinstance(request, Request):
                keys = tuple(Put(models[ref], each).key for each in request.questions)
                found.append(_Asked(pair, models[ref], request, keys))
            else:
                failed += 1
        return found, failed


def _known(
    evaluation: Evaluation, key: str, check: Check, pairs: Sequence[Pair]
) -> tuple[list[JudgedPair], list[Pair]]:
    """What the check's own results say of pairs, and the pairs that they do not decide."""
    results: Mapping[tuple[str, str], CheckResult] = {
        each.identity: each.result for each in answers_of(evaluation, {key: check})[key]
    }
    found, rest = [], []
    for pair in pairs:
        _, one, other = pair
        pick = label_of(results.get(one.identity), results.get(other.identity))
        is_own = skill_of(check.metric) == "pairwise" and evaluation.baseline not in (
            one.variant,
            other.variant,
        )
        if pick and not is_own:
            found.append(_pick(pair, pick))
        else:
            rest.append(pair)
    return found, rest


def _judged(asked: _Asked, answers: Mapping[str, Answer | WorkbenchError]) -> JudgedPair:
    given = [answers[key] for key in asked.keys]
    built = asked.request.build([each for each in given if not isinstance(each, WorkbenchError)])
    assert built.judgement is not None
    first, second = built.judgement.readings
    if not (first.is_readable and second.is_readable):
        return _pick(asked.pair, "")
    pick = pair_of(first.probability(FIRST), second.probability(FIRST)).pick
    return _pick(asked.pair, pick if pick in ("a", "b") else "tie")


def _pick(pair: Pair, pick: str) -> JudgedPair:
    case, one, other = pair
    picks: dict[str, Literal["one", "other", "tie", ""]] = {"a": "one", "b": "other", "tie": "tie"}
    return JudgedPair(case=case, one=one.variant, other=other.variant, pick=picks.get(pick, ""))
