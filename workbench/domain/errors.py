"""Every error that can reach the user, as one tree.

Each class carries values and builds one plain sentence from them: what happened and what to do.
Anything that is *not* a :class:`WorkbenchError` is our own bug and goes to the crash log.

::

    WorkbenchError
    ├── UsageError                 a name or value the caller gave cannot be used
    │   └── SetFileError           an evaluation's file cannot be used: path, line, reason
    ├── TemplateError              path, line, column, reason
    │   ├── TemplateSyntaxError
    │   ├── FrontMatterError
    │   ├── UndefinedVariableError
    │   └── TemplateLimitError     too slow, too large, too deep
    ├── LibraryError               a prompt file cannot be read, written, or changed meanwhile
    │   ├── FileChangedError
    │   ├── NameTakenError         something else has the name of a new file or folder
    │   └── ReadOnlyError          it came with the program, or cannot be written
    ├── FormatError                a file of another program, or a bundle, cannot be read or written
    ├── FormulaError               a formula of an answer cannot be drawn
    ├── DataSetError               a data set, or a file for an input, cannot be read
    ├── ModelError
    │   ├── ModelNotFoundError
    │   ├── ModelFileError         damaged or not a GGUF file
    │   ├── UnsupportedModelError  a sound file that this llama.cpp cannot run
    │   ├── NotEnoughMemoryError
    │   └── DownloadError          a model could not be got
    ├── EngineError
    │   ├── WorkerDiedError
    │   ├── WorkerHungError
    │   ├── ContextOverflowError
    │   │   └── MessageTooLongError  one message of a conversation does not fit alone
    │   ├── GrammarError           a grammar or JSON schema that cannot be used
    │   ├── UnsupportedError       this engine or model cannot do what was asked
    │   └── RemoteError            a server refused, failed, or cannot be reached
    ├── StoreError
    │   ├── DiskFullError
    │   ├── DatabaseLockedError
    │   ├── DatabaseDamagedError
    │   └── DatabaseNewerError
    └── SandboxError               the helper process for untrusted text failed
        ├── SandboxTimeout
        └── SandboxMemory
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from workbench.domain.text import count_text


class WorkbenchError(Exception):
    """Base of all errors meant for people. ``str(error)`` is the sentence to show."""

    _kinds: ClassVar[dict[str, type[WorkbenchError]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        WorkbenchError._kinds[cls.__name__] = cls

    def to_wire(self) -> dict[str, Any]:
        """Plain values that survive a pipe or a database row; see :meth:`from_wire`."""
        return {"kind": type(self).__name__, **vars(self)}

    @staticmethod
    def from_wire(values: dict[str, Any]) -> WorkbenchError:
        """Rebuild an error written by :meth:`to_wire`; an unknown kind becomes a UsageError."""
        fields = {key: value for key, value in values.items() if key != "kind"}
        kind = WorkbenchError._kinds.get(str(values.get("kind")))
        reason = str(fields.get("reason", values))
        if kind is None:
            return UsageError(reason)
        try:
            return kind(**fields)
        except TypeError:  # written by another version of the program, or damaged
            return UsageError(reason)


@dataclass(eq=False)
class UsageError(WorkbenchError):
    """Something the caller named or typed cannot be used. ``reason`` is the whole sentence."""

    reason: str

    def __str__(self) -> str:
        return self.reason


@dataclass(eq=False)
class SetFileError(UsageError):
    """The file of an evaluation cannot be used. ``line`` counts from 1; 0 means unknown."""

    path: str = ""
    line: int = 0

    def __str__(self) -> str:
        place = self.path or "The evaluation"
        return (
            f"{place}, line {self.line}: {self.reason}" if self.line else f"{place}: {self.reason}"
        )


@dataclass(eq=False)
class TemplateError(WorkbenchError):
    """A template cannot be read or rendered. Lines and columns count from 1; 0 means unknown."""

    reason: str
    path: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        place = self.path or "The template"
        if self.line:
            place += f", line {self.line}"
        if self.column:
            place += f", column {self.column}"
        return f"{place}: {self.reason}"


@dataclass(eq=False)
class TemplateSyntaxError(TemplateError):
    """The Jinja or role syntax is wrong."""


@dataclass(eq=False)
class FrontMatterError(TemplateError):
    """The YAML front matter of a .prompty file is wrong."""


@dataclass(eq=False)
class UndefinedVariableError(TemplateError):
    """Variables without a value were needed. ``names`` lists them in order of use."""

    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.names = tuple(self.names)  # a wire or a row gives it back as a list


@dataclass(eq=False)
class TemplateLimitError(TemplateError):
    """Rendering was stopped because it took too long, grew too large or nested too deep."""


@dataclass(eq=False)
class IncludeError(TemplateError):
    """A template includes a file that is not among those it was given; ``name`` is that file."""

    name: str = ""


@dataclass(eq=False)
class PassagesNeededError(TemplateError):
    """A template asks for passages of documents that it was not given (``PassageQuery``)."""

    query: str = ""
    k: int = 0
    collection: str = ""


@dataclass(eq=False)
class LibraryError(WorkbenchError):
    """A prompt file could not be read or written."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


@dataclass(eq=False)
class FileChangedError(LibraryError):
    """The file on disk is not the one that was opened; saving would lose the other change."""


@dataclass(eq=False)
class NameTakenError(LibraryError):
    """Something else has the name that a new file or folder was to get."""


@dataclass(eq=False)
class ReadOnlyError(LibraryError):
    """A file or folder must stay as it is: it came with the program, or cannot be written."""


@dataclass(eq=False)
class FormatError(WorkbenchError):
    """A file of another program or a bundle cannot be read, or a prompt not written as one."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


@dataclass(eq=False)
class FormulaError(WorkbenchError):
    """A formula of an answer cannot be drawn. ``reason`` is the whole sentence."""

    reason: str

    def __str__(self) -> str:
        return self.reason


@dataclass(eq=False)
class DataSetError(WorkbenchError):
    """A data set, or a file that is to fill an input, cannot be read."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


@dataclass(eq=False)
class ModelError(WorkbenchError):
    """Something about a model file. ``path`` is what the user named."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


@dataclass(eq=False)
class ModelNotFoundError(ModelError):
    """No such file, and no known model of that name."""


@dataclass(eq=False)
class ModelFileError(ModelError):
    """The file is not GGUF, or is damaged."""


@dataclass(eq=False)
class UnsupportedModelError(ModelError):
    """A sound GGUF file that this build of llama.cpp cannot run."""


@dataclass(eq=False)
class NotEnoughMemoryError(ModelError):
    """The model needs more memory than is free."""


@dataclass(eq=False)
class DownloadError(ModelError):
    """A model could not be got; ``path`` is the repository. What came is kept for next time."""


@dataclass(eq=False)
class EngineError(WorkbenchError):
    """The engine could not do what was asked. ``reason`` is the whole sentence."""

    reason: str

    def __str__(self) -> str:
        return self.reason


@dataclass(eq=False)
class WorkerDiedError(EngineError):
    """The engine process ended by itself; ``reason`` names the cause."""

    exit_code: int = 0


@dataclass(eq=False)
class WorkerHungError(EngineError):
    """The engine process no longer answers."""


@dataclass(eq=False)
class ContextOverflowError(EngineError):
    """The prompt and the room kept for the answer are larger than the context (all in tokens)."""

    prompt_tokens: int = 0
    max_tokens: int = 0
    context_tokens: int = 0

    @classmethod
    def of(cls, prompt_tokens: int, max_tokens: int, context_tokens: int) -> ContextOverflowError:
        """Build the sentence from the three numbers."""
        over = prompt_tokens + max_tokens - context_tokens
        return cls(
            reason=(
                f"The prompt has {count_text(prompt_tokens, 'token')} and {max_tokens:,} are kept "
                f"for the answer, but the context holds {context_tokens:,}: shorten the prompt by "
                f"{count_text(over, 'token')}, keep fewer for the answer, or load the model with "
                "a larger context."
            ),
            prompt_tokens=prompt_tokens,
            max_tokens=max_tokens,
            context_tokens=context_tokens,
        )

    @classmethod
    def of_text(cls, text_tokens: int, context_tokens: int) -> ContextOverflowError:
        """Build the sentence for a text that is only read, with its prompt."""
        over = text_tokens - context_tokens
        return cls(
            reason=(
                f"The text has {count_text(text_tokens, 'token')}, with what comes before it, and "
                f"the context holds {context_tokens:,}: shorten it by {count_text(over, 'token')}, "
                "or load the model with a larger context."
            ),
            prompt_tokens=text_tokens,
            context_tokens=context_tokens,
        )


@dataclass(eq=False)
class MessageTooLongError(ContextOverflowError):
    """The last message of a conversation does not fit, whatever is left out before it."""

    over_tokens: int = 0

    @classmethod
    def by(cls, prompt_tokens: int, max_tokens: int, context_tokens: int) -> MessageTooLongError:
        """Build the sentence from the tokens of the message with what always goes with it."""
        over = prompt_tokens + max_tokens - context_tokens
        return cls(
            reason=(
                f"The message is too long by {count_text(over, 'token')}: with the system prompt "
                f"it has {prompt_tokens:,}, and the context of {context_tokens:,} has room for "
                f"{max(context_tokens - max_tokens, 0):,} next to the {max_tokens:,} kept for the "
                "answer. Shorten it, keep fewer for the answer, or load the model with a larger "
                "context."
            ),
            prompt_tokens=prompt_tokens,
            max_tokens=max_tokens,
            context_tokens=context_tokens,
            over_tokens=over,
        )


@dataclass(eq=False)
class GrammarError(EngineError):
    """A grammar or JSON schema cannot be used; ``line`` counts from 1, 0 is unknown."""

    line: int = 0


@dataclass(eq=False)
class UnsupportedError(EngineError):
    """The engine or the model cannot do what was asked."""


@dataclass(eq=False)
class RemoteError(EngineError):
    """A server refused, failed, or cannot be reached. ``status`` is HTTP's, 0 without an answer."""

    status: int = 0


@dataclass(eq=False)
class StoreError(WorkbenchError):
    """The history database could not be read or written. ``reason`` is the whole sentence."""

    reason: str

    def __str__(self) -> str:
        return self.reason


@dataclass(eq=False)
class DiskFullError(StoreError):
    """No room to write; what was being written is still held in memory."""


@dataclass(eq=False)
class DatabaseLockedError(StoreError):
    """Another program holds the database."""


@dataclass(eq=False)
class PassphraseError(StoreError):
    """The history is encrypted, and its passphrase was not given or is wrong."""


@dataclass(eq=False)
class ConversionCancelledError(WorkbenchError):
    """The user stopped the history from being encrypted or made plain; it is what it was."""

    def __str__(self) -> str:
        return "Cancelled: the history and its backups are what they were."


@dataclass(eq=False)
class DatabaseDamagedError(StoreError):
    """The database file is not readable; it was moved aside, never deleted."""


@dataclass(eq=False)
class DatabaseNewerError(StoreError):
    """A newer version of the program wrote this database."""


@dataclass(eq=False)
class SandboxError(WorkbenchError):
    """The helper process for untrusted text could not be started or kept failing."""

    reason: str

    def __str__(self) -> str:
        return self.reason


@dataclass(eq=False)
class SandboxTimeout(SandboxError):
    """The work took longer than its deadline and was stopped."""


@dataclass(eq=False)
class SandboxMemory(SandboxError):
    """The work needed more memory than it may have and was stopped."""
