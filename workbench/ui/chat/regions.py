"""The parts of Chat that F6 goes through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.kit.panes.regions import Part, Regions

if TYPE_CHECKING:
    from workbench.ui.chat.panel import ChatPanel


def regions_of(panel: ChatPanel) -> Regions:
    """Conversations, bars over the messages, messages, message box, panes, other models.

    In the messages it is the last one in view that gets the focus; what is not shown is left out.
    """
    page = panel.page
    return Regions(
        (
            Part(panel.list, enter=panel.list.take_focus),
            *(Part(bar) for bar in page.bars()),
            Part(page.pages, enter=panel.transcript.keys.enter),
            Part(panel.composer, enter=panel.composer.take_focus),
            Part(panel.side, panel.branches.map.view),
            Part(panel.composer.others),
        )
    )
