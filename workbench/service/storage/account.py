"""The key of the history in the system's keyring: it opens for the account without a question.

The keyring has the key, not the passphrase. A file next to the history says that it is asked, so
that no other start looks for a keyring.
"""

from __future__ import annotations

from pathlib import Path

from workbench.domain.errors import StoreError
from workbench.history.file.encryption.keys import Key
from workbench.service.models.keys import keyring_backend

_SERVICE = "prompt-workbench"


def marker(path: Path) -> Path:
    """The file that says that the keyring has the key of the history at ``path``."""
    return path.with_name(f"{path.name}.account")


def is_kept(path: Path) -> bool:
    """Whether the keyring is asked at start."""
    return marker(path).exists()


def find(path: Path) -> Key | None:
    """The key, None where the keyring does not give it; it may wait for the user."""
    try:
        salt = bytes.fromhex(marker(path).read_text(encoding="utf-8"))
        backend = keyring_backend()
        stored = backend.get_password(_SERVICE, _name(salt)) if backend is not None else None
        return Key(bytes.fromhex(stored), salt) if stored else None
    except Exception:
        return None


def keep(path: Path, key: Key) -> None:
    """Put the key into the keyring.

    Raises:
        StoreError: there is none, or it did not take it.
    """
    from keyring.errors import KeyringError  # noqa: PLC0415 - looks for backends

    backend = keyring_backend()
    if backend is None:
        raise StoreError("There is no system keyring here, so the passphrase is asked at start.")
    try:
        backend.set_password(_SERVICE, _name(key.salt), key.raw.hex())
    except KeyringError as error:
        raise StoreError(
            f"The system's keyring did not take the key ({type(error).__name__}), so the "
            "passphrase is asked at start."
        ) from None
    marker(path).write_text(key.salt.hex(), encoding="utf-8")


def forget(path: Path) -> None:
    """Take the key out of the keyring; it is not asked any more, whatever it says.

    Raises:
        StoreError: it still has the key.
    """
    from keyring.errors import KeyringError, PasswordDeleteError  # noqa: PLC0415 - see keep

    if not is_kept(path):
        return
    salt = marker(path).read_text(encoding="utf-8")
    marker(path).unlink(missing_ok=True)
    backend = keyring_backend()
    if backend is None:
        return
    try:
        backend.delete_password(_SERVICE, f"history {salt}")
    except PasswordDeleteError:
        return  # there was none
    except KeyringError as error:
        raise StoreError(
            f"The system's keyring did not delete the key ({type(error).__name__}): delete "
            f"'history {salt}' of {_SERVICE} there."
        ) from None


def _name(salt: bytes) -> str:
    return f"history {salt.hex()}"
