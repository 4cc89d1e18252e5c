"""What a prompt format consists of: how to detect, read and write its files."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from workbench.domain.errors import FormatError
from workbench.domain.prompts.exchange import Exported, FormatInfo, ImportedPrompt
from workbench.domain.runs.spec import Json
from workbench.domain.text import Message
from workbench.prompts.document import PromptDocument
from workbench.prompts.formats.bounded_reading import decoded, read_json, read_yaml
from workbench.prompts.inputs import as_type, empty_of


@dataclass(frozen=True)
class SourceFile:
    """A file to import.

    ``name`` is its file name, named in errors; ``files`` are others of its folder by relative
    path, as far as :func:`wanted_files` named them.
    """

    name: str
    data: bytes
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def suffix(self) -> str:
        """The ending in small letters, with its dot."""
        return PurePosixPath(self.name).suffix.lower()

    @property
    def stem(self) -> str:
        """The name without its ending."""
        return PurePosixPath(self.name).stem

    @functools.cached_property
    def text(self) -> str:
        """The content (FormatError where it is no text)."""
        return decoded(self.data, self.name)

    @functools.cached_property
    def value(self) -> Json:
        """The content as JSON, or as YAML by its ending (FormatError where it is neither)."""
        if self.suffix in {".yaml", ".yml"}:
            return read_yaml(self.text, self.name)
        return read_json(self.text, self.name)

    def mapping(self) -> dict[str, Json]:
        """The content as a mapping, an empty one where it is something else or cannot be read."""
        try:
            return self.value if isinstance(self.value, dict) else {}
        except FormatError:
            return {}


@dataclass(frozen=True)
class Source:
    """A prompt to export. ``messages`` is how it renders with its sample values."""

    name: str
    text: str
    document: PromptDocument
    samples: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    rows: tuple[dict[str, Json], ...] = ()
    messages: tuple[Message, ...] = ()

    @property
    def values(self) -> dict[str, Json]:
        """The sample values of the front matter, the defaults where there are none."""
        defaults = {
            each.name: each.default for each in self.document.inputs if each.default is not None
        }
        return self.seen(defaults | dict(self.document.sample))

    def seen(self, values: Mapping[str, Json]) -> dict[str, Json]:
        """Values in the types of their inputs: text in place of files and images."""
        found = dict(values)
        for each in self.document.inputs:
            if found.get(each.name) is not None:
                with contextlib.suppress(ValueError):  # rendering says what is wrong with it
                    found[each.name] = as_type(each.type, found[each.name])
        return found

    @property
    def optional(self) -> dict[str, Json]:
        """What inputs are that need no value: their defaults, or nothing of their type."""
        return {
            each.name: empty_of(each.type) if each.default is None else each.default
            for each in self.document.inputs
            if each.default is not None or not each.required
        }


@dataclass(frozen=True)
class PromptFormat:
    """A format. ``rendered`` says that it holds messages without variables."""

    info: FormatInfo
    detect: Callable[[SourceFile], bool]
    read: Callable[[SourceFile], list[ImportedPrompt]]
    write: Callable[[Source], Exported]
    rendered: bool = False
