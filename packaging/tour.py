"""The moving picture of the README: a tree search as it grew, then the X-ray of a prompt."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from PIL.Image import Image
    from PySide6.QtWidgets import QWidget

WIDTH = 960
STEPS = 22
STEP_MS = 260
HOLD_MS = 2600
_COLOURS = 128


class Studio(Protocol):
    """What drives the window (:class:`packaging.pictures.Photographer`)."""

    window: QWidget

    def wait(self, happened: Callable[[], object], seconds: float = ...) -> None:
        """Let the program work until something has happened."""


class Tour:
    """Frames of the window, each with the milliseconds that it stays."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self._frames: list[tuple[Image, int]] = []

    def take(self, milliseconds: int) -> None:
        """Add what the window shows now."""
        from PIL import Image  # noqa: PLC0415 - a tool of development
        from PySide6.QtCore import QBuffer, QIODevice  # noqa: PLC0415 - after the screen is there

        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self._window.grab().save(buffer, "PNG")
        whole = Image.open(io.BytesIO(bytes(buffer.data()))).convert("RGB")
        height = round(whole.height * WIDTH / whole.width)
        small = whole.resize((WIDTH, height), Image.Resampling.LANCZOS)
        self._frames.append((small, milliseconds))

    def save(self, file: Path) -> None:
        """Write all frames as a GIF that begins again at its end."""
        from PIL import Image  # noqa: PLC0415

        last = self._frames[-1][0]
        palette = last.quantize(_COLOURS)
        pictures = [
            each.quantize(palette=palette, dither=Image.Dither.NONE) for each, _ in self._frames
        ]
        pictures[0].save(
            file,
            save_all=True,
            append_images=pictures[1:],
            duration=[milliseconds for _, milliseconds in self._frames],
            loop=0,
            optimize=True,
        )


def make_tour(studio: Studio, file: Path) -> None:
    """Replay the search that Tree shows, then X-ray the prompt that is open in Design."""
    from PySide6.QtTest import QTest  # noqa: PLC0415

    window = studio.window
    window.resize(1440, 900)
    tour = Tour(window)
    panels = window.panels  # type: ignore[attr-defined]
    model = panels["tree"].model
    count = len(model.replay.events)
    for step in range(1, STEPS + 1):
        model.seek(round(count * step / STEPS))
        QTest.qWait(120)
        tour.take(STEP_MS if step < STEPS else HOLD_MS)
    window.go("design")  # type: ignore[attr-defined]
    design = panels["design"]
    design.side.show_tool("xray")
    pane = design.side.pane("xray")
    pane.parts.answer.setPlainText("59")
    QTest.qWait(300)
    tour.take(900)
    pane.primary().click()
    studio.wait(pane.is_working)
    while pane.is_working():
        QTest.qWait(600)
        tour.take(STEP_MS)
    QTest.qWait(400)
    tour.take(HOLD_MS + 1000)
    tour.save(file)
    print(file, f"{file.stat().st_size / 1e6:.1f} MB", flush=True)
