"""What a model can do as a judge: the self-test, and bias probes; kept by the model's file."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Sequence
from typing import TypeVar

import msgspec

from workbench.domain.errors import WorkbenchError
from workbench.domain.evaluation.judging import BiasReport, LabelReading, SelfTest
from workbench.domain.runs.spec import TemplatePrompt
from workbench.evaluation.judges import bias, self_test
from workbench.history.evaluation import measurements
from workbench.history.evaluation.measurements import Measurement
from workbench.service.core import Core
from workbench.service.evaluation.judges.asking import Asking, JudgeModel, OnMeasured, Put
from workbench.service.evaluation.judges.questions import Answer, TextsAnswer, TextsQuestion
from workbench.service.evaluation.judges.requests import (
    JudgePrompt,
    Request,
    Subject,
    prompt_of,
    request_for,
)

SELF_TEST, BIAS = "self-test", "bias"
R = TypeVar("R", SelfTest, BiasReport)


class Judges:
    """Models as judges."""

    def __init__(self, core: Core, asking: Asking) -> None:
        self._store = core.store
        self._library = core.prompt_library
        self._asking = asking

    async def self_test(
        self, model: str = "", on_measured: OnMeasured | None = None, *, fresh: bool = False
    ) -> SelfTest:
        """What a model may judge, by 30 rows with known answers.

        It is made once for a model's file and the judges' prompts as they are.

        Args:
            model: a name or path, "" the usual one.
            on_measured: hears how far it is.
            fresh: make it again.

        Raises:
            ModelError, EngineError: the model cannot be had, or cannot score texts.
            LibraryError: a prompt of the judges is missing.
            StoreError: it could not be kept.
        """
        judge = await self._asking.model(model)
        requests, key = await self._of_self_test(judge)
        if not fresh and (found := await self._kept(key, SelfTest)) is not None:
            return found
        began = time.monotonic()
        puts = [Put(judge, question) for each in requests for question in each.questions]
        answers = iter(await self._answers(puts, on_measured, fresh=fresh))
        readings: list[tuple[LabelReading, ...]] = []
        for each in requests:
            built = each.build([next(answers) for _ in each.questions])
            assert built.judgement is not None
            readings.append(built.judgement.readings)
        taken = time.monotonic() - began
        made_now = self_test.assess(judge.entry.name, judge.digest, readings, taken, time.time())
        await self._keep(key, SELF_TEST, judge, made_now)
        return made_now

    async def _of_self_test(self, judge: JudgeModel) -> tuple[list[Request], str]:
        """What a self-test asks, and the key that its result is kept by."""
        prompts: dict[str, JudgePrompt] = {}
        requests: list[Request] = []
        for question in self_test.questions():
            name = prompt_of(question.check)
            if name not in prompts:
                file = await asyncio.to_thread(self._library.judge_prompt, name)
                prompts[name] = await asyncio.to_thread(JudgePrompt.of, name, file)
            task = TemplatePrompt("", "", {"task": question.task})
            subject = Subject(question.answer, task, {}, ())
            made = request_for(question.check, subject, judge, prompts[name])
            assert isinstance(made, Request)
            requests.append(made)
        digests = sorted(each.file.sha256 for each in prompts.values())
        return requests, _key(SELF_TEST, self_test.VERSION, judge, digests)

    async def known(self, model: str = "") -> tuple[SelfTest | None, BiasReport | None]:
        """The self-test and the bias report of a model as far as they were made.

        Raises:
            ModelError: there is no such model.
            LibraryError: a prompt of the judges is missing.
        """
        judge = await self._asking.model(model)
        _, key = await self._of_self_test(judge)
        bias_key = _key(BIAS, bias.VERSION, judge, ())
        return await self._kept(key, SelfTest), await self._kept(bias_key, BiasReport)

    async def self_tests(self) -> tuple[SelfTest, ...]:
        """The newest self-test of each model file, newest first."""
        kept = await self._store.read(measurements.of_kind, SELF_TEST)
        found: dict[str, SelfTest] = {}
        for each in kept:
            test = _read(each.payload, SelfTest)
            if test is not None:
                found.setdefault(test.digest, test)
        return tuple(found.values())

    async def bias(
        self, model: str = "", on_measured: OnMeasured | None = None, *, fresh: bool = False
    ) -> BiasReport:
        """Whether a model expects stereotypes, axis by axis.

        Args:
            model: a name or path, "" the usual one.
            on_measured: hears how far it is.
            fresh: make it again.

        Raises:
            ModelError, EngineError: the model cannot be had, or cannot score texts.
            StoreError: it could not be kept.
        """
        judge = await self._asking.model(model)
        key = _key(BIAS, bias.VERSION, judge, ())
        if not fresh and (found := await self._kept(key, BiasReport)) is not None:
            return found
        began = time.monotonic()
        puts = [
            Put(judge, TextsQuestion(texts=each.tails, context="plain", head=each.head))
            for each in bias.bias_questions()
        ]
        logprobs = []
        for answer in await self._answers(puts, on_measured, fresh=fresh):
            assert isinstance(answer, TextsAnswer)
            logprobs.append((answer.logprobs[0], answer.logprobs[1]))
        report = BiasReport(
            model=judge.entry.name,
            digest=judge.digest,
            axes=await asyncio.to_thread(bias.assess_bias, logprobs),
            seconds=time.monotonic() - began,
            at=time.time(),
        )
        await self._keep(key, BIAS, judge, report)
        return report

    async def _answers(
        self, puts: Sequence[Put], on_measured: OnMeasured | None, *, fresh: bool
    ) -> list[Answer]:
        """One for each; the first error is raised."""
        keys = [each.key for each in puts]
        known = {} if fresh else await self._asking.known(keys)
        missing = {key: put for key, put in zip(keys, puts, strict=True) if key not in known}
        asked = await self._asking.ask(missing, on_measured)
        found: list[Answer] = []
        for key in keys:
            answer = asked.get(key) or known[key]
            if isinstance(answer, WorkbenchError):
                raise answer
            found.append(answer)
        return found

    async def _kept(self, key: str, kind: type[R]) -> R | None:
        found = await self._store.read(measurements.load, (key,))
        return _read(found[key], kind) if key in found else None

    async def _keep(self, key: str, kind: str, judge: JudgeModel, made: R) -> None:
        payload = msgspec.msgpack.encode(made)
        kept = Measurement(key=key, kind=kind, model=judge.entry.name, payload=payload)
        await self._asking.keep([kept])


def _key(kind: str, version: int, judge: JudgeModel, digests: Sequence[str]) -> str:
    content = msgspec.json.encode((kind, version, judge.digest, digests))
    return hashlib.sha256(content).hexdigest()


def _read(payload: bytes, kind: type[R]) -> R | None:
    try:
        return msgspec.msgpack.decode(payload, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None  # damaged, or of another version: it is made again
