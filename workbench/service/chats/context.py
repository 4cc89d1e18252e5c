"""The context of a conversation, in sight: what the model gets, counted by parts, and what not."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence

from workbench.domain.chat import ChatOptions, chat_params
from workbench.domain.chat_context import ContextPart, ContextReport, PartName
from workbench.domain.chat_templates import TemplateVerdict
from workbench.domain.errors import MessageTooLongError, UnsupportedError, WorkbenchError
from workbench.domain.profiles import USER, Profile
from workbench.domain.runs.spec import ChatPrompt, RunSpec
from workbench.domain.text import Message, Segment, count_text
from workbench.domain.transcripts import Part
from workbench.domain.views import ChatMessage
from workbench.engine.protocol import Engine, LoadedModel
from workbench.history.chats import profiles
from workbench.history.runs.runs import load_manifest
from workbench.runs.fitting import Fitted, fit_messages, prompt_segments, reserve_of
from workbench.service.chats.profiles import user_name
from workbench.service.chats.prompt import BranchPrompt, Draft, branch_prompt
from workbench.service.chats.reader import ConversationReader
from workbench.service.prompts.token_map import count_by_origin

NO_MODEL = "not counted: no model is loaded"
_ORDER: tuple[PartName, ...] = (
    "profile", "system", "summary", "documents", "history", "thoughts", "draft", "format",
)  # fmt: skip
_COUNTED_CHARACTERS = 400_000
"""Messages that are left out are counted up to this length."""


class Contexts(ConversationReader):
    """What goes to the model of a conversation."""

    async def context(
        self,
        conversation_id: int | None,
        leaf_id: int | None,
        draft: str,
        options: ChatOptions,
        files: tuple[Part, ...] = (),
    ) -> ContextReport:
        """The context of the next answer, as it would be sent now.

        Args:
            conversation_id: None is one that has not begun.
            leaf_id: the message that the draft follows.
            draft: what is written and not sent.
            options: how the answer would be made.
            files: attached to the draft.
        """
        engine = self._engines.current
        model = engine.model
        if model is None:
            return ContextReport(uncounted=NO_MODEL)
        if options.model and options.model != model.path:
            return ContextReport(uncounted="not counted: the chosen model is not loaded")
        if engine.status.place:
            return ContextReport(uncounted="not counted: what is typed is not sent to a server")
        branch: tuple[ChatMessage, ...] = ()
        if conversation_id is not None and leaf_id is not None:
            branch = await self.messages(conversation_id, leaf_id)
        sent = await self._branch_prompt(branch, Draft(draft, files=files), options)
        verdict = await self._templates.verdict(model.chat_template)
        try:
            return await _counted(engine, model, sent, options, verdict, branch)
        except UnsupportedError:
            return ContextReport(
                uncounted="not counted: the server does not say what its tokens are"
            )
        except WorkbenchError as error:
            return ContextReport(uncounted=f"not counted: {error}")

    async def _branch_prompt(
        self, branch: Sequence[ChatMessage], draft: Draft, options: ChatOptions
    ) -> BranchPrompt:
        """What is sent of a branch with what comes after it."""
        profile = await self._profile(options)
        first = await self._first_sent(branch)
        user = USER if profile is None else await user_name(self._shared)
        return branch_prompt(branch, draft, options, profile, first, user)

    async def _profile(self, options: ChatOptions) -> Profile | None:
        """The profile that is chosen, None where there is none."""
        if not options.profile:
            return None
        try:
            return await self._shared.read(profiles.load_profile, options.profile)
        except WorkbenchError:  # of another history: the conversation can go on without it
            return None

    async def _first_sent(self, branch: Sequence[ChatMessage]) -> int:
        """The message at which began what the last answer of a branch was made from; 0 for all."""
        runs = [each.run_id for each in branch if each.run_id is not None and not each.kind]
        if not runs:
            return 0
        try:
            manifest = await self._store.read(load_manifest, runs[-1])
        except WorkbenchError:
            return 0
        kept = manifest.get("context")
        return int(kept.get("first_id") or 0) if isinstance(kept, dict) else 0


async def _counted(
    engine: Engine,
    model: LoadedModel,
    sent: BranchPrompt,
    options: ChatOptions,
    verdict: TemplateVerdict,
    branch: Sequence[ChatMessage],
) -> ContextReport:
    """The report of a prompt that the loaded model would get."""
    prompt, over = sent.prompt, 0
    fitting = prompt.fitting
    assert fitting is not None
    reserve = _reserve(prompt, options)
    if not prompt.messages:
        return ContextReport(reserve=reserve, context=model.context_tokens)
    try:
        fitted = await fit_messages(engine, prompt.messages, fitting, reserve, goes_on=False)
    except MessageTooLongError as error:
        over = error.over_tokens
        fitted = Fitted(prompt.messages)
    left_out = set(fitted.dropped)
    places = [place for place in range(len(prompt.messages)) if place not in left_out]
    messages = tuple(prompt.messages[place] for place in places)
    segments = await prompt_segments(engine, messages, fitting.keep_thoughts, goes_on=False)
    raw = "".join(segment.text for segment in segments)
    tokens = await engine.tokenize(segments)
    counts = count_by_origin(messages, raw, tokens)
    found: Counter[PartName] = Counter()
    for place, spans in zip(places, counts.spans, strict=True):
        for name, count in zip(sent.parts[place], spans, strict=True):
            found[name] += count
    thoughts = await _count_thoughts(engine, raw, messages)
    found["thoughts"] = min(thoughts.sent, counts.format)
    found["format"] = len(tokens) - sum(found.values())
    ids = fitting.ids
    merged = _merged(messages, [ids[place] for place in places], verdict)
    shown = {ids[place] for place in places}
    unknown = sum(
        each.thought_tokens or 0
        for each in branch
        if not each.reasoning and each.message_id in shown
    )
    return ContextReport(
        parts=tuple(ContextPart(name, found[name]) for name in _ORDER if found[name]),
        reserve=reserve,
        context=model.context_tokens,
        sent_messages=sum(1 for place in places if ids[place]),
        dropped_messages=len(left_out),
        dropped_tokens=await _count_dropped(engine, prompt.messages, fitted.dropped),
        first_seen=ids[fitted.first] if left_out else None,
        dropped_thoughts=thoughts.dropped + unknown,
        over_tokens=over,
        merged=merged,
        notes=_notes(messages, len(merged), verdict),
    )


def _reserve(prompt: ChatPrompt, options: ChatOptions) -> int:
    return reserve_of(
        RunSpec(
            prompt=prompt,
            strategy=options.strategy,
            params=chat_params(options.strategy) | options.params,
            sampling=options.sampling,
        )
    )


class _Thoughts:
    """Tokens of thoughts, by whether the model gets them."""

    def __init__(self) -> None:
        self.sent = 0
        self.dropped = 0


async def _count_thoughts(engine: Engine, raw: str, messages: Sequence[Message]) -> _Thoughts:
    """The tokens of thoughts that are in the prompt, and of those that the template dropped."""
    found = _Thoughts()
    for message in messages:
        thought = message.thoughts.strip()
        if not thought:
            continue
        count = len(await engine.tokenize((Segment(thought, special=False),)))
        if thought in raw:
            found.sent += count
        else:
            found.dropped += count
    return found


async def _count_dropped(
    engine: Engine, messages: Sequence[Message], dropped: Sequence[int]
) -> int | None:
    text = "\n".join(messages[place].text for place in dropped)
    if not text:
        return 0
    if len(text) > _COUNTED_CHARACTERS:
        return None
    return len(await engine.tokenize((Segment(text, special=False),)))


def _merged(
    messages: Sequence[Message], ids: Sequence[int], verdict: TemplateVerdict
) -> tuple[int, ...]:
    """Messages that are merged with a neighbour for a template that wants user and model in turn.

    Those of the system are between no two others by then.
    """
    case = verdict.of("user_user")
    if case is None or "merged" not in case.changes:
        return ()
    spoken = [
        (message.role, each)
        for message, each in zip(messages, ids, strict=True)
        if message.role != "system"
    ]
    found = set()
    for (role, one), (other_role, other) in itertools.pairwise(spoken):
        if role == other_role:
            found |= {one, other}
    return tuple(sorted(found - {0}))


def _notes(messages: Sequence[Message], merged: int, verdict: TemplateVerdict) -> tuple[str, ...]:
    """What is changed in the rendered copy."""
    notes = []
    system, first = verdict.of("system"), verdict.of("assistant_first")
    if any(each.role == "system" for each in messages) and system is not None:
        if not system.taken:
            notes.append(f"The chat template refuses a system prompt: {system.reason}.")
        elif "system_in_user" in system.changes:
            notes.append("The system prompt begins the first user message: no system role.")
    spoken = [each.role for each in messages if each.role != "system"]
    if spoken and spoken[0] == "assistant" and first is not None and "greeting" in first.changes:
        notes.append("A short user message is put before the greeting for this model.")
    if merged:
        notes.append(
            f"{count_text(merged, 'message')} of one role in a row: merged for this model."
        )
    return tuple(notes)
