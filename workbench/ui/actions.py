"""Everything a person can do, as data: menus, palette, shortcuts and help read the same table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget


def _always() -> bool:
    return True


@dataclass(frozen=True)
class Action:
    """One thing to do.

    ``id`` is ``noun.verb``; ``keys`` a portable shortcut or ""; ``when`` says whether it can be
    done now; ``scope`` is the panel's id whose shortcuts it belongs to, "" everywhere.
    """

    id: str
    title: str
    run: Callable[[], None]
    keys: str = ""
    when: Callable[[], bool] = field(default=_always)
    scope: str = ""


class ActionTable(QObject):
    """All actions of the window, and their shortcuts.

    Signals:
        ran(str): an action was done; the palette lists recent ones first.
    """

    ran = Signal(str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._actions: dict[str, Action] = {}

    def add(self, actions: Iterable[Action], owner: QWidget | None = None) -> None:
        """Add actions; their shortcuts work while ``owner`` is shown (always where None).

        Wherever the focus is in the window: the rail and the top bar are no places in which a
        workspace forgets its keys.

        Raises:
            ValueError: an id, or a shortcut of the same scope, is already taken.
        """
        for action in actions:
            self._check(action)
            self._actions[action.id] = action
            if action.keys:
                shortcut = QAction(action.title, self)
                shortcut.setShortcut(QKeySequence(action.keys))
                shortcut.triggered.connect(_Runner(self, action.id))
                (owner or self._window).addAction(shortcut)

    def _check(self, action: Action) -> None:
        if action.id in self._actions:
            raise ValueError(f"action {action.id} is defined twice")
        for other in self._actions.values():
            same_keys = action.keys and action.keys == other.keys
            if same_keys and (action.scope == other.scope or "" in (action.scope, other.scope)):
                raise ValueError(f"{action.id} and {other.id} have the same keys {action.keys}")

    def get(self, action_id: str) -> Action:
        """The action of that id (KeyError where there is none)."""
        return self._actions[action_id]

    def all(self) -> tuple[Action, ...]:
        """Every action, in order of definition."""
        return tuple(self._actions.values())

    def trigger(self, action_id: str) -> None:
        """Do an action if it can be done now."""
        action = self._actions[action_id]
        if action.when():
            action.run()
            self.ran.emit(action_id)


class _Runner:
    """Calls one action by id: a bound object, so that no lambda keeps a panel alive."""

    def __init__(self, table: ActionTable, action_id: str) -> None:
        self._table = table
        self._action_id = action_id

    def __call__(self, _checked: bool = False) -> None:
        self._table.trigger(self._action_id)


def shown_keys(keys: str) -> str:
    """A shortcut as it is written on this system, for buttons and the palette."""
    shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
    return shown.replace("Return", "\u21b5").replace("+", " ")
