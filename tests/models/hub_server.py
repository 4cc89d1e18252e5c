"""A model hub on loopback with the few routes that getting a model needs, and its bad days."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

REPOSITORY = "maker/tiny-GGUF"


@dataclass
class Hub:
    """What the server has, and how it behaves.

    ``break_after`` closes the connection after that many bytes of a file, once for each entry;
    ``status`` answers everything with it; ``pause`` holds a file after its first block until set.
    """

    files: dict[str, bytes]
    address: str = ""
    break_after: list[int] = field(default_factory=list)
    status: int = 0
    ranges: bool = True
    wrong_checksum: bool = False
    pause: threading.Event | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Path and Range header of each request for a file."""

    def listing(self) -> dict[str, Any]:
        """What the repository lists."""
        listed = []
        for name, raw in self.files.items():
            digest = hashlib.sha256(raw + b"?" * self.wrong_checksum).hexdigest()
            entry = {"rfilename": name, "size": len(raw), "blobId": "0" * 40}
            if name.endswith(".gguf"):
                entry["lfs"] = {"sha256": digest, "size": len(raw), "pointerSize": 130}
            listed.append(entry)
        return {"id": REPOSITORY, "siblings": listed}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def log_message(self, *_args: object) -> None:
        pass

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        hub, path = self.hub, self.path.split("?")[0]
        if hub.status:
            self._answer(hub.status, b'{"error": "no"}')
        elif path == f"/api/models/{REPOSITORY}":
            self._answer(200, json.dumps(hub.listing()).encode(), Content_Type="application/json")
        elif path.startswith(f"/{REPOSITORY}/resolve/main/"):
            self._send_file(path.removeprefix(f"/{REPOSITORY}/resolve/main/"))
        else:
            self._answer(404, b'{"error": "none"}', X_Error_Code="RepoNotFound")

    def _send_file(self, name: str) -> None:
        hub, asked = self.hub, self.headers.get("Range", "")
        hub.asked.append((name, asked))
        raw = hub.files.get(name)
        if raw is None:
            self._answer(404, b"", X_Error_Code="EntryNotFound")
            return
        start = int(asked.removeprefix("bytes=").split("-")[0]) if asked and hub.ranges else 0
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(raw) - start))
        self.end_headers()
        end = len(raw)
        if hub.break_after:
            end = start + hub.break_after.pop(0)
        first = min(end, start + 64 * 1024)
        self.wfile.write(raw[start:first])
        self.wfile.flush()
        if hub.pause is not None:
            hub.pause.wait(30)
        self.wfile.write(raw[first:end])
        if end < len(raw):
            self.wfile.flush()
            self.close_connection = True


@contextmanager
def serving(files: dict[str, bytes]) -> Iterator[Hub]:
    """A hub that serves ``files`` of REPOSITORY."""
    hub = Hub(files)
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        if hub.pause is not None:
            hub.pause.set()
        server.shutdown()
        server.server_close()
        thread.join()
