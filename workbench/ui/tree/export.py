"""A search as a picture (PNG, SVG), as data (JSON), or as a nested outline (Markdown)."""

from __future__ import annotations

import functools
from collections.abc import Callable

import msgspec
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRect, QRectF, QSize
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgGenerator

from workbench.domain.run_state import RunState
from workbench.domain.spec import RunSpec
from workbench.ui.theme import color, font
from workbench.ui.tree.canvas import TreeCanvas
from workbench.ui.tree.faces import chip_text, score_text
from workbench.ui.tree.layout import COLUMN
from workbench.ui.tree.outline import in_order
from workbench.ui.tree.painting import TreePainter
from workbench.ui.tree.replay import copy_state
from workbench.ui.tree.words import params_words, question_words

FORMATS = {
    "png": "PNG picture (*.png)",
    "svg": "SVG picture (*.svg)",
    "json": "JSON, the whole state (*.json)",
    "md": "Markdown outline (*.md)",
}
_MARGIN, _HEAD = 24, 52
_LONGEST = 30_000
"""Pixels of a side; Qt's pictures end at 32,767."""
_MOST_PIXELS = 40_000_000


def export_job(
    kind: str, canvas: TreeCanvas, state: RunState, spec: RunSpec | None
) -> Callable[[], bytes]:
    """What makes the file's content; pictures are painted now, the rest may be done on any thread.

    Raises:
        KeyError: no such format.
    """
    if kind == "svg":
        content = svg_bytes(canvas)
        return lambda: content
    if kind == "png":
        return functools.partial(_encoded, picture(canvas))
    makers = {"json": state_json, "md": lambda *of: outline_markdown(*of).encode()}
    return functools.partial(makers[kind], copy_state(state), spec)


def state_json(state: RunState, spec: RunSpec | None) -> bytes:
    """The folded state and what the run was made from."""
    return msgspec.json.format(msgspec.json.encode({"spec": spec, "state": state}), indent=1)


def outline_markdown(state: RunState, spec: RunSpec | None) -> str:
    """Every thought as an item of a nested list, with its value and what became of it."""
    name, value = question_words(spec, state)
    best = set(state.best_path())
    lines = [f"# Search: {value or name}", ""]
    words = params_words(spec, state)
    lines += [words, ""] if words else []
    for node, level in in_order(state):
        thought = " ".join(node.text.split()) or node.kind
        facts = [f"left {node.state}"] if node.state else []
        facts += [f"value {score_text(node.score)}"] if node.score is not None else []
        facts += [chip] if (chip := chip_text(node)) else []
        if node.status == "pruned":
            facts.append(f"pruned: {node.reason}" if node.reason else "pruned")
        facts += ["goal still reachable"] if node.reachable and not node.solved else []
        facts += ["solved"] if node.solved else []
        shown = f"**{_plain(thought)}**" if node.node in best else _plain(thought)
        lines.append(f"{'  ' * level}- {shown}{' (' + ', '.join(facts) + ')' if facts else ''}")
    if state.answer is not None:
        lines += ["", f"Answer: {state.answer}"]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """Text that Markdown leaves as it is."""
    for sign in ("\\", "*", "_", "`", "[", "]", "<"):
        text = text.replace(sign, f"\\{sign}")
    return text


def _size(canvas: TreeCanvas) -> QSize:
    layout = canvas.layout_
    wide = round(layout.width) + 2 * _MARGIN
    return QSize(wide, round(layout.height) + _HEAD + 2 * _MARGIN)


def _paint(painter: QPainter, canvas: TreeCanvas, ground: QColor) -> None:
    """The whole tree, at full size, with its headers."""
    size, layout = _size(canvas), canvas.layout_
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(QRect(0, 0, size.width(), size.height()), ground)
    painter.translate(_MARGIN, _MARGIN)
    for depth, (title, note) in enumerate(canvas.heads):
        left = round(depth * COLUMN)
        painter.setFont(font("body-strong"))
        painter.setPen(color("text"))
        painter.drawText(left, 12, title)
        painter.setFont(font("small"))
        painter.setPen(color("text-2"))
        painter.drawText(left, 30, note)
    painter.translate(0, _HEAD)
    brush = TreePainter(painter, canvas.tone, canvas.face, mono=canvas.mono)
    brush.lines((card, child) for card in layout.cards.values() for child in card.children)
    for card in layout.cards.values():
        brush.card(card)


def picture(canvas: TreeCanvas) -> QImage:
    """The whole tree, at twice the size where that is possible."""
    size = _size(canvas)
    scale = min(2.0, (_MOST_PIXELS / (size.width() * size.height())) ** 0.5)
    scale = min(scale, _LONGEST / max(size.width(), size.height()))
    image = QImage(size * scale, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.scale(scale, scale)
    _paint(painter, canvas, color("canvas"))
    painter.end()
    return image


def _encoded(image: QImage) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(data.data())


def svg_bytes(canvas: TreeCanvas) -> bytes:
    """The whole tree as an SVG."""
    size = _size(canvas)
    data = QByteArray()
    buffer = QBuffer(data)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(size)
    generator.setViewBox(QRectF(0, 0, size.width(), size.height()))
    generator.setTitle("Search tree")
    painter = QPainter(generator)
    _paint(painter, canvas, color("canvas"))
    painter.end()
    return bytes(data.data())
