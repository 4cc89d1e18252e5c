"""Dims widgets whose content does not belong to what is shown now."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QGraphicsOpacityEffect, QWidget

_OPACITY = 0.45


def dim(widgets: Iterable[QWidget], dimmed: bool) -> None:
    """Dim widgets, or show them as they are; a text elsewhere says why."""
    for widget in widgets:
        if dimmed == (widget.graphicsEffect() is not None):
            continue
        if dimmed:
            effect = QGraphicsOpacityEffect(widget)
            effect.setOpacity(_OPACITY)
            widget.setGraphicsEffect(effect)
        else:
            widget.setGraphicsEffect(None)  # type: ignore[arg-type]
