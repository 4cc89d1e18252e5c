"""Makes a sound tree of what a file says: every message once, parents first, no rings.

Parent links decide; lists of children only order versions. What is dropped leaves its place to what
follows it. Nothing here recurses: a chain may be as long as it likes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from workbench.domain.runs.tokens import SampleTokens
from workbench.domain.transcripts import MessageKind, Part, Transcript, TranscriptMessage
from workbench.transcripts.values import clean, digest, is_clean, one_line

_ROLES = {
    "system": "system", "developer": "system",
    "user": "user", "human": "user",
    "assistant": "assistant", "gpt": "assistant", "model": "assistant", "bot": "assistant",
    "tool": "tool", "function": "tool", "ipython": "tool", "observation": "tool",
}  # fmt: skip


@dataclass
class Node:
    """A message as its file has it."""

    key: str
    parent: str | None
    role: Any = "user"
    text: str = ""
    reasoning: str = ""
    kind: MessageKind = ""
    hidden: bool = False
    author: str = ""
    created_at: float | None = None
    parts: list[Part] = field(default_factory=list)
    children: tuple[str, ...] = ()
    """Orders the versions that follow it."""
    dropped: bool = False
    """Its children move up to its parent; its reasoning goes to the answer that follows."""
    system: str | None = None
    label: str = ""
    pinned: bool = False
    edited_from: str | None = None
    copied_from: str | None = None
    raw: str = ""
    tokens: SampleTokens | None = None
    """Of its text; left out where the text is not kept as it is."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it that could be shown."""
        return not (self.text.strip() or self.parts or self.reasoning.strip() or self.kind)


class TreeBuilder:
    """Collects the messages of one conversation in the order of its file."""

    def __init__(self, *, keeps_empty: bool = False) -> None:
        self._keeps_empty = keeps_empty
        self.nodes: dict[str, Node] = {}
        self.warnings: set[str] = set()
        self._last: str | None = None

    def warn(self, code: str) -> None:
        """Note what was found damaged or missing."""
        self.warnings.add(code)

    def add(self, node: Node) -> None:
        """Add a message; a second one with the same key gets one of its own."""
        key, number = node.key, 1
        while key in self.nodes:
            number += 1
            key = f"{node.key}~{number}"
        if key != node.key:
            self.warn("duplicate_key")
            node.key = key
        self.nodes[key] = node
        self._last = key

    def append(self, node: Node) -> None:
        """Add a message of a program without ids behind the one added last."""
        node.parent = self._last
        node.key = self.made_key(node)
        self.add(node)

    def made_key(self, node: Node) -> str:
        """A key for a message without one: it stays the same while a conversation grows."""
        return digest(node.parent or "", str(node.role), node.text, node.reasoning)

    @property
    def last(self) -> str | None:
        """The key of the message that was added last, or that :meth:`go_on_from` named."""
        return self._last

    def go_on_from(self, key: str | None) -> None:
        """Let :meth:`append` follow another message than the last."""
        self._last = key

    def build(
        self,
        source: str,
        source_id: str,
        title: str = "",
        *,
        leaf: str | None = None,
        warns_title: bool = False,
        warns_leaf: bool = False,
        first_of: str = "user",
        **values: Any,
    ) -> Transcript:
        """The conversation.

        Args:
            source: the format's id.
            source_id: the conversation's id; "" makes one of its texts.
            title: "" names it after its first message.
            leaf: the end of the branch that is shown; the newest where it is not known.
            warns_title: a missing title is worth a warning.
            warns_leaf: so is a missing leaf.
            first_of: the role whose first message gives the title, "" for any.
            **values: further fields of Transcript.
        """
        for node in self.nodes.values():
            if node.is_empty and not self._keeps_empty:
                node.dropped = True
        self._mend_parents()
        self._hand_on_reasoning()
        messages = self._ordered()
        shown = self._kept(leaf)
        if shown is None:
            if (leaf is not None or warns_leaf) and messages:
                self.warn("active_leaf_missing")
            shown = self._newest(messages)
        name = one_line(title)
        if not name:
            if warns_title:
                self.warn("title_missing")
            name = one_line(_first_text(messages, first_of)) or "Untitled"
        made_id = source_id or digest(*(f"{each.role}:{each.text}" for each in messages))
        return Transcript(
            source=source,
            source_id=clean(made_id),
            title=name,
            messages=tuple(messages),
            leaf=shown,
            warnings=tuple(sorted(self.warnings | set(values.pop("warnings", ())))),
            **values,
        )

    # --- links ----------------------------------------------------------------------------------

    def _mend_parents(self) -> None:
        for node in self.nodes.values():
            if node.parent is not None and node.parent not in self.nodes:
                self.warn("missing_parent")
                node.parent = None
        sound: set[str] = set()
        for start in self.nodes:
            walked: set[str] = set()
            at: str | None = start
            while at is not None and at not in sound:
                if at in walked:
                    self.warn("cycle")
                    self.nodes[at].parent = None
                    break
                walked.add(at)
                at = self.nodes[at].parent
            sound |= walked

    def _kept(self, key: str | None) -> str | None:
        """A message that is kept, or the nearest before it that is."""
        while key is not None and key in self.nodes and self.nodes[key].dropped:
            key = self.nodes[key].parent
        return key if key in self.nodes else None

    def _followers(self) -> dict[str | None, list[str]]:
        """What follows each message, versions in order: that of the list, then of the file."""
        found: dict[str | None, list[str]] = {None: []}
        for node in self.nodes.values():
            found.setdefault(node.parent, []).append(node.key)
        for key, followers in found.items():
            listed = self.nodes[key].children if key is not None else ()
            if listed and len(followers) > 1:
                places = {each: place for place, each in enumerate(listed)}
                followers.sort(key=lambda each: places.get(each, len(places)))
        return found

    def _walk(self) -> Iterable[Node]:
        """All messages, parents first, a branch to its end before the next."""
        followers = self._followers()
        waiting = list(reversed(followers[None]))
        while waiting:
            key = waiting.pop()
            yield self.nodes[key]
            waiting += reversed(followers.get(key, []))

    def _hand_on_reasoning(self) -> None:
        """Give thoughts that are messages of their own to the answer that they precede."""
        thoughts = [n for n in self.nodes.values() if n.dropped and n.reasoning.strip()]
        if not thoughts:
            return
        followers = self._followers()
        for node in thoughts:
            target = self._answer_after(node, followers)
            if target is None:
                node.dropped = node.is_empty
            else:
                parts = [target.reasoning, node.reasoning]
                # Walked in the order of the file, which may not be that of the thoughts.
                target.reasoning = "\n\n".join(part for part in parts if part.strip())

    def _answer_after(self, node: Node, followers: dict[str | None, list[str]]) -> Node | None:
        folded: Node | None = None
        waiting = list(reversed(followers.get(node.key, [])))
        while waiting:
            found = self.nodes[waiting.pop()]
            if not found.dropped:
                if found.role == "user":
                    continue
                if found.role == "assistant" and not found.kind:
                    return found
                folded = folded or found
            waiting += reversed(followers.get(found.key, []))
        return folded

    def _ordered(self) -> list[TranscriptMessage]:
        return [self._message(node) for node in self._walk() if not node.dropped]

    def _message(self, node: Node) -> TranscriptMessage:
        role = _ROLES.get(str(node.role).lower())
        if role is None:
            self.warn("unknown_role")
            role = "assistant"
        texts = (node.text, node.reasoning, node.author)
        if not all(map(is_clean, texts)):
            self.warn("replaced_characters")
        return TranscriptMessage(
            key=clean(node.key),
            parent=_cleaned(self._kept(node.parent)),
            role=role,  # type: ignore[arg-type] # one of the four
            text=clean(node.text),
            reasoning=clean(node.reasoning),
            kind=node.kind,
            hidden=node.hidden,
            author=clean(node.author),
            created_at=node.created_at,
            parts=tuple(map(_clean_part, node.parts)),
            system=_cleaned(node.system),
            label=clean(node.label),
            pinned=node.pinned,
            edited_from=_cleaned(self._kept(node.edited_from)),
            copied_from=_cleaned(self._kept(node.copied_from)),
            raw=node.raw,
            tokens=node.tokens if is_clean(node.text) else None,
        )

    def _newest(self, messages: list[TranscriptMessage]) -> str | None:
        """The end of a branch with the latest time; of equal ones the later in the file."""
        parents = {each.parent for each in messages}
        places = {clean(key): place for place, key in enumerate(self.nodes)}
        ends = [each for each in messages if each.key not in parents]
        if not ends:
            return None
        newest = max(ends, key=lambda each: (each.created_at or 0.0, places.get(each.key, 0)))
        return newest.key


def _cleaned(text: str | None) -> str | None:
    return None if text is None else clean(text)


def _clean_part(part: Part) -> Part:
    if all(map(is_clean, (part.name, part.text, part.url, part.media_type, part.arguments))):
        return part
    return Part(
        kind=part.kind,
        name=clean(part.name),
        media_type=clean(part.media_type),
        size=part.size,
        text=clean(part.text),
        url=clean(part.url),
        arguments=clean(part.arguments),
    )


def _first_text(messages: list[TranscriptMessage], role: str) -> str:
    visible = [each for each in messages if each.text.strip() and not (each.kind or each.hidden)]
    first = next((each for each in visible if not role or each.role == role), None)
    if first is None and visible:
        first = visible[0]
    return first.text if first is not None else ""
