"""The key of an encrypted history, made of a passphrase and the salt at the file's beginning.

Nothing here shows a key or a passphrase: they stay out of logs, errors and reports of crashes.
"""

from __future__ import annotations

import hashlib
import math
import os
from collections import Counter
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

from workbench.domain.errors import PassphraseError, StoreError
from workbench.history.file import backups

PLAIN = b"SQLite format 3\x00"
"""What every file that is not encrypted begins with."""
ITERATIONS = 256_000
SALT_BYTES = 16
_KEY_BYTES = 32
_PAGE_BYTES = 4096
_LOOKS = 8
_BACKUPS_ASKED = 3
_RANDOM_BITS = (7.9, 7.99)
"""Between these is the entropy of a page of 4096 random bytes, in bits a byte."""


class Key:
    """A key with the salt it was made with; a file's own salt is the same.

    Args:
        raw: 32 bytes.
        salt: 16 bytes.
    """

    def __init__(self, raw: bytes, salt: bytes) -> None:
        self.raw, self.salt = raw, salt

    def __repr__(self) -> str:
        return "Key(hidden)"

    @property
    def text(self) -> str:
        """As SQLCipher takes it where nothing is to be derived any more."""
        return f"x'{self.raw.hex()}{self.salt.hex()}'"

    def is_of(self, passphrase: str) -> bool:
        """Whether the passphrase gives this key."""
        return derive(passphrase, self.salt).raw == self.raw


def derive(passphrase: str, salt: bytes) -> Key:
    """The key of a passphrase, as SQLCipher 4 derives it; takes 0.2 to 0.3 s."""
    words = passphrase.encode()
    return Key(hashlib.pbkdf2_hmac("sha512", words, salt, ITERATIONS, _KEY_BYTES), salt)


def new_key(passphrase: str) -> Key:
    """A key with a salt of its own."""
    return derive(passphrase, os.urandom(SALT_BYTES))


def is_plain(path: Path) -> bool:
    """Whether a file begins as one that is not encrypted."""
    try:
        with path.open("rb") as file:
            return file.read(len(PLAIN)) == PLAIN
    except OSError:
        return False


def is_encrypted(path: Path) -> bool:
    """Whether a file looks encrypted: whole pages, and most of them look like random bytes.

    A plain file with a damaged beginning does not: its other pages are what they were.
    """
    return _is_random_file(path) and path.stat().st_size % _PAGE_BYTES == 0


def _is_random_file(path: Path) -> bool:
    try:
        size = path.stat().st_size if path.is_file() else 0
        if size < _PAGE_BYTES or is_plain(path):
            return False
        pages = size // _PAGE_BYTES
        looks = sorted({pages * each // _LOOKS for each in range(_LOOKS)} | {pages - 1})
        with path.open("rb") as file:
            return sum(_is_random(file, page) for page in looks) * 2 > len(looks)
    except OSError:
        return False


def needs_key(path: Path) -> bool:
    """Whether the history can be opened with a passphrase only.

    Of an empty file and one that was cut short the newest backup shows what it was.
    """
    if not path.is_file() or is_plain(path):
        return False
    if path.stat().st_size and not _is_random_file(path):
        return False
    return is_encrypted(path) or any(is_encrypted(copy) for _, copy in backups.listed(path)[:1])


def unlock(path: Path, passphrase: str | Key, driver: ModuleType) -> Key:
    """The key that the passphrase gives for a history; a key is looked at likewise.

    Where the file's first page is damaged, a backup with the same salt shows that the passphrase
    is right: the file is then repaired like any other.

    Raises:
        PassphraseError: it is wrong.
        StoreError: this SQLite does not know encryption.
    """
    require_encryption(driver)
    is_empty = path.stat().st_size == 0
    copies = [copy for _, copy in backups.listed(path)[:_BACKUPS_ASKED] if is_encrypted(copy)]
    salt = salt_of(copies[0] if is_empty and copies else path)
    key = passphrase if isinstance(passphrase, Key) else derive(passphrase, salt)
    for file in (path, *(copy for copy in copies if salt_of(copy) == salt)):
        if opens(file, key, driver):
            return key
    raise PassphraseError(f"This passphrase does not open {path.name}.")


def opens(path: Path, key: Key, driver: ModuleType) -> bool:
    """Whether the key is that of a file."""
    try:
        uri = f"{path.absolute().as_uri()}?mode=ro"
        with closing(driver.connect(uri, uri=True)) as connection:
            give_key(connection, key)
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except driver.DatabaseError:
        return False
    return True


def give_key(connection: Any, key: Key) -> None:
    """Give a new connection its key; what does not open raises an error, and says no more."""
    connection.execute("PRAGMA cipher_log_level = NONE").fetchall()
    connection.set_key(key.text)


def has_key(path: Path, key: Key | None) -> bool:
    """Whether a file has that key already, or none."""
    return is_plain(path) if key is None else is_encrypted(path) and salt_of(path) == key.salt


def salt_of(path: Path) -> bytes:
    """The salt of an encrypted file."""
    with path.open("rb") as file:
        return file.read(SALT_BYTES)


def can_encrypt(driver: ModuleType) -> bool:
    """Whether this SQLite module knows encryption."""
    return hasattr(driver.Connection, "set_key")


def require_encryption(driver: ModuleType) -> None:
    """Say so where this SQLite does not know encryption.

    Raises:
        StoreError: it does not.
    """
    if not can_encrypt(driver):
        raise StoreError(
            "Python's own SQLite does not know encryption: install sqlcipher3, as make setup does."
        )


def _is_random(file: BinaryIO, page: int) -> bool:
    file.seek(page * _PAGE_BYTES)
    counts = Counter(file.read(_PAGE_BYTES))
    total = counts.total()
    if total < _PAGE_BYTES:
        return False
    bits = -sum(count / total * math.log2(count / total) for count in counts.values())
    return _RANDOM_BITS[0] < bits < _RANDOM_BITS[1]
