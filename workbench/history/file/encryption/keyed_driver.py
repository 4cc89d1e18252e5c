"""A SQLite module that gives a key to the files it opens, so that no other part has to."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote, urlsplit

from workbench.history.file.encryption.keys import (
    Key,
    give_key,
    is_plain,
    require_encryption,
)


class KeyedDriver(ModuleType):
    """As the module it is made of; files that are encrypted, and new ones, are given the key.

    So backups, repairs and copies have the key of the history. A database in memory has none.

    Args:
        module: what ``load_driver`` returned.
        key: the history's key.
    """

    def __init__(self, module: ModuleType, key: Key) -> None:
        require_encryption(module)
        super().__init__(module.__name__)
        self.__dict__.update({name: value for name, value in vars(module).items()
                              if name != "connect"})  # fmt: skip
        self.module = module
        self.key = key

    def connect(self, target: str, **options: Any) -> Any:
        """A connection to a file, which has its key already."""
        connection = self.module.connect(target, **options)
        if target != ":memory:" and not is_plain(_path_of(target)):
            give_key(connection, self.key)
        return connection


def _path_of(target: str) -> Path:
    if target.startswith("file:"):
        return Path(unquote(urlsplit(target).path))
    return Path(target)


def plain_driver(driver: ModuleType) -> ModuleType:
    """The module without a key."""
    return driver.module if isinstance(driver, KeyedDriver) else driver


def key_of(driver: ModuleType) -> Key | None:
    """The key that the module gives."""
    return driver.key if isinstance(driver, KeyedDriver) else None


def with_key(driver: ModuleType, key: Key | None) -> ModuleType:
    """The module with that key, or with none."""
    module = plain_driver(driver)
    return module if key is None else KeyedDriver(module, key)
