"""X-ray results: which part of a prompt, or which of two prompts, an answer depends on."""

from __future__ import annotations

import math
from typing import Literal, get_args

import msgspec

from workbench.domain.text import Token

Level = Literal["line", "paragraph", "block", "example", "variable", "passage"]
"""What a template is cut into: its lines, its paragraphs, its blocks (if, for, macro calls, role
messages), the items of the lists it loops over, its variables, or the passages of documents that it
asked for."""
LEVELS: tuple[Level, ...] = get_args(Level)
MANY_LEVELS = {
    "line": "lines",
    "paragraph": "paragraphs",
    "block": "blocks",
    "example": "examples",
    "variable": "variables",
    "passage": "passages",
}
"""A level's name in the plural."""


class PromptSegment(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a template that a prompt can be made without. ``lines`` are the file's, rising."""

    id: str
    level: Level
    title: str
    lines: tuple[int, ...]

    @property
    def first_line(self) -> int:
        """Its first line in the file; 0 is unknown."""
        return self.lines[0] if self.lines else 0

    @property
    def last_line(self) -> int:
        """The last such line."""
        return self.lines[-1] if self.lines else 0

    @property
    def place(self) -> str:
        """Its lines in words, "" where they are unknown."""
        first, last = self.first_line, self.last_line
        if not first:
            return ""
        return f"line {first}" if first == last else f"lines {first} to {last}"


Measure = Literal["removed", "read", "group", "failed", "waiting"]
"""How an effect was found.

removed: the answer was scored with the prompt that lacks exactly this segment.
read: what the answer gains when the segment is read, after those above it and before those below.
group: the same of several segments together, because taking them apart would have cost too much.
failed: the prompt without it cannot be made. waiting: not known yet.
"""


class SegmentEffect(msgspec.Struct, frozen=True, kw_only=True):
    """What a segment does for the answer.

    ``delta`` is in nats (natural logarithm) a token of the answer: positive where the answer gets
    less likely without the segment. ``token_deltas`` has it for each token, and is empty where
    tokens cannot be compared. ``group`` names all segments that share the number.
    """

    segment: PromptSegment
    delta: float = 0.0
    token_deltas: tuple[float, ...] = ()
    measure: Measure = "waiting"
    group: tuple[str, ...] = ()
    error: str = ""

    @property
    def is_known(self) -> bool:
        """Whether there is a number."""
        return self.measure in ("removed", "read", "group")

    @property
    def share(self) -> float:
        """``delta``, of a group in equal parts: by this segments are ranked."""
        return self.delta / len(self.group) if self.group else self.delta


class XRay(msgspec.Struct, frozen=True, kw_only=True):
    """An answer, and what each segment of its prompt does for it.

    ``whole_tokens`` is what one scoring pass of the whole prompt computes; ``evaluated_tokens`` is
    what was computed and ``asked_tokens`` what would have been without shared beginnings.
    """

    level: Level
    tokens: tuple[Token, ...]
    logprob: float
    """Of the whole answer under the whole prompt, in nats."""
    effects: tuple[SegmentEffect, ...]
    """In the order of the template."""
    model: str = ""
    whole_tokens: int = 0
    evaluated_tokens: int = 0
    asked_tokens: int = 0
    seconds: float = 0.0
    whole_seconds: float = 0.0
    """What the first pass, of the whole prompt, took."""
    progress: float = 0.0
    """0 to 1; 1 once it is finished."""

    @property
    def reused_tokens(self) -> int:
        """Tokens that did not have to be computed again."""
        return self.asked_tokens - self.evaluated_tokens

    @property
    def cost(self) -> float:
        """How many passes of the whole prompt it cost, in tokens."""
        return self.evaluated_tokens / self.whole_tokens if self.whole_tokens else 0.0

    @property
    def mean_logprob(self) -> float:
        """A token of the answer under the whole prompt."""
        return self.logprob / len(self.tokens) if self.tokens else 0.0

    def ranked(self) -> tuple[SegmentEffect, ...]:
        """The effects, what the answer needs most first; those without a number last."""
        return tuple(sorted(self.effects, key=lambda each: (not each.is_known, -each.share)))

    def heat(self) -> dict[int, float]:
        """How strongly each line of the file matters, -1 to 1 as parts of the strongest."""
        found: dict[int, float] = {}
        for effect in self.effects:
            for line in effect.segment.lines if effect.is_known else ():
                if line and abs(effect.share) >= abs(found.get(line, 0.0)):
                    found[line] = effect.share
        most = max((abs(value) for value in found.values()), default=0.0)
        return {line: value / most for line, value in found.items()} if most else {}


class XRayEstimate(msgspec.Struct, frozen=True):
    """What an X-ray is going to cost. ``seconds`` is None until the model's speed is known."""

    segments: int
    tokens: int
    seconds: float | None = None


class TokenChange(msgspec.Struct, frozen=True):
    """A token of an answer: its natural-log probability under the old and the new prompt."""

    text: str
    old: float
    new: float

    @property
    def change(self) -> float:
        """Positive where the new prompt makes it more likely."""
        return self.new - self.old


class AnswerChange(msgspec.Struct, frozen=True):
    """An answer under both prompts."""

    text: str
    tokens: tuple[TokenChange, ...]

    @property
    def mean_change(self) -> float:
        """Nats a token; positive where the new prompt makes the answer more likely."""
        changes = [token.change for token in self.tokens]
        return sum(changes) / len(changes) if changes else 0.0

    @property
    def strongest(self) -> TokenChange | None:
        """The token whose probability changes most."""
        return max(self.tokens, key=lambda token: abs(token.change), default=None)


EQUAL_NATS = 0.1
"""Changes below this a token (a factor of 1.1) count as none: rewording a prompt without a change
of meaning moves answers about so much."""
_UNSAID_NATS = 0.05
DECISIVE_NATS = 2.0
"""One token that changes this much (a factor of 7.4) is a place where the prompt decides, however
long the answer around it."""

Verdict = Literal["same answer", "prompt", "dice", "partly", "against", "alone"]


class Counterfactual(msgspec.Struct, frozen=True, kw_only=True):
    """The old and the new answer, each scored under the old and the new prompt.

    ``new`` is None where the new prompt was not answered yet.
    """

    old: AnswerChange
    new: AnswerChange | None = None
    model: str = ""
    evaluated_tokens: int = 0
    seconds: float = 0.0

    @property
    def verdict(self) -> Verdict:
        """What made the difference; see :attr:`sentence`.

        The prompt, where it makes the old answer less and the new one more likely; partly, where
        it does so in sum; against, where it favours the old one or neither.
        """
        if self.new is None:
            return "alone"
        if self.old.text.strip() == self.new.text.strip():
            return "same answer"
        hurt, helped = -_force(self.old), _force(self.new)
        if abs(hurt) < EQUAL_NATS and abs(helped) < EQUAL_NATS:
            return "dice"
        if hurt >= EQUAL_NATS and helped >= EQUAL_NATS:
            return "prompt"
        return "partly" if hurt + helped >= EQUAL_NATS else "against"

    @property
    def sentence(self) -> str:
        """The verdict as one or two sentences."""
        words = f"The new prompt makes the old answer {_times(self.old.mean_change)} a token"
        if self.new is None:
            return f"{words}. Run it to compare its own answer too."
        words += f" and the new answer {_times(self.new.mean_change)}"
        sentences: dict[Verdict, str] = {
            "same answer": "Both runs gave the same answer. The new prompt makes it "
            f"{_times(self.new.mean_change)} a token.",
            "dice": "Both prompts find both answers about equally likely: the dice made the "
            "difference.",
            "prompt": f"{words}: the prompt, not the dice, made the difference.",
            "partly": f"{words}: the prompt made a part of the difference, the dice the rest.",
            "against": f"{words}: it does not favour the new one, so the dice made the difference.",
        }
        return sentences[self.verdict]


def _force(answer: AnswerChange) -> float:
    """The change that counts: the mean, or where that is small what a decisive token has."""
    strongest = answer.strongest
    if strongest is None or abs(answer.mean_change) >= EQUAL_NATS:
        return answer.mean_change
    return strongest.change if abs(strongest.change) >= DECISIVE_NATS else answer.mean_change


def _times(nats: float) -> str:
    """A change of likelihood as a factor in words."""
    if abs(nats) < _UNSAID_NATS:
        return "about as likely"
    factor = math.exp(min(abs(nats), 20.0))
    shown = f"{factor:,.0f}" if factor >= 10 else f"{factor:.1f}"
    return f"{shown} times {'more' if nats > 0 else 'less'} likely"
