"""A home directory in which no program has left models."""

from __future__ import annotations

from pathlib import Path

import pytest

_VARIABLES = ("HF_HOME", "HUGGINGFACE_HUB_CACHE", "HF_HUB_CACHE", "XDG_CACHE_HOME", "XDG_DATA_HOME")


def settle_in(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make ``home`` the user's, for this process and those that it starts."""
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("OLLAMA_MODELS", str(home / ".ollama" / "models"))
    for variable in _VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    return home
