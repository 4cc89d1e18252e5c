"""Text to tokens and back; control tokens count only where the author of a prompt wrote them."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from typing import Any

from workbench.domain.text import Segment
from workbench.engine.worker.llama import lib

_NO_TOKEN = -1
_SURROGATE = re.compile("[\ud800-\udfff]")


class Vocabulary:
    """The vocabulary of one loaded model. Read-only, so that any thread may use it."""

    def __init__(self, model: Any) -> None:
        self.handle = lib.llama_model_get_vocab(model)
        self.size: int = lib.llama_vocab_n_tokens(self.handle)
        self.bos: int = lib.llama_vocab_bos(self.handle)
        self.eos: int = lib.llama_vocab_eos(self.handle)
        self.add_bos = bool(lib.llama_vocab_get_add_bos(self.handle)) and self.bos != _NO_TOKEN
        self._pieces: dict[tuple[int, bool], bytes] = {}
        self._control = self._control_tokens()
        self._pattern = self._control_pattern()

    @property
    def control_texts(self) -> tuple[str, ...]:
        """Texts of all control tokens."""
        return tuple(self._control)

    def control_token(self, text: str) -> int | None:
        """The control token written exactly so."""
        return self._control.get(text)

    def _attributes(self, token: int) -> int:
        return int(lib.llama_vocab_get_attr(self.handle, token))

    def _control_tokens(self) -> dict[str, int]:
        mask = lib.LLAMA_TOKEN_ATTR_CONTROL | lib.LLAMA_TOKEN_ATTR_UNKNOWN
        tokens: dict[str, int] = {}
        for token in range(self.size):
            if self._attributes(token) & mask:
                text = lib.llama_vocab_get_text(self.handle, token).decode("utf-8", "replace")
                if text:
                    tokens.setdefault(text, token)
        return tokens

    def _control_pattern(self) -> re.Pattern[str] | None:
        """Longest text first, as llama.cpp matches; with the white space some tokens swallow."""
        if not self._control:
            return None
        alternatives = []
        for text in sorted(self._control, key=len, reverse=True):
            attributes = self._attributes(self._control[text])
            left = r"\s*" if attributes & lib.LLAMA_TOKEN_ATTR_LSTRIP else ""
            right = r"\s*" if attributes & lib.LLAMA_TOKEN_ATTR_RSTRIP else ""
            alternatives.append(f"{left}{re.escape(text)}{right}")
        return re.compile("|".join(alternatives))

    def text(self, token: int) -> str:
        """The token's text; bytes that are no whole character appear as U+FFFD."""
        return (
            "" if token == _NO_TOKEN else self.piece(token, special=True).decode("utf-8", "replace")
        )

    def piece(self, token: int, *, special: bool = False) -> bytes:
        """The bytes a token stands for; control tokens are empty unless ``special``."""
        key = (token, special)
        cached = self._pieces.get(key)
        if cached is None:
            cached = self._pieces[key] = self._read_piece(token, special=special)
        return cached

    def _read_piece(self, token: int, *, special: bool) -> bytes:
        size = 64
        while True:
            buffer = ctypes.create_string_buffer(size)
            length = lib.llama_token_to_piece(self.handle, token, buffer, size, 0, special)
            if length >= 0:
                return buffer.raw[:length]
            size = -length

    def is_end(self, token: int) -> bool:
        """Whether the token ends an answer (end of turn, of text, of message)."""
        return bool(lib.llama_vocab_is_eog(self.handle, token))

    def tokenize(self, segments: Sequence[Segment]) -> list[int]:
        """Token ids of a prompt, starting with one beginning-of-text token where the model adds it.

        Control tokens are read inside special segments only. All text between two control tokens
        is tokenised in one go, across segment borders, exactly as llama.cpp does with a whole
        prompt: a value in the middle of a sentence gets the tokens a person's sentence would get.
        """
        tokens: list[int] = []
        plain: list[str] = []
        for text, token in self._split(segments):
            if token is None:
                plain.append(text)
                continue
            tokens += self._plain("".join(plain))
            plain.clear()
            tokens.append(token)
        tokens += self._plain("".join(plain))
        if self.add_bos and tokens[:1] != [self.bos]:
            tokens.insert(0, self.bos)
        return tokens

    def tokenize_whole(self, text: str) -> list[int]:
        """Token ids of a text with what the model wants around it ([CLS] and [SEP], <bos>)."""
        data = _SURROGATE.sub("\ufffd", text).encode()
        buffer = (lib.llama_token * (len(data) + 8))()
        count = lib.llama_tokenize(
            self.handle, data, len(data), buffer, len(buffer), bool(data), False
        )
        assert count >= 0, "the buffer holds one token for each byte"
        return list(buffer[:count])

    def tokenize_plain(self, text: str) -> list[int]:
        """Token ids of a text by itself: no control tokens, no beginning of text."""
        return self._plain(_SURROGATE.sub("\ufffd", text))

    def _split(self, segments: Sequence[Segment]) -> Iterator[tuple[str, int | None]]:
        """Runs of plain text and control tokens, in order."""
        for segment in segments:
            text = _SURROGATE.sub("\ufffd", segment.text)
            at = 0
            if segment.special and self._pattern is not None:
                for match in self._pattern.finditer(text):
                    yield text[at : match.start()], None
                    yield match.group(), self._token_of(match.group())
                    at = match.end()
            yield text[at:], None

    def _token_of(self, matched: str) -> int:
        token = self._control.get(matched)
        return self._control[matched.strip()] if token is None else token

    def _plain(self, text: str) -> list[int]:
        data = text.encode()
        if not data:
            return []
        # A token is at least one byte; the slack is for a prefix space.
        buffer = (lib.llama_token * (len(data) + 8))()
        count = lib.llama_tokenize(self.handle, data, len(data), buffer, len(buffer), False, False)
        assert count >= 0, "the buffer holds one token for each byte"
        return list(buffer[:count])
