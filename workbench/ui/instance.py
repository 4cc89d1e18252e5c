"""Single instance for a data folder: a second start shows the open window."""

from __future__ import annotations

import hashlib
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_ANSWER_MS = 3000
_SHOW = b"show\n"


class Instance(QObject):
    """The window of a data folder, as other starts of the program see it.

    Args:
        data: the data folder.

    Signals:
        asked(): another start wants the window to be shown.
    """

    asked = Signal()

    def __init__(self, data: Path) -> None:
        super().__init__()
        self._lock = QLockFile(str(data / "window.lock"))
        self._lock.setStaleLockTime(0)  # not by age: by whether its program is alive
        key = hashlib.sha256(str(data.resolve()).encode("utf-8", "surrogateescape")).hexdigest()
        self._name = f"prompt-workbench-{key[:20]}"
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)

    def claim(self) -> bool:
        """Whether this is the folder's only window; it then answers others.

        Also where nothing can be written to the folder: nothing can be overwritten there.
        """
        if not self._lock.tryLock(0) and self._lock.error() == QLockFile.LockError.LockFailedError:
            return False
        QLocalServer.removeServer(self._name)  # what a program left that was killed
        self._server.listen(self._name)
        return True

    def show_first(self) -> bool:
        """Have the window that is there shown; False where it does not answer."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(_ANSWER_MS):
            return False
        socket.write(_SHOW)
        socket.flush()
        return socket.bytesAvailable() > 0 or socket.waitForReadyRead(_ANSWER_MS)

    def release(self) -> None:
        """Let the folder go, for another window."""
        self._server.close()
        self._lock.unlock()

    @Slot()
    def _on_connection(self) -> None:
        socket = self._server.nextPendingConnection()
        if socket is not None:
            socket.disconnected.connect(socket.deleteLater)
            socket.write(_SHOW)
            socket.flush()
            self.asked.emit()
