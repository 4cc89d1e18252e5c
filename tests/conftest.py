"""For all tests: a fresh place for state, and no network but this machine's own."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.sandboxes import SharingPool, end_all
from workbench.settings import Paths
from workbench.settings import starter_model as find_starter_model

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # a test that wants a real window says so

# How long a test takes says nothing of the code: several run at once, on whatever machine.
hypothesis.settings.register_profile(
    "unhurried", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("unhurried")

_connect = socket.socket.connect


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slowest come first, so that no worker has one left when the others are done."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def _connect_locally(self: socket.socket, address: Any) -> None:
    if self.family == socket.AF_UNIX or str(address[0]) in ("127.0.0.1", "::1", "localhost"):
        return _connect(self, address)
    raise AssertionError(f"a test tried to reach {address}")


@pytest.fixture(scope="session", autouse=True)
def _shared_sandboxes() -> Iterator[None]:
    """The cores of all tests use the same sandbox processes, one after another.

    Where no test has imported the service it is not imported here: that takes a second.
    """
    core = sys.modules.get("workbench.service.core")
    with pytest.MonkeyPatch.context() as patch:
        if core is not None:
            patch.setattr(core, "SandboxPool", SharingPool)
        yield
    end_all()


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("WORKBENCH_MODELS", raising=False)
    monkeypatch.delenv("WORKBENCH_PROMPTS", raising=False)
    monkeypatch.setattr(socket.socket, "connect", _connect_locally)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """The folders of a program that was never started."""
    return Paths.default(tmp_path / "home")


@pytest.fixture
def starter_model() -> str:
    """The path of the model that comes with the set-up."""
    found = find_starter_model()
    assert found is not None, "run make test once: it installs the starter model"
    return str(found)
