"""What of Design is found again at the next start."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer

if TYPE_CHECKING:
    from workbench.ui.design.panel import DesignPanel


def saved_session(panel: DesignPanel) -> dict[str, object]:
    """Open prompts, cursors, sizes, and how runs are made, as JSON values."""
    documents = panel.model.documents
    return {
        "open": [
            [path, documents[path].values, documents[path].cursor]
            for path in panel.work.paths()
            if path in documents
        ],
        "current": panel.model.current.path if panel.model.current else "",
        "sizes": panel.splitter.wanted(),
        "folded": panel.splitter.folded_by_hand(),
        "library": panel.library.tree.folds(),
        "inner_sizes": panel.work.splitter.sizes(),
        "strategy": panel.run_bar.strategy.strategy,
        "params": panel.run_bar.parameters.form.values(),
        "sampling": panel.run_bar.sampling.own_values(),
        "options": panel.options.changed_options(),
    }


def restore_session(panel: DesignPanel, state: dict[str, object]) -> None:
    """Open again what was open."""
    found: Any = state
    panel.work.tab_row.keep_order([path for path, _, _ in found.get("open", [])])
    for path, values, cursor in found.get("open", []):
        panel.model.open(path, values, cursor)
    current = found.get("current")
    if current:
        QTimer.singleShot(0, panel, functools.partial(panel.open_unless_asked, current))
    if found.get("sizes"):
        panel.splitter.restore(found["sizes"], found.get("folded", []))
        panel.work.splitter.setSizes(found["inner_sizes"])
    panel.library.tree.restore_folds(found.get("library"))
    panel.options.restore(found.get("sampling") or {}, found.get("options") or {})
    if found.get("strategy"):
        panel.run_bar.strategy.choose(found["strategy"])
        panel.run_bar.parameters.form.set_values(found.get("params", {}))
