"""Moving, copying and putting aside of prompt files and folders, so that nothing is ever lost."""

from __future__ import annotations

import errno
import os
import shutil
import time
from pathlib import Path

from workbench.domain.errors import LibraryError
from workbench.templates.files import read_file, sync_folder, write_file
from workbench.templates.library_names import free_path, is_prompt_name, refuse_taken

TRASH = ".trash"


def move(source: Path, target: Path) -> None:
    """Give a file or folder another path; on another disk it is copied whole before it goes.

    A link is moved as a link and keeps its goal; what it points to stays as it is.

    Raises:
        LibraryError: it cannot be moved; it is where it was.
    """
    try:
        if source.is_symlink():
            goal = os.path.normpath(source.parent / source.readlink())
            target.symlink_to(goal)
            source.unlink()
        else:
            source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:  # the folders lie on one disk
            raise LibraryError(str(source), f"it cannot be moved ({error.strerror}).") from error
        _move_far(source, target)
    sync_folder(target.parent)
    sync_folder(source.parent)


def _move_far(source: Path, target: Path) -> None:
    if source.is_dir():
        try:
            shutil.copytree(source, target, symlinks=True)
            shutil.rmtree(source)
        except (OSError, shutil.Error) as error:
            raise LibraryError(str(source), "it cannot be moved to that disk whole.") from error
    else:
        write_file(target, read_file(source).text, "")
        source.unlink()


def move_into(source: Path, folder: Path) -> Path:
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
    move(source, target)
    return target


def copy_into(source: Path, folder: Path) -> Path:
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
    write_file(target, text, "")
    return target


def put_aside(source: Path, trash: Path) -> Path:
    """Move a file or folder into a dated folder of the trash and return where it is.

    Raises:
        LibraryError: it is not there, or it cannot be moved.
    """
    if not (source.exists() or source.is_symlink()):
        raise LibraryError(str(source), "it does not exist (any more).")
    folder = trash / time.strftime("%Y-%m-%d-%H%M%S")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = f"it cannot be put aside ({error.strerror})."
        raise LibraryError(str(source), reason) from error
    target, number = folder / source.name, 1
    while target.exists() or target.is_symlink():
        number += 1
        target = folder / f"{source.stem}-{number}{source.suffix}"
    move(source, target)
    return target


def bring_back(where: Path, path: Path, trash: Path) -> Path:
    """Put back what :func:`put_aside` took; under a free name where its own is taken by now.

    Raises:
        LibraryError: it is not in the trash, or cannot be moved.
    """
    inside = Path(os.path.abspath(where)).is_relative_to(trash)  # noqa: PTH100 - links stay links
    if not inside or not (where.exists() or where.is_symlink()):
        raise LibraryError(str(where), "it is not in the trash (any more).")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LibraryError(str(path), f"it cannot be put back ({error.strerror}).") from error
    target = free_path(path.parent, path.name)
    move(where, target)
    return target
