"""Reusable parts of the design language.

buttons.py: buttons: primary, default, ghost, icon
label.py: text in a type style and tone
segmented.py: one choice of a few
chooser.py: a drop-down
switch.py: on or off
menu.py: menus with themed icons
banner.py: an error or notice, with its remedy
question.py: a question over the window
empty.py: what an empty pane says
token_meter.py: the bar of the prompt's tokens against the context
origin_colours.py: the colour of each variable
heat.py: a strength as a colour
intervals.py: a value with its interval, painted on a scale
pictures.py: drawings as PNG and SVG files
dimming.py: draws widgets faint; who asks for it says why
motion.py: whether to animate
row_delegate.py: lists of painted rows: model, delegate, words and icons
row_hover.py: tables of whole rows; highlights the row under the pointer
held_keys.py: keeps keys typed before their target exists
forms/: forms for parameters of strategies, sampling, loading
inputs/: fields for the inputs of prompts
text/: views of text: streamed, compared, typed
panes/: panes, splitters, folding, sections, layouts
"""

from workbench.ui.kit.banner import Banner
from workbench.ui.kit.buttons import Button, GhostButton, IconButton, PrimaryButton, show_one
from workbench.ui.kit.chooser import Chooser
from workbench.ui.kit.dimming import dim
from workbench.ui.kit.empty import EmptyState
from workbench.ui.kit.label import Label, plain_tip, set_tone
from workbench.ui.kit.panes.layout import Pane, Splitter, column, row, rule, strip
from workbench.ui.kit.panes.section import Section
from workbench.ui.kit.question import Question
from workbench.ui.kit.segmented import Segmented
from workbench.ui.kit.switch import Switch
from workbench.ui.kit.text.streaming_text import StreamingText

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
    "Question",
    "Section",
    "Segmented",
    "Splitter",
    "StreamingText",
    "Switch",
    "column",
    "dim",
    "plain_tip",
    "row",
    "rule",
    "set_tone",
    "show_one",
    "strip",
]
