"""GPT4All's ``.chat`` files, versions 0 to 12: one conversation without branches or times.

They are written when the program ends, so a cut file is usual: what was read whole is kept.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from workbench.domain.transcripts import Found, Part, Skipped
from workbench.transcripts.desktop.qt_stream import EndOfStreamError, QtStream
from workbench.transcripts.reader import Input, Reader, Sample
from workbench.transcripts.tree_builder import Node, TreeBuilder
from workbench.transcripts.values import clean, file_name, text_of, time_of, tool_call

MAGIC = 0xF5D553CC
NEWEST = 12
_DEPTH = 8
_MOST_ITEMS = 200_000


def _score(sample: Sample) -> float:
    head = sample.head
    if head.startswith(struct.pack(">I", MAGIC)):
        return 1.0
    if sample.name.endswith(".chat") and len(head) > 16 and not head.startswith((b"{", b"[")):
        (seconds,) = struct.unpack(">q", head[:8])
        return 0.8 if 1.6e9 < seconds < 2e9 else 0.0
    return 0.0


def _read(given: Input) -> Iterator[Found]:
    stream = QtStream(given.data)
    version = 0
    if given.data.startswith(struct.pack(">I", MAGIC)):
        stream.skip(4)
        try:
            version = stream.i32()
        except EndOfStreamError:
            yield Skipped(reason="the file is cut off in its first line", source="gpt4all")
            return
        if not 1 <= version <= NEWEST:
            reason = (
                "newer version than this reader knows" if version > NEWEST else "unknown version"
            )
            yield Skipped(reason=f"{reason} ({version})", source="gpt4all", title=given.stem)
            return
    yield _Chat(stream, version).read()


class _Chat:
    """One file on its way to a conversation."""

    def __init__(self, stream: QtStream, version: int) -> None:
        self._stream = stream
        self._version = version
        self._builder = TreeBuilder()
        self._model = ""
        self._waiting: list[Part] = []
        """Sources of a prompt, which belong to the answer after it."""

    def read(self) -> Found:
        """The conversation, or why there is none."""
        stream, created, source_id, name = self._stream, 0, "", ""
        try:
            created = stream.i64()
            source_id, name = stream.text(), stream.text()
            name = stream.text() or name
            self._model = file_name(stream.text())
            if self._version >= 3:
                for _ in range(stream.u32()):
                    stream.text()
            if self._version < 11:
                self._skip_engine()
            for _ in range(min(stream.i32(), _MOST_ITEMS)):
                self._item()
        except EndOfStreamError:
            self._builder.warn("truncated_file")
        if not self._builder.nodes:
            return Skipped(
                reason="there are no messages in it", source="gpt4all", title=clean(name),
                source_id=clean(source_id), warnings=tuple(self._builder.warnings),
            )  # fmt: skip
        return self._builder.build(
            "gpt4all", source_id, name, warns_title=True, leaf=self._builder.last,
            created_at=time_of(created),
        )  # fmt: skip

    def _skip_engine(self) -> None:
        stream, version = self._stream, self._version
        has_cache = stream.flag() if version >= 6 else True
        if version >= 2:
            stream.skip(8)
        stream.text()
        stream.text()
        stream.u32()
        if not has_cache:
            return
        if version < 4:
            stream.u32()
        stream.u32()
        if version >= 7:
            stream.u32()
        if version < 9:
            stream.skip(4 * stream.u64())
        stream.skip(4 * stream.u64())
        stream.bytes()

    def _item(self) -> None:
        stream, version = self._stream, self._version
        if version < 12:
            stream.i32()
        kind, value = stream.text(), stream.text()
        if version < 10:
            stream.text()
        answer = stream.text()
        stream.skip(4)
        is_answer = kind.startswith("Response")
        if version >= 11 and is_answer:
            stream.flag()
        sources = self._sources()
        files = self._files() if version >= 10 else []
        node = Node(key="", parent=None, role="assistant" if is_answer else "user", text=value)
        if is_answer:
            node.author = self._model
            if version < 12:
                node.text = value or answer
        if version >= 12:
            self._parts(node)
        if is_answer:
            node.parts += self._waiting + sources
            self._waiting = []
        else:
            node.parts += files
            self._waiting = sources
        self._builder.append(node)

    def _sources(self) -> list[Part]:
        stream, version = self._stream, self._version
        found = []
        if version >= 8:
            for _ in range(stream.count()):
                texts = [stream.text() for _ in range(7)]
                stream.skip(12)
                name = file_name(texts[2]) or texts[3]
                found.append(Part(kind="source", name=clean(name), text=clean(texts[6])))
        elif version >= 3:
            stream.text()
            for _ in range(stream.u32()):
                stream.text()
        return found

    def _files(self) -> list[Part]:
        stream = self._stream
        found = []
        for _ in range(stream.count()):
            name, content = file_name(stream.url()), stream.bytes()
            try:
                text = content.decode("utf-8")
            except UnicodeDecodeError:
                text = ""
            found.append(Part(kind="file", name=name, size=len(content), text=clean(text)))
        return found

    def _parts(self, node: Node) -> None:
        """The pieces of an answer: thoughts, calls and texts, nested a few levels deep."""
        stream = self._stream
        texts: list[str] = []
        thoughts: list[str] = []
        left = [stream.count()]
        while left:
            if left[-1] == 0:
                left.pop()
                continue
            left[-1] -= 1
            self._part(node, texts, thoughts)
            if len(left) >= _DEPTH:
                raise EndOfStreamError
            left.append(stream.count())
        if texts:
            node.text = "".join(texts)
        node.reasoning = "\n\n".join(thoughts)

    def _part(self, node: Node, texts: list[str], thoughts: list[str]) -> None:
        stream = self._stream
        kind, value = stream.text(), stream.text()
        match kind:
            case "Think: ":
                stream.i32()
                thoughts.append(value.removeprefix("<think>").removesuffix("</think>").strip())
            case "ToolCall: ":
                name = stream.text()
                for _ in range(stream.count()):
                    stream.text()
                    stream.i32()
                    self._skip_variant()
                result = stream.text()
                stream.i32()
                stream.text()
                node.parts.append(tool_call(name, text_of(value), result))
            case "Text: ":
                texts.append(value)

    def _skip_variant(self) -> None:
        """Go past a QVariant of a simple type; another kind cannot be measured."""
        stream = self._stream
        kind = stream.u32()
        stream.flag()
        match kind:
            case 1:
                stream.flag()
            case 2 | 3:
                stream.i32()
            case 4 | 5 | 6:
                stream.i64()
            case 10:
                stream.text()
            case _:
                raise EndOfStreamError


GPT4ALL = Reader("gpt4all", "GPT4All", _score, _read, container="binary")
