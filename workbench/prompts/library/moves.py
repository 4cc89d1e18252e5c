"""Moving, copying and putting aside of prompt files and folders, so that nothing is ever lost."""

from __future__ import annotations

import os
import time
from pathlib import Path

from workbench.domain.errors import LibraryError
from workbench.prompts.file_io import read_file
from workbench.prompts.library.names import free_path, is_prompt_name, refuse_taken
from workbench.prompts.library.roots import LibraryRoots

TRASH = ".trash"


def move_into(roots: LibraryRoots, source: Path, folder: Path) -> Path:
    """Move a file or folder into a folder under its own name.

    Raises:
        LibraryError: the name is taken there, a folder would be inside itself, or no right.
    """
    target = folder / source.name
    if target == source:
        return source
    if source.is_dir() and folder.resolve().is_relative_to(source.resolve()):
        raise LibraryError(str(source), "a folder cannot be moved into itself.")
    refuse_taken(target, "something")
    roots.move(source, target)
    return target


def copy_into(roots: LibraryRoots, source: Path, folder: Path) -> Path:
    """Copy a prompt file into a folder, under a free name.

    Raises:
        LibraryError: it is no prompt file, cannot be read, or cannot be written there.
    """
    if source.is_dir():
        raise LibraryError(str(source), "this is a folder: add it to the library instead.")
    if not is_prompt_name(source.name):
        raise LibraryError(
            str(source),
            "this is no prompt file: the library takes .prompty, .j2, .jinja, .jinja2 and .md.",
        )
    text = read_file(source).text
    target = free_path(folder, source.name)
    roots.write(target, text, "")
    return target


def put_aside(roots: LibraryRoots, source: Path, trash: Path) -> Path:
    """Move a file or folder into a dated folder of the trash and return where it is.

    Raises:
        LibraryError: it is not there, or it cannot be moved.
    """
    if not (source.exists() or source.is_symlink()):
        raise LibraryError(str(source), "it does not exist (any more).")
    folder = trash / time.strftime("%Y-%m-%d-%H%M%S")
    roots.make_folder(folder)
    target, number = folder / source.name, 1
    while target.exists() or target.is_symlink():
        number += 1
        target = folder / f"{source.stem}-{number}{source.suffix}"
    roots.move(source, target)
    return target


def bring_back(roots: LibraryRoots, where: Path, path: Path, trash: Path) -> Path:
    """Put back what :func:`put_aside` took; under a free name where its own is taken by now.

    Raises:
        LibraryError: it is not in the trash, or cannot be moved.
    """
    inside = Path(os.path.abspath(where)).is_relative_to(trash)  # noqa: PTH100 - links stay links
    if not inside or not (where.exists() or where.is_symlink()):
        raise LibraryError(str(where), "it is not in the trash (any more).")
    roots.make_folder(path.parent)
    target = free_path(path.parent, path.name)
    roots.move(where, target)
    return target
