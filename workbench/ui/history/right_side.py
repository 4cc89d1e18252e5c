"""The right side of History: the open run, a hit, two runs compared, figures, SQL, a bundle."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QWidget

from workbench.domain.runs.pair import RunPair
from workbench.domain.views import SearchHit
from workbench.ui.history.bundles.bundle_files import ask_for_bundle
from workbench.ui.history.bundles.bundle_view import BundleView
from workbench.ui.history.console.console_view import ConsoleView
from workbench.ui.history.figures_view import FiguresView
from workbench.ui.history.hits.hit_view import HitView
from workbench.ui.history.hits.hits_pane import HitsPane
from workbench.ui.history.opened.labels_form import LabelsPopover
from workbench.ui.history.opened.open_run import OpenRun
from workbench.ui.history.opened.run_view import RunView
from workbench.ui.history.pair_view import PairView
from workbench.ui.kit import EmptyState, column
from workbench.ui.panels import Context


class RightSide(QFrame):
    """Shows what was chosen at the left."""

    def __init__(
        self, context: Context, view: RunView, opened: OpenRun, hits: HitsPane, figures: FiguresView
    ) -> None:
        super().__init__()
        self._context, self._opened, self._hits = context, opened, hits
        self._view = view
        self.hit_view = HitView()
        self.pair_view = PairView(context.bridge)
        self.figures = figures
        self.console = ConsoleView(context.bridge)
        self.bundle = BundleView(context.bridge)
        self.nothing_open = EmptyState(
            "No run is open", "Choose a run to see what was sent and what came back.", "", ""
        )
        self.labels = LabelsPopover(context.bridge, self)
        self.setProperty("surface", "canvas")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self._parts: tuple[QWidget, ...] = (
            view,
            self.hit_view,
            self.pair_view,
            self.figures,
            self.console,
            self.bundle,
            self.nothing_open,
        )
        self.setLayout(column(*self._parts, gap=0))
        self._show_part(self.nothing_open)
        opened.changed.connect(self._on_opened)
        hits.list.chosen.connect(self._on_chosen)
        hits.list.opened.connect(self.go_to)
        hits.model.compared.connect(self._on_compared)
        self.hit_view.open_wanted.connect(self.go_to)
        self.hit_view.labels_wanted.connect(self._on_chat_labels)
        self.pair_view.swap.clicked.connect(self._on_swap)
        self.pair_view.close_pair.clicked.connect(self._on_close_pair)
        self.figures.closed.connect(self._show_run)
        self.console.closed.connect(self._show_run)
        self.bundle.closed.connect(self._show_run)
        self.bundle.run_wanted.connect(self.open_run)
        view.labels.clicked.connect(self._on_run_labels)

    @Slot(int)
    def open_run(self, run_id: int) -> None:
        """Show a run."""
        self._opened.open(run_id)
        self._show_run()

    def compare(self, left: int, right: int) -> None:
        """Compare two runs."""
        self.pair_view.compare(left, right)
        self._show_part(self.pair_view)

    def show_pair(self, pair: RunPair) -> None:
        """Show two runs that were compared."""
        self.pair_view.show_pair(pair)
        self._show_part(self.pair_view)

    @Slot()
    def show_statistics(self) -> None:
        """Show figures of the whole history."""
        self.figures.read()
        self._show_part(self.figures)

    @Slot()
    def show_console(self) -> None:
        """Let the history be asked in SQL."""
        self.console.read_tables()
        self._show_part(self.console)
        self.console.text.setFocus()

    @Slot()
    def ask_for_bundle(self) -> None:
        """Ask for a bundle and show what it holds."""
        path = ask_for_bundle(self)
        if path:
            self.show_bundle(path)

    def show_bundle(self, path: str) -> None:
        """Show what a bundle holds, to be replayed."""
        self.bundle.open(path)
        self._show_part(self.bundle)

    def leave_hits(self) -> None:
        """Hits are not listed any more: show the open run again in place of one."""
        if self.hit_view.isVisible():
            self._show_run()

    @Slot(object)
    def go_to(self, hit: SearchHit) -> None:
        """Open a hit where it is; the words are marked there."""
        if hit.kind == "run":
            self.open_run(hit.id)
        elif hit.kind == "message":
            place: dict[str, object] = {"conversation_id": hit.id}
            if hit.message_id is not None:
                place |= {"message_id": hit.message_id, "words": _marked(hit.snippet)}
            self._context.go("chat", **place)
        elif hit.kind == "version":
            self._context.go("design", path=hit.path)
        else:
            self._context.go("evaluate", evaluation_id=hit.id)

    def _show_part(self, shown: QWidget) -> None:
        for part in self._parts:
            part.setVisible(part is shown)

    @Slot()
    def _show_run(self) -> None:
        known = self._opened.state is not None
        self._show_part(self._view if known else self.nothing_open)

    @Slot()
    def _on_opened(self) -> None:
        if self._view.isVisibleTo(self) or self.nothing_open.isVisibleTo(self):
            self._show_run()

    @Slot(object)
    def _on_chosen(self, hit: SearchHit) -> None:
        if hit.kind == "run":
            self.open_run(hit.id)
            return
        row = next((each for each in self._hits.model.rows if each.hit is hit), None)
        self.hit_view.show_hit(hit, row.facts if row is not None else "")
        self._show_part(self.hit_view)

    @Slot()
    def _on_compared(self) -> None:
        chosen = self._hits.model.chosen
        if len(chosen) == 2:
            self.compare(chosen[0], chosen[1])
        elif self.pair_view.isVisibleTo(self):
            self._show_run()

    @Slot()
    def _on_swap(self) -> None:
        pair = self.pair_view.pair
        if len(self._hits.model.chosen) == 2:
            self._hits.model.swap()
        elif pair is not None:
            self.pair_view.compare(pair.right_id, pair.left_id)

    @Slot()
    def _on_close_pair(self) -> None:
        self._hits.model.clear_chosen()
        self.pair_view.forget()
        self._show_run()

    @Slot()
    def _on_run_labels(self) -> None:
        if self._opened.run_id is not None:
            self.labels.open_for("run", self._opened.run_id, self._view.labels)

    @Slot(int)
    def _on_chat_labels(self, conversation_id: int) -> None:
        self.labels.open_for("conversation", conversation_id, self.hit_view.labels)


def _marked(snippet: str) -> str:
    """The first words that are marked in a snippet, as they are written."""
    return snippet.partition("\x02")[2].partition("\x03")[0]
