"""Getting a model file: listing a repository, and a download that can break off and go on.

``huggingface_hub`` knows the hub's address, routes, log-in and errors; it throws away what came of
a download that was broken off, so the bytes are fetched here. Everything in this file blocks and
runs in a process of its own (``process.py``).
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import httpx2
from huggingface_hub import HfApi, get_session, hf_hub_url
from huggingface_hub.errors import GatedRepoError, OfflineModeIsEnabled, RepositoryNotFoundError
from huggingface_hub.utils import build_hf_headers

from workbench.domain.errors import DownloadError
from workbench.domain.text import size_text
from workbench.domain.views import DownloadProgress, HubFile
from workbench.models.hub.repository import choose, grouped, local_name, parts_of

_BLOCK_BYTES = 1024**2
_TIMEOUT_SECONDS = 30.0
_RETRIES = 5
_SPARE_BYTES = 64 * 1024**2
"""Left free on the disk: the system and the history need some."""
_TELL_SECONDS = 0.2
_SPEED_SECONDS = 3.0
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)
_AGAIN = frozenset({408, 429, 500, 502, 503, 504})

Listener = Callable[[DownloadProgress], None]


def list_files(repository: str) -> list[HubFile]:
    """All files of a repository with sizes and, where they are large, checksums.

    Raises:
        DownloadError: it does not exist, may not be read, or the hub cannot be reached.
    """
    try:
        with _plain_errors(repository):
            found = HfApi(endpoint=_endpoint()).model_info(
                repository, files_metadata=True, timeout=_TIMEOUT_SECONDS
            )
            return [
                HubFile(
                    name=file.rfilename,
                    bytes=file.size or 0,
                    sha256=file.lfs.sha256 if file.lfs else "",
                )
                for file in found.siblings or ()
            ]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DownloadError(
            repository,
            "what answers is no model hub; log in to the network you are on, or check HF_ENDPOINT.",
        ) from None


def get(repository: str, wanted: str, folder: Path, on_progress: Listener) -> Path:
    """Download a model file, or all parts of a split model, into ``folder``.

    A file has its name only when it is whole and its checksum is right; until then it has the
    ending ``.part``, and the next attempt goes on from there. One process at a time writes it. A
    file that is there already is checked, and neither got again nor written over.

    Args:
        repository: "owner/name".
        wanted: the file's name or a part of it; "" where there is only one.
        folder: is made when it is missing.
        on_progress: called a few times a second.

    Returns:
        The path of the (first) file.

    Raises:
        UsageError: no file, or more than one, is meant.
        DownloadError: it cannot be got; the sentence says why and what is kept.
    """
    files = list_files(repository)
    chosen = choose(grouped(files), wanted, repository)
    parts = parts_of(chosen, files)
    if len(parts) < chosen.parts:
        raise DownloadError(
            f"{repository}, {chosen.name}",
            f"only {len(parts)} of its {chosen.parts} parts are in the repository; choose another "
            "file.",
        )
    paths = [_Download(repository, part, folder, on_progress).run() for part in parts]
    return paths[0]


class _Download:
    """One file on its way."""

    def __init__(self, repository: str, file: HubFile, folder: Path, on_progress: Listener) -> None:
        self._repository = repository
        self._file = file
        self._on_progress = on_progress
        self._target = folder / local_name(file.name)
        self._part = folder / f"{self._target.name}.{file.sha256[:12]}.part"
        self._digest = hashlib.sha256()
        self._done = 0
        self._told_at = 0.0
        self._speed: deque[tuple[float, int]] = deque()

    def run(self) -> Path:
        if not self._file.sha256:
            raise self._error("the hub has no checksum for it, so it is not downloaded.")
        try:
            if self._is_there():
                return self._target
            self._target.parent.mkdir(parents=True, exist_ok=True)
            with self._part.open("ab") as stream:
                self._lock(stream)
                if self._is_there():  # another process finished it just before
                    self._discard()
                    return self._target
                self._take_up(stream)
                self._require_room()
                with _plain_errors(self._repository, kept=True):
                    self._fetch(stream)
                os.fsync(stream.fileno())
                self._finish()  # while the lock is held
        except OSError as error:
            raise self._disk_error(error) from error
        return self._target

    def _is_there(self) -> bool:
        """Whether the file is there, whole and with the right checksum."""
        if not self._target.exists():
            return False
        if self._target.stat().st_size == self._file.bytes:
            self._read(self._target)
            digest, self._digest, self._done = self._digest, hashlib.sha256(), 0
            if digest.hexdigest() == self._file.sha256:
                return True
        raise self._error(
            f"another file is at {self._target} already; move or rename it, it is not written over."
        )

    def _lock(self, stream: IO[bytes]) -> None:
        """Have the part file alone until it is closed: two writers would mix their bytes."""
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise self._error(
                "it is being downloaded already, by this or another window or command; wait for it."
            ) from None
        except OSError as error:  # a file system without locks
            if error.errno not in _NO_LOCKS:
                raise

    def _take_up(self, stream: IO[bytes]) -> None:
        """Read what came before, for its checksum."""
        if stream.tell() > self._file.bytes:
            stream.truncate(0)
        self._read(self._part)

    def _read(self, path: Path) -> None:
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK_BYTES):
                self._digest.update(block)
                self._done += len(block)
                self._tell("checking")

    def _fetch(self, stream: IO[bytes]) -> None:
        """Get what is missing; a connection that breaks is made again while it brings anything."""
        failures = 0
        while self._done < self._file.bytes:
            before = self._done
            try:
                self._fetch_once(stream)
                if self._done < self._file.bytes:
                    raise httpx2.RemoteProtocolError("the connection ended early")
            except httpx2.TransportError:
                failures = 0 if self._done > before else failures + 1
                if failures >= _RETRIES:
                    raise
                time.sleep(min(2.0**failures, 10.0) / 2)
            except httpx2.HTTPStatusError as error:
                failures += 1
                if error.response.status_code not in _AGAIN or failures >= _RETRIES:
                    raise
                time.sleep(min(2.0**failures, 10.0) / 2)

    def _fetch_once(self, stream: IO[bytes]) -> None:
        url = hf_hub_url(self._repository, self._file.name, endpoint=_endpoint())
        headers = build_hf_headers() | {"Accept-Encoding": "identity"}
        if self._done:
            headers["Range"] = f"bytes={self._done}-"
        timeout = httpx2.Timeout(_TIMEOUT_SECONDS)
        with get_session().stream("GET", url, headers=headers, timeout=timeout) as response:
            response.raise_for_status()
            if self._done and response.status_code != 206:  # it sends everything once more
                self._start_over(stream)
            for block in response.iter_bytes():
                if self._done + len(block) > self._file.bytes:
                    self._discard()
                    raise self._error("more came than the hub announced; try again later.")
                stream.write(block)
                self._digest.update(block)
                self._done += len(block)
                self._tell("loading")

    def _start_over(self, stream: IO[bytes]) -> None:
        stream.truncate(0)
        self._digest, self._done = hashlib.sha256(), 0

    def _finish(self) -> None:
        """Give the file its name, if it is what the hub promised and the name is still free."""
        if self._digest.hexdigest() != self._file.sha256:
            self._discard()
            raise self._error(
                "what came has another checksum than the hub announced and was removed; get it "
                "again."
            )
        try:
            os.link(self._part, self._target)  # fails where the name is taken, unlike renaming
        except FileExistsError:
            raise self._error(
                f"another file came to {self._target} meanwhile; it is not written over."
            ) from None
        except OSError:  # a file system without hard links
            self._part.rename(self._target)
        else:
            self._part.unlink()
        self._tell("loading", always=True)

    def _discard(self) -> None:
        self._part.unlink(missing_ok=True)

    def _require_room(self) -> None:
        free = shutil.disk_usage(self._part.parent).free
        missing = self._file.bytes - self._done
        if missing + _SPARE_BYTES > free:
            raise self._error(
                f"it needs {size_text(missing)} more and {size_text(free)} are free on the disk of "
                f"{self._part.parent}; make room or choose a smaller file."
            )

    def _tell(self, state: Any, *, always: bool = False) -> None:
        now = time.monotonic()
        if not always and now - self._told_at < _TELL_SECONDS:
            return
        self._told_at = now
        self._speed.append((now, self._done))
        while now - self._speed[0][0] > _SPEED_SECONDS:
            self._speed.popleft()
        (since, before), span = self._speed[0], now - self._speed[0][0]
        self._on_progress(
            DownloadProgress(
                file=self._target.name,
                done_bytes=self._done,
                total_bytes=self._file.bytes,
                state=state,
                bytes_per_second=(self._done - before) / span if span > 0 and since else 0.0,
            )
        )

    def _error(self, reason: str) -> DownloadError:
        return DownloadError(f"{self._repository}, {self._file.name}", reason)

    def _disk_error(self, error: OSError) -> DownloadError:
        if error.errno in _FULL:
            return self._error(
                f"the disk of {self._part.parent} takes no more ({error.strerror}); make room and "
                f"get it again, the {size_text(self._done)} that came are kept."
            )
        return self._error(
            f"it cannot be written to {self._part.parent} ({error.strerror or error}); check the "
            "folder's permissions."
        )


@contextmanager
def _plain_errors(repository: str, *, kept: bool = False) -> Iterator[None]:
    """Turn the errors of the network into sentences."""
    so_far = " What came is kept: get it again to go on." if kept else ""
    try:
        yield
    except OfflineModeIsEnabled:
        raise DownloadError(
            repository, "HF_HUB_OFFLINE forbids going online; unset it to get models."
        ) from None
    except GatedRepoError:
        raise DownloadError(repository, _LOG_IN) from None
    except RepositoryNotFoundError as error:
        status = error.response.status_code if error.response is not None else 404
        raise DownloadError(repository, _status_reason(status)) from None
    except httpx2.HTTPStatusError as error:
        raise DownloadError(
            repository, _status_reason(error.response.status_code) + so_far
        ) from None
    except httpx2.TransportError as error:
        raise DownloadError(
            repository,
            f"the hub cannot be reached ({_cause(error)}); check the connection to the network."
            + so_far,
        ) from None
    except httpx2.HTTPError as error:
        raise DownloadError(repository, _hub_reason(error) + so_far) from None


_LOG_IN = (
    "it is open only to people who are logged in and have accepted its terms: do that in a browser "
    "and put an access token into HF_TOKEN."
)


def _hub_reason(error: httpx2.HTTPError) -> str:
    response = getattr(error, "response", None)
    if response is not None:
        return _status_reason(response.status_code)
    return f"the hub cannot be reached ({_cause(error)}); check the connection to the network."


def _status_reason(status: int) -> str:
    if status == 404:
        return "there is no such repository or file; check its name."
    if status in (401, 403):
        return f"there is none of this name that may be read (HTTP {status}), or {_LOG_IN}"
    return f"the hub answers with HTTP {status}; try again later."


def _cause(error: Exception) -> str:
    return str(error).strip().rstrip(".") or type(error).__name__


def _endpoint() -> str | None:
    """Another hub, or one for tests; None is the usual one."""
    return os.environ.get("HF_ENDPOINT") or None
