"""The part of Design that is restored at the next start."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import msgspec
from PySide6.QtCore import QTimer

from workbench.domain.runs.spec import Json
from workbench.ui.design.tool_panes import RESULT

if TYPE_CHECKING:
    from workbench.ui.design.panel import DesignPanel


class DesignSession(msgspec.Struct, frozen=True, kw_only=True):
    """The session as it is stored."""

    open: list[tuple[str, dict[str, Any], int]] = []
    """Paths of prompts with values and cursor."""
    current: str = ""
    sizes: list[int] = []
    folded: list[int] = []
    library: dict[str, bool] | None = None
    inner_sizes: list[int] = []
    tab: str = ""
    strategies: dict[str, tuple[str, dict[str, dict[str, Json]]]] = {}
    sampling: dict[str, Any] = {}
    options: dict[str, dict[str, Any]] = {}
    strategy: str | msgspec.UnsetType = msgspec.UNSET
    """Of an earlier version, in which one was for all prompts; not written, as its parameters."""
    params: dict[str, Json] | msgspec.UnsetType = msgspec.UNSET


def saved_session(panel: DesignPanel) -> DesignSession:
    """Open prompts, cursors, sizes, and how runs are made."""
    documents = panel.model.documents
    return DesignSession(
        open=[
            (path, documents[path].values, documents[path].cursor)
            for path in panel.work.paths()
            if path in documents
        ],
        current=panel.model.current.path if panel.model.current else "",
        sizes=panel.splitter.wanted(),
        folded=panel.splitter.folded_by_hand(),
        library=panel.library.tree.folds(),
        inner_sizes=panel.work.splitter.shares(),
        tab=panel.side.current,
        strategies=panel.strategies.session(),
        sampling=panel.run_bar.sampling.own_values(),
        options=panel.options.changed_options(),
    )


def restore_session(panel: DesignPanel, session: DesignSession) -> None:
    """Open again what was open."""
    panel.work.tab_row.keep_order([path for path, _, _ in session.open])
    for path, values, cursor in session.open:
        panel.model.open(path, values, cursor)
    if session.current:
        QTimer.singleShot(0, panel, functools.partial(panel.open_unless_asked, session.current))
    if session.sizes:
        panel.splitter.restore(session.sizes, session.folded)
        panel.work.splitter.setSizes(session.inner_sizes)
    if session.library is not None:
        panel.library.tree.restore_folds(session.library)
    panel.options.restore(session.sampling, session.options)
    if session.tab == RESULT:  # tools take the focus, so they do not come by themselves
        panel.side.show_result()
    strategies = session.strategies
    if not strategies and session.strategy and session.current:  # it was chosen for the open one
        params = {session.strategy: session.params or {}}
        strategies = {session.current: (session.strategy, params)}
    panel.strategies.restore(strategies)
