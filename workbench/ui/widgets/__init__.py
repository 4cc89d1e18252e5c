"""Reusable parts of the design language."""

from workbench.ui.widgets.banner import Banner
from workbench.ui.widgets.buttons import Button, GhostButton, IconButton, PrimaryButton
from workbench.ui.widgets.chooser import Chooser
from workbench.ui.widgets.empty import EmptyState
from workbench.ui.widgets.label import Label, plain_tip, set_tone
from workbench.ui.widgets.layout import Pane, Splitter, column, row, rule
from workbench.ui.widgets.section import Section
from workbench.ui.widgets.segmented import Segmented
from workbench.ui.widgets.streaming_text import StreamingText
from workbench.ui.widgets.switch import Switch

__all__ = [
    "Banner",
    "Button",
    "Chooser",
    "EmptyState",
    "GhostButton",
    "IconButton",
    "Label",
    "Pane",
    "PrimaryButton",
    "Section",
    "Segmented",
    "Splitter",
    "StreamingText",
    "Switch",
    "column",
    "plain_tip",
    "row",
    "rule",
    "set_tone",
]
