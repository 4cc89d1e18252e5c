"""The library as a tree of plain values: sections, folders, prompts, and what is in the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Literal

from workbench.domain.prompts.library import (
    LibraryFolder,
    LibraryHit,
    LibraryListing,
    PromptRecord,
)
from workbench.ui.bindings import bindings

NodeKind = Literal["favourites", "root", "folder", "file", "note"]
_ENDINGS = frozenset({"prompty", "jinja2", "jinja", "j2", "md"})


@dataclass(slots=True, eq=False)
class Node:
    """One row. ``depth`` is 0 for sections; ``count`` prompts are in it, folders inside included.

    ``key`` identifies it also after the files were read again; ``path`` is absolute, ""
    where it represents no file or folder.
    """

    kind: NodeKind
    key: str
    name: str
    path: str = ""
    parent: Node | None = None
    depth: int = 0
    row: int = 0
    id: int = 0
    count: int = 0
    writable: bool = False
    children: list[Node] = field(default_factory=list)
    entry: PromptRecord | None = None
    root: LibraryFolder | None = None
    hit: LibraryHit | None = None

    def add(self, node: Node) -> Node:
        """Put a row at the end of this one's."""
        node.parent, node.row, node.depth = self, len(self.children), self.depth + 1
        self.children.append(node)
        return node


def stem(name: str) -> str:
    """The name of a prompt file without its ending."""
    start, _, ending = name.rpartition(".")
    return start if ending.lower() in _ENDINGS else name


def tree_of(listing: LibraryListing) -> list[Node]:
    """The sections: favourites where there are any, then each folder of the library."""
    by_root: dict[str, list[PromptRecord]] = {}
    for entry in listing.entries:
        by_root.setdefault(entry.root, []).append(entry)
    sections = [_section(root, by_root.get(root.path, ())) for root in listing.folders]
    shown = [each for each in sections if each.count or each.children or each.kind == "root"]
    chosen = [entry for entry in listing.entries if entry.path in listing.favourites]
    if chosen:
        favourites = Node("favourites", "favourites", "Favourites", count=len(chosen))
        for entry in sorted(chosen, key=lambda each: each.name.casefold()):
            favourites.add(file_node(entry, f"favourite:{entry.path}"))
        shown.insert(0, favourites)
    return shown


def file_node(entry: PromptRecord, key: str) -> Node:
    """The row of a prompt."""
    node = Node("file", key, stem(entry.name), entry.path)
    set_entry(node, entry)
    return node


def set_entry(node: Node, entry: PromptRecord) -> None:
    """Have the row of a prompt know what the list says of it by now."""
    node.entry = entry
    node.writable = entry.writable and not entry.shipped


def section_name(root: LibraryFolder) -> str:
    """The title of a library folder's section."""
    if root.kind == "user":
        return "Your prompts"
    return "Included" if root.kind == "shipped" else PurePath(root.path).name or root.path


def _section(root: LibraryFolder, entries: Iterable[PromptRecord]) -> Node:
    top = Node(
        "root",
        f"root:{root.path}",
        section_name(root),
        root.path,
        writable=root.writable,
        root=root,
    )
    if root.problem:
        top.add(Node("note", f"problem:{root.path}", root.problem))
    folders = _folders(top, root)
    for entry in entries:
        place = folders.get(entry.folder, top)
        place.add(file_node(entry, entry.path))
        up: Node | None = place
        while up is not None:
            up.count += 1
            up = up.parent
    if not top.children and root.kind == "user":
        hint = f"None yet: {_makes_one()}" if root.writable else "None: this folder is read-only"
        top.add(Node("note", f"hint:{root.path}", hint))
    return top


def _makes_one() -> str:
    keys = bindings().of("Ctrl+N", "design")
    return f"{keys} makes one" if keys else "“New prompt” makes one"


def _folders(top: Node, root: LibraryFolder) -> Mapping[str, Node]:
    """The rows of all folders inside, by relative path; they come before the prompts."""
    made: dict[str, Node] = {"": top}
    for folder in sorted(root.folders, key=lambda name: (name.count("/"), name.casefold())):
        above, _, name = folder.rpartition("/")
        path = str(PurePath(root.path, *folder.split("/")))
        node = Node("folder", path, name, path, writable=root.writable)
        if above in made:
            made[folder] = made[above].add(node)
    return made
