"""XML as a tree, without entities and without anything from outside."""

from __future__ import annotations

from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from workbench.domain.errors import FormatError

DEEPEST = 200
MOST_ELEMENTS = 3_000_000


def parse(data: bytes) -> Element:
    """The root; names of another namespace are "{address}name".

    Raises:
        FormatError: it is no XML, declares entities, or is nested too deeply.
    """
    builder = _Builder()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = builder.open
    parser.EndElementHandler = builder.close
    parser.CharacterDataHandler = builder.tree.data
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise FormatError("", f"its XML is damaged ({error}).") from None
    return builder.tree.close()


class _Builder:
    """Passes elements on, and counts them."""

    def __init__(self) -> None:
        self.tree = TreeBuilder()
        self._depth = 0
        self._count = 0

    def open(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._count += 1
        if self._depth > DEEPEST or self._count > MOST_ELEMENTS:
            raise FormatError("", "its XML is nested too deeply or too large.")
        self.tree.start(_named(name), {_named(key): each for key, each in attributes.items()})

    def close(self, name: str) -> None:
        self._depth -= 1
        self.tree.end(_named(name))


def _named(name: str) -> str:
    return f"{{{name}" if "}" in name else name


def _refuse(*_: object) -> None:
    raise FormatError("", "its XML declares entities, which are not read.")
