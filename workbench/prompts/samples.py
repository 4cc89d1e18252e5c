"""Sample sets: named values of a prompt's inputs, in a YAML file next to the prompt.

``<stem>.samples.yaml`` maps the name of a set to its values. Where nothing can be written next to a
prompt (those that ship with the program), the user's own sets are in a mirrored place.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

import yaml

from workbench.domain.errors import FrontMatterError, LibraryError
from workbench.domain.prompts.datasets import SampleFile, SampleSet
from workbench.domain.runs.spec import Json
from workbench.domain.text import replace_surrogates
from workbench.prompts.document import parse_document
from workbench.prompts.file_io import read_file
from workbench.prompts.front_matter.nodes import pairs, scalar_text
from workbench.prompts.front_matter.reading import read_yaml
from workbench.prompts.front_matter.yaml_loader import PlainDumper, dump_yaml, load_yaml
from workbench.prompts.library.roots import LibraryRoots

ENDING = ".samples.yaml"
SETS = 500
VALUES = 50_000
NAME_CHARACTERS = 80


class SampleSets:
    """The sets of prompts. All methods block on the disk: call them in a thread.

    Args:
        roots: the folders of the library, which say where nothing can be written.
        mirror: where the sets go of prompts in folders that cannot be written.
    """

    def __init__(self, *, roots: LibraryRoots, mirror: Path) -> None:
        self._roots = roots
        self._mirror = mirror

    def read(self, prompt: str) -> SampleFile:
        """The sets of a prompt: those that came with it, then the user's own.

        An own one takes the place of one that came with it. A prompt without sets has none.

        Raises:
            LibraryError: a file of sets cannot be read or is not what it should be.
        """
        shipped, own = self._places(Path(prompt))
        texts = _text_inputs(Path(prompt))
        found: dict[str, SampleSet] = {}
        if shipped != own and shipped.exists():
            sets, _ = _read(shipped, texts)
            found = {name: SampleSet(name, values, own=False) for name, values in sets.items()}
        sets, sha256 = _read(own, texts) if own.exists() else ({}, "")
        found |= {name: SampleSet(name, values) for name, values in sets.items()}
        return SampleFile(path=str(own), sha256=sha256, sets=tuple(found.values()))

    def save(
        self, prompt: str, name: str, values: Mapping[str, Json], expected_sha256: str, place: int
    ) -> SampleFile:
        """Write a set, new or in place of the own one of that name.

        Args:
            prompt: the prompt file.
            name: of the set.
            values: of the inputs.
            expected_sha256: of the file of own sets when it was read.
            place: where a new set goes among the own ones; -1 is the end.

        Raises:
            FileChangedError: the file has changed.
            LibraryError: the name or a value cannot be used, or the file cannot be written.
        """
        name = _usable(name, prompt)
        own, sets = self._own(prompt)
        if name in sets or place < 0:
            sets[name] = dict(values)
        else:
            items = list(sets.items())
            items.insert(place, (name, dict(values)))
            sets = dict(items)
        self._write(own, sets, expected_sha256)
        return self.read(prompt)

    def rename(self, prompt: str, old: str, new: str, expected_sha256: str) -> SampleFile:
        """Give an own set another name; it keeps its place.

        Raises:
            FileChangedError, LibraryError: as :meth:`save`; the name is taken; no such set.
        """
        new = _usable(new, prompt)
        own, sets = self._own(prompt)
        _refuse_missing(own, sets, old)
        if new != old and new in sets:
            raise LibraryError(prompt, f"there is a set called “{new}” already: choose another.")
        renamed = {new if name == old else name: values for name, values in sets.items()}
        self._write(own, renamed, expected_sha256)
        return self.read(prompt)

    def delete(self, prompt: str, name: str, expected_sha256: str) -> SampleFile:
        """Take an own set out of its file.

        Raises:
            FileChangedError, LibraryError: as :meth:`save`; no such set.
        """
        own, sets = self._own(prompt)
        _refuse_missing(own, sets, name)
        del sets[name]
        self._write(own, sets, expected_sha256)
        return self.read(prompt)

    def rename_input(self, prompt: str, old: str, new: str) -> tuple[str, ...]:
        """Give an input another name in all own sets; returns the sets that had it.

        Raises:
            LibraryError: they cannot be read or written.
        """
        file = self.read(prompt)
        own, sets = self._own(prompt)
        changed = tuple(name for name, values in sets.items() if old in values)
        if changed:
            renamed = {
                name: {new if key == old else key: value for key, value in values.items()}
                for name, values in sets.items()
            }
            self._write(own, renamed, file.sha256)
        return changed

    def follow(self, old: str, new: str, *, copy: bool = False) -> None:
        """Take the own sets along where a prompt was moved (or copied, with those it came with).

        A file that is at the new place already stays as it is.

        Raises:
            LibraryError: they cannot be read or written there; the old ones are kept.
        """
        shipped, source = self._places(Path(old))
        target = self._places(Path(new))[1]
        sets: dict[str, dict[str, Json]] = {}
        for path in dict.fromkeys((shipped, source) if copy else (source,)):
            sets |= _read(path, _text_inputs(Path(old)))[0] if path.exists() else {}
        if not sets or target.exists():
            return
        self._write(target, sets, "")
        if not copy:
            self._roots.remove(source)

    def _own(self, prompt: str) -> tuple[Path, dict[str, dict[str, Json]]]:
        own = self._places(Path(prompt))[1]
        return own, _read(own, _text_inputs(Path(prompt)))[0] if own.exists() else {}

    def _write(
        self, path: Path, sets: Mapping[str, Mapping[str, Json]], expected_sha256: str
    ) -> None:
        plain = replace_surrogates({name: dict(values) for name, values in sets.items()})
        if len(plain) > SETS:
            raise LibraryError(str(path), f"there are {SETS} sample sets already: delete some.")
        text = dump_yaml(plain, width=100, dumper=_Dumper)
        try:
            kept = read_yaml(text, VALUES)
        except ValueError as error:
            reason = f"the values cannot be kept as a set: {error}."
            raise LibraryError(str(path), reason) from None
        if kept != plain:  # never write what would come back as something else
            reason = "the values cannot be kept as a set: they are no plain data."
            raise LibraryError(str(path), reason)
        self._roots.write(path, text if plain else "", expected_sha256)

    def _places(self, prompt: Path) -> tuple[Path, Path]:
        """The file next to the prompt, and that of the user's sets; mostly the same."""
        prompt = prompt.absolute()
        sibling = prompt.with_name(prompt.stem + ENDING)
        shipped = self._roots.shipped
        if prompt.is_relative_to(shipped):
            folder = self._mirror / prompt.parent.relative_to(shipped)
        elif not self._roots.is_locked(sibling):
            return sibling, sibling
        else:
            key = hashlib.sha256(os.fsencode(prompt.parent)).hexdigest()[:12]
            folder = self._mirror / f"{prompt.parent.name}-{key}"
        return sibling, folder / sibling.name


def _text_inputs(prompt: Path) -> frozenset[str]:
    """The inputs of a prompt that are texts; none where it is gone or cannot be read."""
    try:
        inputs = parse_document(read_file(prompt).text, str(prompt)).inputs
    except (LibraryError, FrontMatterError):
        return frozenset()
    return frozenset(field.name for field in inputs if field.type in {"string", "file"})


def _as_written(text: str, found: Json, inputs: frozenset[str]) -> None:
    """Put what is written in the place of numbers that are values of texts: 1.10 is no 1.1."""
    sets = pairs(load_yaml(text)[0])
    for name, values in found.items() if isinstance(found, dict) else ():
        for each in inputs & values.keys() if isinstance(values, dict) else ():
            if isinstance(values[each], int | float):
                values[each] = scalar_text(pairs(sets.get(name)).get(each))


def _read(path: Path, texts: frozenset[str]) -> tuple[dict[str, dict[str, Json]], str]:
    """The sets of a file by name, and its digest; ``texts`` are inputs whose values are texts."""
    file = read_file(path)
    try:
        found = read_yaml(file.text, VALUES)
        _as_written(file.text, found, texts)
    except ValueError as error:
        raise LibraryError(str(path), f"the sample sets cannot be read: {error}.") from None
    if found is None:
        return {}, file.sha256
    if not isinstance(found, dict) or not all(isinstance(each, dict) for each in found.values()):
        reason = "it must map the name of each sample set to the values of its inputs."
        raise LibraryError(str(path), reason)
    if len(found) > SETS:
        raise LibraryError(str(path), f"it holds more than {SETS} sample sets.")
    return found, file.sha256


def _usable(name: str, prompt: str) -> str:
    name = " ".join(name.split())
    if not name or not name.isprintable():
        raise LibraryError(prompt, "a sample set needs a name.")
    if len(name) > NAME_CHARACTERS:
        raise LibraryError(prompt, f"the name is longer than {NAME_CHARACTERS} characters.")
    return name


def _refuse_missing(path: Path, sets: Mapping[str, object], name: str) -> None:
    if name not in sets:
        raise LibraryError(str(path), f"there is no set of your own called “{name}”.")


class _Dumper(PlainDumper):
    """Writes long texts as blocks."""


def _written(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    lines = text.split("\n")
    tag = "tag:yaml.org,2002:str"
    if not all(line.isprintable() for line in lines):
        return dumper.represent_scalar(tag, text, style='"')
    if len(lines) > 1 and all(line == line.rstrip() for line in lines):
        return dumper.represent_scalar(tag, text, style="|")
    return dumper.represent_scalar(tag, text)


_Dumper.add_representer(str, _written)
