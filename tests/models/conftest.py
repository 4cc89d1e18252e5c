"""Models are looked for in a home of one's own."""

from __future__ import annotations

import pytest

from tests.models.homes import settle_in


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """An empty home directory; no program has its models elsewhere."""
    return settle_in(tmp_path / "person", monkeypatch)
