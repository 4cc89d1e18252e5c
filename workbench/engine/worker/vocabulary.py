"""Text to tokens and back; control tokens count only where the author of a prompt wrote them."""

from __future__ import annotations

import ctypes
import hashlib
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from workbench.domain.text import PART, Segment, Token, replace_surrogates
from workbench.engine.worker.llama import lib

_NO_TOKEN = -1
_SHAPE = re.compile(r"<[|｜].+[|｜]>|\[/?[A-Z_]+\]|<(?:start|end)_of_\w+>")
"""What tokens that open and close turns look like."""
_BRACKETED = re.compile(r"[<\[].+[>\]]")
_SIGNS = re.compile(r"\W+")


class Vocabulary:
    """The vocabulary of one loaded model. Read-only, so that any thread may use it."""

    def __init__(self, model: Any) -> None:
        self.handle = lib.llama_model_get_vocab(model)
        self.size: int = lib.llama_vocab_n_tokens(self.handle)
        self.bos: int = lib.llama_vocab_bos(self.handle)
        self.eos: int = lib.llama_vocab_eos(self.handle)
        self.add_bos = bool(lib.llama_vocab_get_add_bos(self.handle)) and self.bos != _NO_TOKEN
        self._pieces: dict[tuple[int, bool], bytes] = {}
        self.matching: Any = None
        """The vocabulary for grammars; ``matching.py`` makes it when one is first used."""
        self._is_bpe = lib.llama_vocab_type(self.handle) == lib.LLAMA_VOCAB_TYPE_BPE
        self._defined: set[str] = set()
        self._control = self._control_tokens(_chat_template(model))
        self._pattern = self._control_pattern()
        self._splitting = self._splitting_pattern()

    @property
    def control_texts(self) -> tuple[str, ...]:
        """Texts of all control tokens."""
        return tuple(self._control)

    @property
    def control_ids(self) -> tuple[int, ...]:
        """Ids of all control tokens."""
        return tuple(self._control.values())

    def control_token(self, text: str) -> int | None:
        """The control token written exactly so."""
        return self._control.get(text)

    def _attributes(self, token: int) -> int:
        return int(lib.llama_vocab_get_attr(self.handle, token))

    def _control_tokens(self, template: str) -> dict[str, int]:
        """Control tokens by their texts.

        Some models have the tokens of their turns as "user defined" ones, which llama.cpp reads in
        any text. Those count too: what looks like such a token, ends an answer, or is a bracketed
        word of the chat template. Others (white space, HTML tags) are ordinary words.
        """
        mask = lib.LLAMA_TOKEN_ATTR_CONTROL | lib.LLAMA_TOKEN_ATTR_UNKNOWN
        tokens: dict[str, int] = {}
        for token in range(self.size):
            attributes = self._attributes(token)
            defined = bool(attributes & lib.LLAMA_TOKEN_ATTR_USER_DEFINED)
            if not (attributes & mask or defined):
                continue
            text = lib.llama_vocab_get_text(self.handle, token).decode("utf-8", "replace")
            if defined and not self._rules(token, text, template):
                continue
            if defined:
                self._defined.add(text)
            if text:
                tokens.setdefault(text, token)
        return tokens

    def _rules(self, token: int, text: str, template: str) -> bool:
        """Whether a user defined token separates turns."""
        bracketed = _BRACKETED.fullmatch(text) is not None and text in template
        return bracketed or _SHAPE.fullmatch(text) is not None or self.is_end(token)

    def _splitting_pattern(self) -> re.Pattern[str] | None:
        """Finds user defined tokens wherever they begin; the longest is group 1."""
        texts = sorted((text for text in self._defined if len(text) > 1), key=len, reverse=True)
        return re.compile(f"(?=({'|'.join(map(re.escape, texts))}))") if texts else None

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
        """The bytes of a token; control tokens are empty unless ``special``."""
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

    def token(self, token: int, logprob: float, alternatives: Sequence[tuple[int, float]]) -> Token:
        """A token with its alternatives, as it is reported."""
        text = self.text(token)
        return Token(
            token,
            text,
            logprob,
            tuple((self.text(other), chance) for other, chance in alternatives),
            tuple(other for other, _ in alternatives),
            len(self.piece(token, special=True)) if PART in text else 0,
        )

    def digest(self) -> str:
        """What tells this vocabulary from others: models with the same one number tokens alike.

        Of its kind, its size, its control tokens and each 32nd text; all texts would take a large
        vocabulary a fifth of a second.
        """
        found = hashlib.sha256()
        kind = lib.llama_vocab_type(self.handle)
        found.update(repr((kind, self.size, sorted(self._control.items()))).encode())
        for token in range(0, self.size, 32):
            found.update(lib.llama_vocab_get_text(self.handle, token) + b"\0")
        return found.hexdigest()[:16]

    def pieces(self) -> list[bytes]:
        """The bytes of every token, control tokens with their texts."""
        return [self._read_piece(token, special=True) for token in range(self.size)]

    def is_end(self, token: int) -> bool:
        """Whether the token ends an answer (end of turn, of text, of message)."""
        return bool(lib.llama_vocab_is_eog(self.handle, token))

    def tokenize(self, segments: Sequence[Segment]) -> list[int]:
        """Token ids of a prompt, starting with one beginning-of-text token where the model adds it.

        Control tokens are read inside special segments only. All text between two control tokens
        is tokenised in one go, across segment borders, exactly as llama.cpp does with a whole
        prompt: a value in the middle of a sentence gets the tokens of a sentence written by hand.
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
        data = replace_surrogates(text).encode()
        buffer = (lib.llama_token * (len(data) + 8))()
        count = lib.llama_tokenize(
            self.handle, data, len(data), buffer, len(buffer), bool(data), False
        )
        assert count >= 0, "the buffer holds one token for each byte"
        return list(buffer[:count])

    def tokenize_plain(self, text: str) -> list[int]:
        """Token ids of a text by itself: no control tokens, no beginning of text."""
        return self._plain(replace_surrogates(text))

    def _split(self, segments: Sequence[Segment]) -> Iterator[tuple[str, int | None]]:
        """Runs of plain text and control tokens, in order."""
        for segment in segments:
            text = replace_surrogates(segment.text)
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
        """Token ids of a text in which nothing is a control token."""
        first, *others = self._apart(text)
        tokens = self._read(first)
        for part in others:
            tokens += self._continued(part)
        return tokens

    def _apart(self, text: str) -> list[str]:
        """A text cut within each user defined token: llama.cpp would read that as one."""
        cuts: list[int] = []
        for match in self._splitting.finditer(text) if self._splitting is not None else ():
            start, end = match.span(1)
            if not (cuts and start < cuts[-1] < end):
                signs = _SIGNS.match(match[1])
                length = signs.end() if signs is not None and signs.end() < end - start else 1
                cuts.append(start + length)
        return [text[start:end] for start, end in pairwise([0, *cuts, len(text)])]

    def _continued(self, text: str) -> list[int]:
        """Token ids of a text that continues another, so that no space is put before it."""
        if self._is_bpe:
            return self._read(text)
        before, whole = self._read("\n"), self._read("\n" + text)
        goes_on = whole[: len(before)] == before
        return whole[len(before) :] if goes_on else self._read(text)

    def _read(self, text: str) -> list[int]:
        data = text.encode()
        if not data:
            return []
        # A token is at least one byte; the slack is for a prefix space.
        buffer = (lib.llama_token * (len(data) + 8))()
        count = lib.llama_tokenize(self.handle, data, len(data), buffer, len(buffer), False, False)
        assert count >= 0, "the buffer holds one token for each byte"
        return list(buffer[:count])


def _chat_template(model: Any) -> str:
    """The chat template in the model's file, "" where it has none."""
    found: bytes | None = lib.llama_model_chat_template(model, None)
    return found.decode("utf-8", "replace") if found else ""
