"""One window for a data folder: a second start hands its request to the window that is open."""

from __future__ import annotations

import hashlib
import os
import socket as network
from pathlib import Path

import msgspec
from PySide6.QtCore import QLockFile, QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from workbench.domain.opening import OpenRequest

_ANSWER_MS = 3000
_DONE = b"shown\n"
_MOST_BYTES = 64 * 1024


class _Handover(msgspec.Struct, frozen=True):
    """What a second start says, as one line of JSON."""

    request: OpenRequest = OpenRequest()
    token: str = ""
    """With which the window manager lets the window come to the front."""


class Instance(QObject):
    """The window of a data folder, as other starts of the program see it.

    Args:
        data: the data folder.

    Signals:
        asked(OpenRequest): another start wants the window to be shown, with what it asks for.
    """

    asked = Signal(object)

    def __init__(self, data: Path) -> None:
        super().__init__()
        self._data = data
        self._lock = QLockFile(str(data / "window.lock"))
        self._lock.setStaleLockTime(0)  # not by age: by whether its program is alive
        key = hashlib.sha256(str(data.resolve()).encode("utf-8", "surrogateescape")).hexdigest()
        self._name = f"prompt-workbench-{key[:20]}"
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)

    def claim(self, patience_ms: int = 0) -> bool:
        """Whether this is the folder's only window; it then answers others.

        Also where nothing can be written to the folder: nothing can be overwritten there. With
        ``patience_ms`` it waits for a window that is about to end.
        """
        if (
            not self._lock.tryLock(patience_ms)
            and self._lock.error() == QLockFile.LockError.LockFailedError
        ):
            return False
        QLocalServer.removeServer(self._name)  # what a program left that was killed
        self._server.listen(self._name)
        return True

    def hand_over(self, request: OpenRequest = OpenRequest()) -> bool:  # noqa: B008 - frozen
        """Have the window that is there shown, with a request; False where it does not answer."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(_ANSWER_MS):
            return False
        handover = _Handover(request, os.environ.get("XDG_ACTIVATION_TOKEN", ""))
        socket.write(msgspec.json.encode(handover) + b"\n")
        socket.flush()
        return socket.bytesAvailable() > 0 or socket.waitForReadyRead(_ANSWER_MS)

    @property
    def holder(self) -> str:
        """Which process has the window, as words of a sentence."""
        process, machine, _ = self._lock.getLockInfo()
        words = f"process {process}" if process else "another process"
        return f"{words} on {machine}" if machine not in ("", network.gethostname()) else words

    @property
    def refusal(self) -> str:
        """Why this window only shows: the first one has the folder and does not answer."""
        return (
            f"Another window of this program ({self.holder}) has {self._data} and does not answer, "
            "so the history is only shown here and nothing is saved."
        )

    @Slot()
    def stop_answering(self) -> None:
        """The window is ending: what comes now is for the next one."""
        self._server.close()

    def release(self) -> None:
        """Let the folder go, for another window."""
        self._server.close()
        self._lock.unlock()

    @Slot()
    def _on_connection(self) -> None:
        socket = self._server.nextPendingConnection()
        if socket is not None:
            socket.disconnected.connect(socket.deleteLater)
            socket.readyRead.connect(self._on_line)
            if socket.bytesAvailable():
                self._read(socket)

    @Slot()
    def _on_line(self) -> None:
        socket = self.sender()
        if isinstance(socket, QLocalSocket):
            self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        """Do what a whole line asks for; what is no request is not answered."""
        if not socket.canReadLine():
            if socket.bytesAvailable() > _MOST_BYTES:
                socket.abort()
            return
        try:
            handover = msgspec.json.decode(bytes(socket.readLine().data()), type=_Handover)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            socket.abort()
            return
        socket.write(_DONE)
        socket.flush()
        if handover.token:
            os.environ["XDG_ACTIVATION_TOKEN"] = handover.token  # Qt takes it when it activates
        self.asked.emit(handover.request)
