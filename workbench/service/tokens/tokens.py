"""`core.tokens`: the tokens of a run's answer or of a message, where each is in the text."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from workbench.domain.chat import ChatOptions, system_of
from workbench.domain.errors import UsageError, WorkbenchError
from workbench.domain.runs.microscope import SamplerReplay
from workbench.domain.runs.run_state import CallState, RunState, SampleState, fold_all
from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.spec import ChatPrompt
from workbench.domain.runs.steering import ForkToken
from workbench.domain.runs.tokens import (
    AnswerToken,
    AnswerTokens,
    SampleTokens,
    TokenStorage,
    beginning,
    common_bytes,
    pieces_of,
    sample_tokens,
)
from workbench.domain.views import ChatMessage
from workbench.history.chats import message_tree
from workbench.history.runs.runs import load_spec
from workbench.history.tokens import token_data
from workbench.history.tokens.token_data import AnswerRow, ScoredTokens
from workbench.service.chats import Chats
from workbench.service.chats.prompt import Draft, branch_prompt
from workbench.service.core import Core
from workbench.service.models.models import Models
from workbench.service.runs.steering import Steering
from workbench.service.tokens import scoring
from workbench.service.tokens.scoring import StoredText


class _Written(NamedTuple):
    """A sample of a run, and its tokens where they were recorded."""

    call: CallState
    number: int
    sample: SampleState
    tokens: SampleTokens | None
    model: str


class Tokens:
    """Tokens of stored answers, scored later where they were not recorded.

    Where a method takes a ``call``, it is the call's name in the log, "" the one that wrote what
    the run ended with.
    """

    def __init__(self, core: Core, models: Models, chats: Chats, steering: Steering) -> None:
        self._store = core.store
        self._steering = steering
        self._models = models
        self._chats = chats

    # --- reading ------------------------------------------------------------------------------

    async def of(self, run_id: int, call: str = "", sample: int = 0) -> AnswerTokens:
        """The tokens of a sample; no tokens where nothing is known of them.

        Raises:
            UsageError: there is no such run, call or sample.
        """
        written = await self._written(run_id, call, sample)
        text = written.sample.text
        scored = await self._scored(_run_key(run_id, written, text))
        return _shown(text, _pieces(written.tokens, text), written.tokens, written.model, scored)

    async def of_message(self, message_id: int) -> AnswerTokens:
        """The tokens of a message's text.

        An answer that goes on from another version has its beginning's tokens from that version;
        an edited one has tokens up to the first changed byte.

        Raises:
            UsageError: there is no such message.
        """
        row, *others = await self._store.read(token_data.answer_versions, message_id)
        written = await self._answering(row)
        pieces: tuple[AnswerToken, ...] = ()
        if written is not None:
            tokens, model = written.tokens, written.model
            pieces = _pieces_in(written, row.text)
        else:
            tokens, model = await self._imported(row), row.author
            pieces = _pieces(tokens, row.text)
        pieces = await self._with_beginning(row, pieces, others)
        scored = await self._scored(_message_key(row, written))
        return _shown(row.text, pieces, tokens, model, scored)

    async def _with_beginning(
        self, row: AnswerRow, pieces: tuple[AnswerToken, ...], others: list[AnswerRow]
    ) -> tuple[AnswerToken, ...]:
        """The tokens, and before them those of versions that begin alike."""
        missing = pieces[0].start if pieces else len(_bytes(row.text))
        shared = [(common_bytes(each.text, row.text), each) for each in others]
        shared.sort(key=lambda pair: (pair[1].message_id != row.edited_from, -pair[0]))
        for common, other in shared:
            if not missing or not common:
                continue
            tokens = await self._known(other)
            if tokens is None:
                continue
            until = min(common, missing)
            before = pieces_of(tokens, row.text, until)
            if before:
                pieces, missing = (*before, *pieces), before[0].start
        return pieces

    async def _answering(self, row: AnswerRow) -> _Written | None:
        """The sample that wrote a message, None where no run did."""
        if row.run_id is None:
            return None
        try:
            return await self._written(row.run_id, "", 0)
        except WorkbenchError:
            return None

    async def _known(self, row: AnswerRow) -> SampleTokens | None:
        """The tokens of a message that is as it was written, None where they are not known."""
        written = await self._answering(row)
        if written is None:
            return await self._imported(row)
        return written.tokens if written.sample.text == row.text else None

    async def _imported(self, row: AnswerRow) -> SampleTokens | None:
        """The tokens that another program recorded of a message."""
        key = token_data.imported_key(row.message_id, row.text)
        found = await self._store.read(token_data.load_scored, key)
        return found.tokens if found is not None else None

    async def _written(self, run_id: int, name: str, number: int) -> _Written:
        log = await self._store.events(run_id)
        if not log:
            raise UsageError(
                f"There is no run {run_id}: `workbench history list` shows those there are."
            )
        state = fold_all(log)
        call = state.calls.get(name) if name else _answering_call(state)
        if call is None:
            called = f"no call {name}" if name else "no text of a model"
            raise UsageError(f"Run {run_id} has {called}: its tokens cannot be shown.")
        if not name:
            texts = [each.text for each in call.samples]
            number = texts.index(state.output) if state.output in texts else 0
        if not 0 <= number < len(call.samples):
            raise UsageError(f"The call {call.call} has {len(call.samples)} samples, from 0.")
        sample, tokens = call.samples[number], None
        if sample.tokens:
            place = list(state.calls).index(call.call)
            kept = await self._store.read(token_data.load, run_id, place, number)
            tokens = sample_tokens(
                sample.tokens,
                sample.text,
                prefix=call.prefix,
                tokenizer=kept.tokenizer if kept is not None else "",
            )
        return _Written(call, number, sample, tokens, state.model)

    async def _scored(self, key: str) -> ScoredTokens | None:
        return await self._store.read(token_data.load_scored, key)

    # --- asking a model -------------------------------------------------------------------------

    async def score(
        self, run_id: int, call: str = "", sample: int = 0, model: str = ""
    ) -> AnswerTokens:
        """Score a sample's text with a model ("" the loaded one) and keep that, then show it.

        Raises:
            UsageError: there is no such sample, or it is empty. ModelError, EngineError.
        """
        written = await self._written(run_id, call, sample)
        stored = _stored_text(written)
        scored = await self._ask(stored, _run_key(run_id, written, stored.text), model)
        return _shown(stored.text, (), None, "", scored)

    async def score_message(self, message_id: int, model: str = "") -> AnswerTokens:
        """Score a message's text with a model ("" the loaded one), and keep that.

        It is scored as the answer to what leads to it.

        Raises:
            UsageError: there is no such message, or it is empty. ModelError, EngineError.
        """
        stored, key = await self._stored_message(message_id)
        scored = await self._ask(stored, key, model)
        return _shown(stored.text, (), None, "", scored)

    async def _ask(self, stored: StoredText, key: str, model: str) -> ScoredTokens:
        async with self._models.hold(model) as engine:
            tokens = await scoring.score(engine, stored)
            name = engine.model.name if engine.model is not None else ""
        scored = ScoredTokens(model=name, tokens=tokens)
        await self._store.write(token_data.keep_scored, key, scored)
        return scored

    async def look_at_samplers(
        self, run_id: int, sampling: Sampling, call: str = "", sample: int = 0, model: str = ""
    ) -> SamplerReplay:
        """What a chain of samplers would have cut at each token of a sample; nothing is drawn.

        Raises:
            UsageError: there is no such sample, or the samplers draw by themselves.
            UnsupportedError: the model is on a server. ModelError, EngineError.
        """
        written = await self._written(run_id, call, sample)
        async with self._models.hold(model) as engine:
            return await scoring.look_at(engine, _stored_text(written), sampling)

    async def look_at_message(
        self, message_id: int, sampling: Sampling, model: str = ""
    ) -> SamplerReplay:
        """What a chain of samplers would have cut at each token of a message's text.

        Raises:
            As :meth:`look_at_samplers`.
        """
        stored, _ = await self._stored_message(message_id)
        async with self._models.hold(model) as engine:
            return await scoring.look_at(engine, stored, sampling)

    async def _stored_message(self, message_id: int) -> tuple[StoredText, str]:
        """A message's text with what led to it, and the key of what a model says of it."""
        row, *_ = await self._store.read(token_data.answer_versions, message_id)
        if row.role != "assistant":
            raise UsageError("Only answers have tokens that a model wrote: choose an answer.")
        written = await self._answering(row)
        key = _message_key(row, written)
        if written is not None and written.sample.text == row.text:
            return _stored_text(written), key
        before: tuple[ChatMessage, ...] = ()
        if row.parent_id is not None:
            before = await self._chats.messages(row.conversation_id, row.parent_id)
        options = ChatOptions(system=system_of(before) or "")
        sent = branch_prompt(before, Draft(), options).prompt.messages
        return StoredText(text=row.text, messages=sent), key

    # --- going on from a token ------------------------------------------------------------------

    async def fork(self, run_id: int, token: int, text: str) -> ChatMessage | None:
        """Go on from a token of a run's answer with another text in its place.

        The answer of a conversation gets another version there, which is returned; any other run
        is grown by a text that begins like its answer, as the Tree does it, and None is returned.

        Args:
            run_id: of the run.
            token: the number of a token in the sample (``AnswerToken.first``).
            text: what replaces it.

        Raises:
            UsageError: there is no such run or token. ModelError: its model is not there any more.
        """
        written = await self._written(run_id, "", 0)
        answered = await self._store.read(token_data.message_of_run, run_id)
        if answered is None:
            action = ForkToken(written.call.call, written.number, token, text)
            await self._steering.steer(run_id, action)
            return None
        found = await self.of(run_id)
        index = next((at for at, each in enumerate(found.tokens) if each.first == token), None)
        if index is None:
            raise UsageError(f"The answer of run {run_id} has no token {token} to go on from.")
        message = await self._store.read(message_tree.load_message, answered)
        spec = await self._store.read(load_spec, run_id)
        sent = spec.prompt.messages if isinstance(spec.prompt, ChatPrompt) else ()
        options = ChatOptions(
            model=spec.model,
            sampling=spec.sampling,
            seed=spec.seed,
            mode=spec.mode,
            system="\n\n".join(each.text for each in sent if each.role == "system"),
        )
        return await self._chats.fork_answer(message, beginning(found, index) + text, options)

    # --- size -----------------------------------------------------------------------------------

    async def storage(self) -> TokenStorage:
        """What the stored tokens take."""
        return await self._store.read(token_data.storage)

    async def prune(self, *, before: float | None = None, keep_newest: int | None = None) -> int:
        """Drop the alternatives of old answers; the probabilities of their own tokens stay.

        Args:
            before: of runs that began before this time (Unix seconds).
            keep_newest: of all but this number of answers.

        Returns:
            The bytes that are free inside the history's file.
        """
        return await self._store.write(token_data.prune, before=before, keep_newest=keep_newest)


def _answering_call(state: RunState) -> CallState | None:
    """The call that wrote what a run ended with, else its last call with a text."""
    found = state.answering_call()
    if found is not None:
        return found
    with_text = [call for call in state.calls.values() if any(s.text for s in call.samples)]
    return with_text[-1] if with_text else None


def _stored_text(written: _Written) -> StoredText:
    return StoredText(
        text=written.sample.text,
        messages=written.call.messages,
        prefix=written.call.prefix,
        drawn=written.tokens,
    )


def _pieces(tokens: SampleTokens | None, text: str) -> tuple[AnswerToken, ...]:
    return pieces_of(tokens, text) if tokens is not None else ()


def _pieces_in(written: _Written, text: str) -> tuple[AnswerToken, ...]:
    """The tokens of a message whose text may be a part of what was written, or an edit of it."""
    tokens, whole = written.tokens, written.sample.text
    if tokens is None:
        return ()
    if text == whole:
        return pieces_of(tokens, text)
    at = whole.find(text) if text else -1
    if at >= 0:
        return pieces_of(_moved(tokens, -len(_bytes(whole[:at]))), text)
    return pieces_of(tokens, text, common_bytes(whole, text))


def _moved(tokens: SampleTokens, by: int) -> SampleTokens:
    return SampleTokens(
        tokenizer=tokens.tokenizer,
        offset=tokens.offset + by,
        ids=tokens.ids,
        sizes=tokens.sizes,
        logprobs=tokens.logprobs,
        alternatives=tokens.alternatives,
        doubt=tokens.doubt,
    )


def _shown(
    text: str,
    pieces: tuple[AnswerToken, ...],
    tokens: SampleTokens | None,
    model: str,
    scored: ScoredTokens | None,
) -> AnswerTokens:
    """What was drawn; what was scored later where that knows more."""
    if scored is not None and not any(piece.alternatives for piece in pieces):
        return AnswerTokens(
            text=text,
            tokens=pieces_of(scored.tokens, text),
            model=scored.model,
            source="scored",
            doubt=scored.tokens.doubt,
        )
    doubt = tokens.doubt if tokens is not None else None
    return AnswerTokens(text=text, tokens=pieces, model=model, doubt=doubt)


def _run_key(run_id: int, written: _Written, text: str) -> str:
    return _key(f"run {run_id} {written.call.call} {written.number}", text)


def _message_key(row: AnswerRow, written: _Written | None) -> str:
    if written is not None and written.sample.text == row.text:
        return _run_key(row.run_id or 0, written, row.text)
    return _key(f"message {row.message_id}", row.text)


def _key(whose: str, text: str) -> str:
    """Begins with what the text is of, so that it can be forgotten with that."""
    return f"{token_data.SCORED} {whose} {hashlib.sha256(_bytes(text)).hexdigest()[:32]}"


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")
