"""The encrypted history: unlocking it, turning encryption on and off, another passphrase."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from workbench.domain.errors import PassphraseError, StoreError, UsageError
from workbench.domain.storage import (
    LEAST_PASSPHRASE,
    BackupProgress,
    ConversionReport,
    Protection,
)
from workbench.history.file.driver import load_driver
from workbench.history.file.encryption.converting import copies
from workbench.history.file.encryption.keys import can_encrypt, has_key
from workbench.service.core import Core
from workbench.service.storage import account

OnProgress = Callable[[BackupProgress], None]


class Protecting:
    """Whether others than the user can read the history."""

    def __init__(self, core: Core) -> None:
        self._paths = core.paths
        self._store = core.store

    async def is_locked(self) -> bool:
        """Whether a passphrase is needed before the history is opened: the keyring has no key."""
        path = self._paths.database
        if not await asyncio.to_thread(lambda: self._store.is_locked):
            return False
        if account.is_kept(path):
            key = await asyncio.to_thread(account.find, path)
            if key is not None:
                try:
                    await self._store.unlock(key)
                except PassphraseError:
                    return True
                return False
        return True

    async def unlock(self, passphrase: str) -> None:
        """Take the passphrase, before the program is opened.

        Raises:
            PassphraseError: it is wrong.
            StoreError: this SQLite does not know encryption.
        """
        await self._store.unlock(passphrase)

    async def state(self) -> Protection:
        """Whether the history is encrypted, and what is not."""
        path, key = self._paths.database, self._store.key

        def read() -> Protection:
            others = tuple(str(copy) for copy in copies(path) if not has_key(copy, key))
            return Protection(
                is_encrypted=key is not None,
                is_possible=can_encrypt(load_driver()),
                with_account=key is not None and account.is_kept(path),
                other_copies=others,
            )

        return await asyncio.to_thread(read)

    async def encrypt(
        self, passphrase: str, current: str = "", on_progress: OnProgress | None = None
    ) -> ConversionReport:
        """Encrypt the history and its backups, or give them another passphrase.

        Args:
            passphrase: the new one.
            current: the one until now, where the history is encrypted.
            on_progress: called on the loop's thread.

        Raises:
            UsageError: the passphrase is too short.
            PassphraseError: ``current`` is wrong.
            StoreError: nothing was changed.
            ConversionCancelledError: it was stopped; nothing was changed.
        """
        if len(passphrase) < LEAST_PASSPHRASE:
            raise UsageError(f"A passphrase has at least {LEAST_PASSPHRASE} characters.")
        await self._require(current)
        return await self._convert(passphrase, on_progress)

    async def decrypt(
        self, current: str, on_progress: OnProgress | None = None
    ) -> ConversionReport:
        """Make the history and its backups plain files again.

        Raises:
            UsageError: it is not encrypted.
            PassphraseError: ``current`` is not its passphrase.
            StoreError: nothing was changed.
            ConversionCancelledError: it was stopped; nothing was changed.
        """
        if self._store.key is None:
            raise UsageError("The history is not encrypted.")
        await self._require(current)
        return await self._convert(None, on_progress)

    async def stop_converting(self) -> None:
        """Have :meth:`encrypt` or :meth:`decrypt` end without a change, if it is not too late.

        It is once the progress says "backups"; what was begun is then done whole.
        """
        self._store.stop_converting()

    async def keep_with_account(self, *, wanted: bool) -> None:
        """Have the system's keyring open the history at start, or not.

        Raises:
            UsageError: the history is not encrypted.
            StoreError: there is no keyring, or it refused.
        """
        key, path = self._store.key, self._paths.database
        if not wanted:
            await asyncio.to_thread(account.forget, path)
            return
        if key is None:
            raise UsageError("The history is not encrypted.")
        await asyncio.to_thread(account.keep, path, key)

    async def _require(self, current: str) -> None:
        key = self._store.key
        if key is not None and not await asyncio.to_thread(key.is_of, current):
            raise PassphraseError("This is not the passphrase of the history.")

    async def _convert(
        self, passphrase: str | None, on_progress: OnProgress | None
    ) -> ConversionReport:
        def report(step: str, share: float) -> None:
            if on_progress is not None:
                on_progress(BackupProgress(step=step, share=share))

        path = self._paths.database
        was_kept = account.is_kept(path)
        done = await self._store.convert(passphrase, report)
        (self._paths.data / "last-window.png").unlink(missing_ok=True)
        if was_kept:
            await self._follow()
        return done

    async def _follow(self) -> None:
        """The keyring's key is that of the history again, or gone."""
        path, key = self._paths.database, self._store.key
        try:
            await asyncio.to_thread(account.forget, path)
            if key is not None:
                await asyncio.to_thread(account.keep, path, key)
        except StoreError:
            return  # the passphrase is asked at the next start
