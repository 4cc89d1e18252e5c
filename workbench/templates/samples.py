"""Sample sets: named values of a prompt's inputs, in a YAML file beside the prompt.

``<stem>.samples.yaml`` maps the name of a set to its values. Where nothing can be written beside a
prompt (those that ship with the program), a person's own sets stand in a mirrored place.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

import yaml

from workbench.domain.datasets import SampleFile, SampleSet
from workbench.domain.errors import LibraryError
from workbench.domain.spec import Json
from workbench.templates.files import read_file, write_file
from workbench.templates.front_matter import read_yaml
from workbench.templates.sound import sound

ENDING = ".samples.yaml"
SETS = 500
VALUES = 50_000
NAME_CHARACTERS = 80


class SampleSets:
    """The sets of prompts. All methods block on the disk: call them in a thread.

    Args:
        shipped: the folder of the program's own prompts.
        mirror: where sets for prompts go beside which nothing can be written.
    """

    def __init__(self, *, shipped: Path, mirror: Path) -> None:
        self._shipped = shipped
        self._mirror = mirror

    def read(self, prompt: str) -> SampleFile:
        """The sets of a prompt: those that came with it, then the person's own.

        An own one takes the place of one that came with it. A prompt without sets has none.

        Raises:
            LibraryError: a file of sets cannot be read or is not what it should be.
        """
        beside, own = self._places(Path(prompt))
        found: dict[str, SampleSet] = {}
        if beside != own and beside.exists():
            sets, _ = _read(beside)
            found = {name: SampleSet(name, values, own=False) for name, values in sets.items()}
        sets, sha256 = _read(own) if own.exists() else ({}, "")
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
            FileChangedError: the file is another one by now.
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
        _write(own, sets, expected_sha256)
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
        _write(own, renamed, expected_sha256)
        return self.read(prompt)

    def delete(self, prompt: str, name: str, expected_sha256: str) -> SampleFile:
        """Take an own set out of its file.

        Raises:
            FileChangedError, LibraryError: as :meth:`save`; no such set.
        """
        own, sets = self._own(prompt)
        _refuse_missing(own, sets, name)
        del sets[name]
        _write(own, sets, expected_sha256)
        return self.read(prompt)

    def follow(self, old: str, new: str, *, copy: bool = False) -> None:
        """Take the own sets along where a prompt was moved (or copied, with those it came with).

        A file that is at the new place already stays as it is.

        Raises:
            LibraryError: they cannot be read or written there; the old ones are kept.
        """
        beside, source = self._places(Path(old))
        target = self._places(Path(new))[1]
        sets: dict[str, dict[str, Json]] = {}
        for path in dict.fromkeys((beside, source) if copy else (source,)):
            sets |= _read(path)[0] if path.exists() else {}
        if not sets or target.exists():
            return
        _write(target, sets, "")
        if not copy:
            source.unlink(missing_ok=True)

    def _own(self, prompt: str) -> tuple[Path, dict[str, dict[str, Json]]]:
        own = self._places(Path(prompt))[1]
        return own, _read(own)[0] if own.exists() else {}

    def _places(self, prompt: Path) -> tuple[Path, Path]:
        """The file beside the prompt, and that of the own sets; mostly the same."""
        prompt = prompt.absolute()
        beside = prompt.with_name(prompt.stem + ENDING)
        if prompt.is_relative_to(self._shipped):
            folder = self._mirror / prompt.parent.relative_to(self._shipped)
        elif os.access(prompt.parent, os.W_OK):
            return beside, beside
        else:
            key = hashlib.sha256(os.fsencode(prompt.parent)).hexdigest()[:12]
            folder = self._mirror / f"{prompt.parent.name}-{key}"
        return beside, folder / beside.name


def _read(path: Path) -> tuple[dict[str, dict[str, Json]], str]:
    """The sets of a file by name, and its digest."""
    file = read_file(path)
    try:
        found = read_yaml(file.text, VALUES)
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


def _write(path: Path, sets: Mapping[str, Mapping[str, Json]], expected_sha256: str) -> None:
    plain = sound({name: dict(values) for name, values in sets.items()})
    if len(plain) > SETS:
        raise LibraryError(str(path), f"there are {SETS} sample sets already: delete some.")
    text = yaml.dump(
        plain,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=100,
        default_flow_style=False,
    )
    try:
        kept = read_yaml(text, VALUES)
    except ValueError as error:
        raise LibraryError(str(path), f"the values cannot be kept as a set: {error}.") from None
    if kept != plain:  # never write what would come back as something else
        raise LibraryError(str(path), "the values cannot be kept as a set: they are no plain data.")
    write_file(path, text if plain else "", expected_sha256)


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


class _Dumper(yaml.SafeDumper):
    """Writes long texts as blocks, and without aliases, to be read and compared."""

    def ignore_aliases(self, _data: object) -> bool:
        return True


def _written(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    lines = text.split("\n")
    tag = "tag:yaml.org,2002:str"
    if not all(line.isprintable() for line in lines):
        return dumper.represent_scalar(tag, text, style='"')
    if len(lines) > 1 and all(line == line.rstrip() for line in lines):
        return dumper.represent_scalar(tag, text, style="|")
    return dumper.represent_scalar(tag, text)


_Dumper.add_representer(str, _written)
