"""Filters of the run list, as chips with a menu to add more."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame

from workbench.domain.searching import SearchFilter
from workbench.domain.servers import model_name
from workbench.domain.views import RunFilter, StrategyInfo
from workbench.ui.kit import Button, GhostButton
from workbench.ui.kit.menu import IconMenu
from workbench.ui.kit.panes.flow import FlowLayout

_PLAIN: tuple[tuple[str, str, str, str], ...] = (
    ("day", "today", "Today", "clock"),
    ("day", "week", "Last 7 days", "clock"),
    ("compared", "yes", "From Compare", "compare"),
    ("right", "yes", "Right", "check"),
    ("right", "no", "Wrong", "circle-x"),
    ("cancelled", "no", "Without cancelled", "stop"),
)
"""Field, value, title and icon of the filters that need no list."""


_OF_RUNS = frozenset({"prompt", "version", "compared", "cancelled"})
"""Filters that the list of runs has and the search in everything has not."""
_OF_HITS = frozenset({"tag", "folder", "doubt", "score", "between"})
_DOUBTS = [
    ("0.5", "A token below 50 %"),
    ("0.8", "A token below 20 %"),
    ("0.9", "A token below 10 %"),
]
"""Least doubt of the least sure tokens, and what it says."""
_SCORES = [
    ("1-", "Score 1"),
    ("0.8-", "Score 0.8 or more"),
    ("0.5-", "Score 0.5 or more"),
    ("0-0.5", "Score below 0.5"),
    ("0-0.1", "Score below 0.1"),
    ("0-", "Any score"),
]
"""From and below, and what it says: scores of evaluations, which are searched in tenths."""


class FilterBar(QFrame):
    """The filters that are set, and the button that adds one.

    Signals:
        changed(): other runs are wanted.
        wanted(): the menu is going to open; the receiver sets the choices.
    """

    changed = Signal()
    wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._set: dict[str, str] = {}
        self._titles: dict[tuple[str, str], str] = {(f, v): title for f, v, title, _ in _PLAIN}
        self._strategies: tuple[StrategyInfo, ...] = ()
        self._models: tuple[str, ...] = ()
        self._prompt: tuple[str, str] = ("", "")
        self._tags: tuple[str, ...] = ()
        self._folders: tuple[str, ...] = ()
        self._has_doubt = False
        self._has_score = False
        self.add = GhostButton("Filter", "plus", tip="Narrow the list")
        self.add.setAccessibleName("Add a filter")
        self.add.clicked.connect(self._open_menu)
        self.menu = IconMenu("Filters", self)
        self.chips: list[Button] = []
        self._flow = FlowLayout()
        self.setLayout(self._flow)
        self._rebuild()

    @property
    def is_set(self) -> bool:
        """Whether any filter is set."""
        return bool(self._set)

    def filter(self, text: str) -> RunFilter:
        """The runs that are wanted, with these words."""
        chosen = self._set
        verdict = chosen.get("right")
        return RunFilter(
            text=text.strip(),
            strategy=chosen.get("strategy", ""),
            model=chosen.get("model", ""),
            prompt=chosen.get("prompt", ""),
            version=int(chosen.get("version", "0")),
            since=_since(chosen.get("day", "")),
            compared="compared" in chosen,
            is_right=None if verdict is None else verdict == "yes",
            without_cancelled="cancelled" in chosen,
        )

    @property
    def is_of_runs(self) -> bool:
        """Whether a filter is set that only runs have."""
        return bool(self._set.keys() & _OF_RUNS)

    @property
    def is_of_hits(self) -> bool:
        """Whether a filter is set that is answered by the search in everything."""
        return bool(self._set.keys() & _OF_HITS) and not self.is_of_runs

    def search_filter(self) -> SearchFilter:
        """The hits that are wanted."""
        chosen = self._set
        verdict = chosen.get("right")
        since, _, until = chosen.get("between", "").partition(" ")
        score_from, _, score_below = chosen.get("score", "").partition("-")
        return SearchFilter(
            strategy=chosen.get("strategy", ""),
            model=chosen.get("model", ""),
            tag=chosen.get("tag", ""),
            folder=chosen.get("folder", ""),
            since=float(since) if since else _since(chosen.get("day", "")),
            until=float(until) if until else 0.0,
            is_right=None if verdict is None else verdict == "yes",
            doubt=float(chosen.get("doubt", "0")),
            score_from=float(score_from) if score_from else None,
            score_below=float(score_below) if score_below else None,
        )

    def set_filter(self, field: str, value: str, title: str = "") -> None:
        """Set a filter, in place of another of its field; "" takes it away."""
        if title:
            self._titles[field, value] = title
        self._set.pop(field, None)
        if value:
            self._set[field] = value
        self._rebuild()
        self.changed.emit()

    @Slot()
    def clear(self) -> None:
        """Show all runs."""
        self._set.clear()
        self._rebuild()
        self.changed.emit()

    def show_labels(
        self, tags: tuple[str, ...], folders: tuple[str, ...], *, has_doubt: bool, has_score: bool
    ) -> None:
        """Which tags and folders can be chosen, and whether any run has a doubt, or a score."""
        self._tags, self._folders = tags, folders
        self._has_doubt, self._has_score = has_doubt, has_score

    def show_choices(
        self, strategies: tuple[StrategyInfo, ...], models: tuple[str, ...], prompt: tuple[str, str]
    ) -> None:
        """What can be chosen: strategies, models of runs, and path and title of the open prompt."""
        self._strategies, self._models, self._prompt = strategies, models, prompt
        self._titles |= {("strategy", info.id): info.title for info in strategies}
        self._rebuild()

    def state(self) -> list[tuple[str, str, str]]:
        """Fields, values and titles, to be found again at the next start."""
        return [(field, value, self._title(field, value)) for field, value in self._set.items()]

    def restore(self, state: Iterable[tuple[str, str, str]]) -> None:
        """Put back what :meth:`state` gave."""
        for field, value, title in state:
            if field != "version" or value.isdigit():
                self._titles[field, value] = title
                self._set[field] = value
        self._rebuild()

    def _title(self, field: str, value: str) -> str:
        return self._titles.get((field, value)) or model_name(value)

    def _rebuild(self) -> None:
        for chip in self.chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._flow.removeWidget(self.add)
        self.chips = []
        for field, value in self._set.items():
            title = self._title(field, value)
            chip = Button(title, "close", tip="Remove this filter")
            chip.setAccessibleName(f"Filter {title}: remove")
            chip.clicked.connect(functools.partial(self.set_filter, field, ""))
            self._flow.addWidget(chip)
            self.chips.append(chip)
        self._flow.addWidget(self.add)

    @Slot()
    def _open_menu(self) -> None:
        self.wanted.emit()
        self._fill_menu()
        self.menu.popup(self.add.mapToGlobal(self.add.rect().bottomLeft()))

    def _fill_menu(self) -> None:
        self.menu.deleteLater()
        self.menu = IconMenu("Filters", self)
        path, title = self._prompt
        if path:
            self._add_entry(self.menu, "prompt", path, f"This prompt: {title}", "prompt", title)
        for field, value, name, icon_name in _PLAIN:
            self._add_entry(self.menu, field, value, name, icon_name, name)
        for heading, field, icon_name, choices in (
            ("Strategy", "strategy", "list", [(info.id, info.title) for info in self._strategies]),
            ("Model", "model", "models", [(each, model_name(each)) for each in self._models]),
            ("Tag", "tag", "tag", [(each, each) for each in self._tags]),
            ("Folder", "folder", "folder", [(each, each) for each in self._folders]),
            ("Score", "score", "evaluate", _SCORES if self._has_score else []),
            ("Doubt", "doubt", "info", _DOUBTS if self._has_doubt else []),
        ):
            if not choices and field in _OF_HITS:
                continue
            below = IconMenu(heading, self.menu)
            below.setTitle(heading)
            for value, name in choices:
                self._add_entry(below, field, value, name, icon_name, name)
            below.setEnabled(bool(choices))
            self.menu.addMenu(below)

    def _add_entry(
        self, menu: IconMenu, field: str, value: str, name: str, icon_name: str, title: str
    ) -> None:
        entry = menu.add_entry(name, icon_name)
        entry.triggered.connect(functools.partial(self._on_entry, field, value, title))

    def _on_entry(self, field: str, value: str, title: str, _checked: bool = False) -> None:
        self.set_filter(field, value, title)


def _since(day: str) -> float:
    """When the first day began that is shown (local time, as Unix seconds); 0 for all."""
    if not day:
        return 0.0
    first = dt.date.today() - dt.timedelta(days=6 if day == "week" else 0)  # noqa: DTZ011
    return dt.datetime.combine(first, dt.time()).astimezone().timestamp()
