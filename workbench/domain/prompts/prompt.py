"""Prompts as the service hands them to the window and the command line: files, inputs, previews."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from workbench.domain.prompts.model_options import HeadOptions
from workbench.domain.runs.spec import Json
from workbench.domain.sources.passages import Passage
from workbench.domain.text import Message, count_text, rough_seconds

InputType = Literal[
    "string", "number", "integer", "boolean", "array", "object", "file", "image", "thread"
]
"""What an input takes. The value of a file is ``{"path", "text"}`` (or a text), of an image
``{"name", "width", "height"}``, of a thread a list of ``{"role", "content"}``."""


class InputField(msgspec.Struct, frozen=True, kw_only=True):
    """A variable of a template, from its front matter or found in its body."""

    name: str
    type: InputType = "string"
    description: str = ""
    default: Json = None
    required: bool = True
    choices: tuple[str, ...] = ()
    multiline: bool = False
    minimum: float | None = None
    """Of a number; None is no limit."""
    maximum: float | None = None
    step: float | None = None
    """By how much the arrow keys change a number; None is 1."""
    parts: tuple[str, ...] = ()
    """Of an object, or of each item of a list: the names that the template reads of it."""
    declared: bool = True
    """False where the body uses a variable that the front matter does not name."""


class Fix(msgspec.Struct, frozen=True, kw_only=True):
    """A change that ends a problem: ``text`` in place of ``length`` characters of a line.

    With ``lines`` it replaces that many whole lines.
    """

    title: str
    line: int
    column: int = 1
    length: int = 0
    text: str = ""
    lines: int = 0


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something wrong in a template. Lines and columns count from 1; 0 is unknown."""

    severity: Literal["error", "warning", "hint"]
    message: str
    line: int = 0
    column: int = 0
    length: int = 0
    replacement: str = ""
    """What to put in place of the marked text, "" where there is no fix."""
    fix: Fix | None = None
    other_fix: Fix | None = None
    """Another way to end it."""
    """A fix that changes another place."""


class TemplateAnalysis(msgspec.Struct, frozen=True, kw_only=True):
    """What can be known of a template without rendering it."""

    name: str
    description: str = ""
    tags: tuple[str, ...] = ()
    inputs: tuple[InputField, ...] = ()
    sample: dict[str, Json] = {}
    """Sample values from the front matter."""
    body_line: int = 1
    """The file line on which the body starts."""
    options: HeadOptions = HeadOptions()
    """How the front matter says that it is run."""
    problems: tuple[Problem, ...] = ()
    readable: bool = True
    """False where front matter or body cannot be read: inputs may be missing."""


class VariableReuse(msgspec.Struct, frozen=True, kw_only=True):
    """What is read again when a variable changes. Seconds are None while no speed is known."""

    variable: str
    line: int
    """Where it first enters the prompt; with column and length of its expression."""
    column: int = 0
    length: int = 0
    reread_tokens: int
    reread_seconds: float | None = None
    saved_tokens: int = 0
    """What moving it below ``below`` would save, 0 where it is not worth it."""
    saved_seconds: float | None = None
    below: str = ""
    """"the examples", "line 12"."""

    @property
    def hint(self) -> str:
        """The sentence to show where moving it is worth it, else ""."""
        if not self.saved_tokens:
            return ""
        cost = f"Changing {self.variable} re-reads {count_text(self.reread_tokens, 'token')}"
        if self.reread_seconds is None or self.saved_seconds is None:
            return f"{cost}; move it below {self.below} to save {self.saved_tokens:,} of them."
        return (
            f"{cost}, about {rough_seconds(self.reread_seconds)} here; move it below {self.below} "
            f"to save {rough_seconds(self.saved_seconds)}."
        )


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What the model would receive. Token counts are exact for the loaded model, else None."""

    messages: tuple[Message, ...] = ()
    message_tokens: tuple[int, ...] = ()
    span_tokens: tuple[tuple[int, ...], ...] = ()
    """Of each message, the tokens of each span."""
    variable_tokens: dict[str, int] = {}
    line_tokens: dict[int, int] = {}
    """By template line; what an include brings counts for the line that includes it."""
    line_passes: dict[int, int] = {}
    """How often the loop on a line ran; only loops that are in no other."""
    block_tokens: dict[str, int] = {}
    """By the words of a block ("for ex in examples"), inner ones included."""
    format_tokens: int = 0
    """Tokens of the chat format around the messages."""
    prompt_tokens: int | None = None
    raw: str = ""
    """The text after the model's chat template."""
    token_texts: tuple[tuple[int, str], ...] = ()
    token_starts: tuple[int, ...] = ()
    """Where each token begins in ``raw``."""
    special_tokens: frozenset[int] = frozenset()
    """Which of the tokens, by their place, are control tokens."""
    message_offsets: tuple[int, ...] = ()
    """Where each message begins in ``raw``, -1 where the chat template rewrote it."""
    reuse: tuple[VariableReuse, ...] = ()
    """What a change of each variable costs, the most expensive first."""
    same_tokens: int | None = None
    """How many first tokens are those of the last run of this prompt; None before one."""
    missing: tuple[str, ...] = ()
    """Required inputs without a value: they are shown and counted as ‹name›."""
    passages: tuple[Passage, ...] = ()
    """Of the user's documents, in the order of their numbers (``Place.passage``)."""
    error: dict[str, Any] | None = None

    @property
    def hints(self) -> tuple[Problem, ...]:
        """Hints to move a variable."""
        return tuple(
            Problem(
                severity="hint",
                message=each.hint,
                line=each.line,
                column=each.column,
                length=each.length,
            )
            for each in self.reuse
            if each.hint
        )


class PromptFile(msgspec.Struct, frozen=True, kw_only=True):
    """A prompt file's text and its digest when read; saving needs the digest back."""

    path: str
    text: str
    sha256: str


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """Unsaved text of an editor. ``base_sha256`` is the file it was made from."""

    path: str
    text: str
    base_sha256: str
    variables: dict[str, Json] = {}


class OwnCopy(msgspec.Struct, frozen=True, kw_only=True):
    """A prompt that must stay as it is was saved as the user's own; all that undoing this needs.

    ``file`` is the copy. ``original`` is what was being written: the path, the digest and the
    values of the prompt that stayed as it is, and the text that went into the copy. ``folders``
    were made for the copy, the outermost first.
    """

    file: PromptFile
    original: Draft
    folders: tuple[str, ...] = ()


class RenamedInput(msgspec.Struct, frozen=True, kw_only=True):
    """An input has another name. ``text`` is the prompt's new text, which is not written yet.

    ``sets`` are the names of sample sets and ``prompts`` the paths of other prompts that were
    changed with it.
    """

    text: str
    old: str
    new: str
    shared: bool = False
    """Whether it is an input, and not a variable of the template's own."""
    sets: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()

    def sentence(self) -> str:
        """What else was changed along with the prompt, as one sentence."""
        parts = []
        if self.sets:
            parts.append(f"{len(self.sets)} sample set{'s' * (len(self.sets) > 1)}")
        if self.prompts:
            parts.append(f"{len(self.prompts)} other prompt{'s' * (len(self.prompts) > 1)}")
        also = f", also in {' and '.join(parts)}" if parts else ""
        return f"{self.old} is called {self.new} now{also}."


def type_of(value: Json) -> InputType:
    """The input type that a value has."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    if isinstance(value, list):
        return "array"
    return "object" if isinstance(value, dict) else "string"
