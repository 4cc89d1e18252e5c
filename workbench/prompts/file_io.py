"""Reading and writing prompt files: whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
from pathlib import Path

from workbench import files
from workbench.domain.errors import FileChangedError, LibraryError, NameTakenError
from workbench.domain.prompts.prompt import PromptFile
from workbench.domain.text import replace_surrogates, size_text

FILE_BYTES = 2 * 1024 * 1024
_ANY_WRITER = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


def read_file(path: Path) -> PromptFile:
    """The text of a prompt file and its digest.

    Raises:
        LibraryError: it is missing, too large, not UTF-8, or cannot be read.
    """
    text = files.read_text(path, FILE_BYTES, LibraryError)
    return PromptFile(path=str(path), text=text, sha256=_sha256(text.encode()))


def write_file(path: Path, text: str, expected_sha256: str) -> PromptFile:
    """Replace a file by a new text; what is on the disk is the old or the new one at any moment.

    Args:
        path: the file; a link is followed, so that its target is replaced.
        text: the new content.
        expected_sha256: digest of the content that the new text was made from; "" for a new file.

    Raises:
        FileChangedError: the file on disk has changed, or is gone.
        NameTakenError: a new file's name is taken.
        LibraryError: it cannot be written; the old one is untouched.
    """
    content = replace_surrogates(text).encode("utf-8")
    if len(content) > FILE_BYTES:
        reason = f"the text is larger than {size_text(FILE_BYTES)}, too large for a prompt."
        raise LibraryError(str(path), reason)
    target = Path(os.path.realpath(path))
    try:
        _check_unchanged(target, path, expected_sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and not can_write(target):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
        files.write_file(target, content)
    except OSError as error:
        raise LibraryError(str(path), _write_reason(error)) from error
    return PromptFile(path=str(path), text=text, sha256=_sha256(content))


def move_path(source: Path, target: Path) -> None:
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
    files.sync_folder(target.parent)
    files.sync_folder(source.parent)


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


def can_write(path: Path) -> bool:
    """Whether a file or folder that is there may be changed.

    One that is marked read-only for everybody is not, not even by an administrator.
    """
    try:
        marked = stat.S_IMODE(path.stat().st_mode) & _ANY_WRITER
    except OSError:
        return False
    return bool(marked) and os.access(path, os.W_OK)


def _check_unchanged(target: Path, shown: Path, expected_sha256: str) -> None:
    try:
        current = _sha256(target.read_bytes())
    except FileNotFoundError:
        current = ""
    if current == expected_sha256:
        return
    if not expected_sha256:
        raise NameTakenError(str(shown), "a file of this name exists already: choose another.")
    if not current:
        reason = "the file was deleted or renamed outside: save it under a new name."
    else:
        reason = "the file was changed outside: compare or reload before saving."
    raise FileChangedError(str(shown), reason)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write_reason(error: OSError) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return "the disk is full, so nothing was saved: free some space and save again."
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return "the file cannot be changed here: save a copy in your own folder."
    return f"the file could not be saved ({error.strerror or error})."
