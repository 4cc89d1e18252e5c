"""Stops versions of PySide6 and Python that crash together."""

from __future__ import annotations

import importlib.metadata
import sys

from workbench.domain.errors import UsageError


def refuse_bad_pair(
    python: tuple[int, int] = (sys.version_info.major, sys.version_info.minor),
    qt: str | None = None,
) -> None:
    """PySide6 6.12.0 drops a reference to None at each void call, fatal before Python 3.12.

    Args:
        python: major and minor version of the interpreter.
        qt: the version of PySide6-Essentials; None looks for the one that is installed.

    Raises:
        UsageError: the two must not run together, or PySide6 is not installed.
    """
    if qt is None:
        try:
            qt = importlib.metadata.version("PySide6-Essentials")
        except importlib.metadata.PackageNotFoundError:
            raise UsageError("The window needs PySide6-Essentials: run make run once.") from None
    if python < (3, 12) and qt.startswith("6.12."):
        raise UsageError(
            f"PySide6 {qt} ends the program on Python {python[0]}.{python[1]}: run make run, which "
            "installs 6.11 here, or use Python 3.12 or newer."
        )
