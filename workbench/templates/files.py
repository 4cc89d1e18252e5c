"""Reading and writing prompt files: whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import stat
import time
from pathlib import Path

from workbench.domain.errors import FileChangedError, LibraryError
from workbench.domain.prompts import PromptFile
from workbench.templates.sound import sound

FILE_BYTES = 2 * 1024 * 1024
RENAME_TRIES = 5
RENAME_SECONDS = 0.1


def read_file(path: Path) -> PromptFile:
    """The text of a prompt file and its digest.

    Raises:
        LibraryError: it is missing, too large, not UTF-8, or cannot be read.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise LibraryError(str(path), "this is not a file.")
        with path.open("rb") as file:
            content = file.read(FILE_BYTES + 1)
    except FileNotFoundError:
        raise LibraryError(str(path), "this file does not exist (any more).") from None
    except OSError as error:
        raise LibraryError(str(path), f"the file cannot be read ({error.strerror}).") from error
    if len(content) > FILE_BYTES:
        limit = FILE_BYTES // 2**20
        raise LibraryError(
            str(path), f"the file is larger than {limit} MB, too large for a prompt."
        )
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise LibraryError(
            str(path),
            f"the file is not UTF-8 text (byte {error.start:,}): save it as UTF-8 and try again.",
        ) from None
    return PromptFile(path=str(path), text=text, sha256=hashlib.sha256(content).hexdigest())


def write_file(path: Path, text: str, expected_sha256: str) -> PromptFile:
    """Replace a file by a new text; what is on the disk is the old or the new one at any moment.

    Args:
        path: the file; a link is followed, so that its target is replaced.
        text: the new content.
        expected_sha256: digest of the content that the new text was made from; "" for a new file.

    Raises:
        FileChangedError: the file on disk is another one by now, or is gone.
        LibraryError: it cannot be written; the old one is untouched.
    """
    content = sound(text).encode("utf-8")
    if len(content) > FILE_BYTES:
        limit = FILE_BYTES // 2**20
        raise LibraryError(
            str(path), f"the text is larger than {limit} MB, too large for a prompt."
        )
    target = Path(os.path.realpath(path))
    try:
        _check_unchanged(target, path, expected_sha256)
        _replace(target, content)
    except OSError as error:
        raise LibraryError(str(path), _write_reason(error)) from error
    return PromptFile(path=str(path), text=text, sha256=hashlib.sha256(content).hexdigest())


def _check_unchanged(target: Path, shown: Path, expected_sha256: str) -> None:
    try:
        current = hashlib.sha256(target.read_bytes()).hexdigest()
    except FileNotFoundError:
        current = ""
    if current == expected_sha256:
        return
    if not current:
        reason = "the file was deleted or renamed outside: save it under a new name."
    elif not expected_sha256:
        reason = "a file of this name exists already: choose another name."
    else:
        reason = "the file was changed outside: compare or reload before saving."
    raise FileChangedError(str(shown), reason)


def _replace(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    exists = target.exists()
    if exists and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
    temporary = target.with_name(f".saving-{secrets.token_hex(8)}")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if exists:
            temporary.chmod(stat.S_IMODE(target.stat().st_mode))
        _rename(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    sync_folder(target.parent)


def _rename(temporary: Path, target: Path) -> None:
    """Put the new file in place; Windows refuses for a moment while others have it open."""
    for tries_left in reversed(range(RENAME_TRIES)):
        try:
            temporary.replace(target)
        except PermissionError:
            if os.name != "nt" or not tries_left:
                raise
            time.sleep(RENAME_SECONDS)
        else:
            return


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder last; systems that cannot open folders do it by themselves."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _write_reason(error: OSError) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return "the disk is full, so nothing was saved: free some space and save again."
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return "the file cannot be changed here: save a copy in your own folder."
    return f"the file could not be saved ({error.strerror or error})."
