"""A search as a picture (PNG, SVG), as data (JSON), or as a nested outline (Markdown)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import NamedTuple

import msgspec
from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from workbench.domain.runs.run_state import RunState
from workbench.domain.runs.spec import RunSpec, TemplatePrompt
from workbench.domain.views import StrategyInfo
from workbench.ui.kit.pictures import png_bytes, svg_bytes
from workbench.ui.theme import color, font
from workbench.ui.tree.canvas.canvas import TreeCanvas
from workbench.ui.tree.canvas.card_text import chip_text, score_text
from workbench.ui.tree.canvas.outline import in_order
from workbench.ui.tree.canvas.overlays import legend_entries, paint_legend
from workbench.ui.tree.canvas.painting import TreePainter
from workbench.ui.tree.replay.replay import copy_state
from workbench.ui.tree.words import params_words, question_words

FORMATS = {
    "png": "PNG picture (*.png)",
    "svg": "SVG picture (*.svg)",
    "json": "JSON, the whole state (*.json)",
    "md": "Markdown outline (*.md)",
}
_MARGIN, _HEADING, _CAPTION, _LEGEND = 24, 52, 84, 32
_LEAST_WIDTH = 640
_LONGEST = 30_000
"""Pixels of a side; Qt's pictures end at 32,767."""
_MOST_PIXELS = 40_000_000


def export_job(
    kind: str, canvas: TreeCanvas, state: RunState, spec: RunSpec | None, info: StrategyInfo
) -> Callable[[], bytes]:
    """What makes the file's content; pictures are painted now, the rest may be done on any thread.

    Raises:
        KeyError: no such format.
    """
    caption = caption_of(state, spec, info)
    if kind == "svg":
        content = tree_svg(canvas, caption)
        return lambda: content
    if kind == "png":
        return functools.partial(png_bytes, picture(canvas, caption))
    copied = copy_state(state)
    if kind == "json":
        return functools.partial(state_json, copied, spec)
    return lambda: outline_markdown(copied, spec, info).encode()


def state_json(state: RunState, spec: RunSpec | None) -> bytes:
    """The folded state and what the run was made from."""
    return msgspec.json.format(msgspec.json.encode({"spec": spec, "state": state}), indent=1)


def outline_markdown(state: RunState, spec: RunSpec | None, info: StrategyInfo) -> str:
    """Every thought as an item of a nested list, with its value and state."""
    name, value = question_words(spec, state)
    best = set(state.best_path())
    lines = [f"# Search: {value or name}", ""]
    words = params_words(info, spec, state)
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


class Caption(NamedTuple):
    """What a picture says of itself: what was searched, for which question, how, and its marks."""

    title: str
    question: str
    parameters: str
    legend: tuple[str, ...]


def caption_of(state: RunState, spec: RunSpec | None, info: StrategyInfo) -> Caption:
    """The caption of a run."""
    strategy = (state.strategy or (spec.strategy if spec is not None else "")).replace("_", " ")
    facts = [f"{strategy.capitalize()}, run {state.run_id:,}", state.model]
    facts += [f"answer {' '.join(state.answer.split())}"] if state.answer else []
    name, value = question_words(spec, state)
    prompt = spec.prompt if spec is not None else None
    inputs = prompt.variables if isinstance(prompt, TemplatePrompt) else {}
    message = ", ".join(f"{each} {_line(given)}" for each, given in inputs.items())
    return Caption(
        " · ".join(fact for fact in facts if fact),
        message or f"{name}: {value}",
        params_words(info, spec, state),
        tuple(legend_entries(state)),
    )


def _line(value: object) -> str:
    return " ".join(str(value).split())


def _size(canvas: TreeCanvas) -> QSize:
    layout = canvas.layout_
    wide = max(round(layout.width), _LEAST_WIDTH) + 2 * _MARGIN
    return QSize(wide, round(layout.height) + _CAPTION + _HEADING + _LEGEND + 2 * _MARGIN)


def _paint_caption(painter: QPainter, caption: Caption, width: int) -> None:
    lines = (
        ("heading", "text", caption.title, 24),
        ("body", "text", caption.question, 22),
        ("small", "text-2", caption.parameters, 20),
    )
    top = 0
    for style, tone, text, height in lines:
        painter.setFont(font(style))
        painter.setPen(color(tone))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width)
        painter.drawText(0, top + height - 6, shown)
        top += height


def _paint(painter: QPainter, canvas: TreeCanvas, caption: Caption, ground: QColor) -> None:
    """The whole tree, at full size, with its caption, headers and legend."""
    size, layout = _size(canvas), canvas.layout_
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(QRect(0, 0, size.width(), size.height()), ground)
    painter.translate(_MARGIN, _MARGIN)
    width = size.width() - 2 * _MARGIN
    _paint_caption(painter, caption, width)
    foot = size.height() - 2 * _MARGIN - _LEGEND
    paint_legend(painter, caption.legend, canvas.tone, QRectF(0, foot, width, _LEGEND))
    painter.translate(0, _CAPTION)
    for depth, (title, note) in enumerate(canvas.headings):
        left = round(depth * layout.column)
        painter.setFont(font("body-strong"))
        painter.setPen(color("text"))
        painter.drawText(left, 12, title)
        painter.setFont(font("small"))
        painter.setPen(color("text-2"))
        painter.drawText(left, 30, note)
    painter.translate(0, _HEADING)
    brush = TreePainter(painter, canvas.tone, canvas.card_text, mono=canvas.mono)
    brush.lines((card, child) for card in layout.cards.values() for child in card.children)
    for card in layout.cards.values():
        brush.card(card)


def picture(canvas: TreeCanvas, caption: Caption) -> QImage:
    """The whole tree, at twice the size where that is possible."""
    size = _size(canvas)
    scale = min(2.0, (_MOST_PIXELS / (size.width() * size.height())) ** 0.5)
    scale = min(scale, _LONGEST / max(size.width(), size.height()))
    image = QImage(size * scale, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.scale(scale, scale)
    _paint(painter, canvas, caption, color("canvas"))
    painter.end()
    return image


def tree_svg(canvas: TreeCanvas, caption: Caption) -> bytes:
    """The whole tree as an SVG."""
    return svg_bytes(
        _size(canvas),
        caption.title,
        f"{caption.question}\n{caption.parameters}",
        lambda painter: _paint(painter, canvas, caption, color("canvas")),
    )
