"""All user actions as data: menus, palette, shortcuts and help read the same table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from workbench.ui.bindings import bindings
from workbench.ui.popups import closed_just_now


def _always() -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Action:
    """One thing to do.

    ``id`` is ``noun.verb``; ``keys`` a portable shortcut or "", that which works now; ``when`` says
    whether it can be done now; ``scope`` is the id of the panel in which it acts, "" for the whole
    window, and is given by :meth:`ActionTable.add`; ``icon`` is a name of the icon family;
    ``more_keys`` do the same as ``keys`` and are shown nowhere; ``menu`` is the group and the place
    in it where the panel's menu lists it; ``is_on`` says whether what it toggles is on.
    """

    id: str
    title: str
    run: Callable[[], object]
    keys: str = ""
    when: Callable[[], bool] = field(default=_always)
    scope: str = ""
    icon: str = ""
    more_keys: tuple[str, ...] = ()
    menu: tuple[int, int] | None = None
    is_on: Callable[[], bool] | None = None


class ActionTable(QObject):
    """All actions of the window, and their shortcuts.

    Args:
        window: the window whose shortcuts these are.
        go_to: shows the panel of an id; called before an action that acts in it.
        chosen: keys that were chosen for actions, by their ids, in place of those they are made
            with; "" for none.

    Signals:
        ran(str): an action was done; the palette lists recent ones first.
        refused(str): a sentence: an action that was asked for by name is not available now.
    """

    ran = Signal(str)
    refused = Signal(str)

    def __init__(
        self,
        window: QWidget,
        go_to: Callable[[str], None] | None = None,
        chosen: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._go_to = go_to
        self._chosen = dict(chosen or {})
        self._first: dict[str, Action] = {}
        self._actions: dict[str, Action] = {}
        self._owners: dict[str, QWidget] = {}
        self._shortcuts: dict[str, QAction] = {}

    def add(self, actions: Iterable[Action], owner: QWidget | None = None, scope: str = "") -> None:
        """Add actions of a panel; their shortcuts work while ``owner`` is shown (always if None).

        Wherever the focus is in the window: the rail and the top bar are no places in which a
        workspace forgets its keys. Keys that were chosen for another action are that one's.

        Raises:
            ValueError: an id, or a shortcut of the same scope, is already taken.
        """
        for unplaced in actions:
            action = replace(unplaced, scope=scope)
            self._check(action)
            self._first[action.id] = action
            self._owners[action.id] = owner or self._window
            self._actions[action.id] = action
            keys = self._chosen.get(action.id, action.keys)
            if (other := self.clash(action.id, keys)) is not None:
                if action.id not in self._chosen:
                    keys = ""
                elif other.id not in self._chosen:
                    self._bind(other.id, "")
                else:
                    keys = action.keys if self.clash(action.id, action.keys) is None else ""
            self._bind(action.id, keys)

    def _check(self, action: Action) -> None:
        """Refuse what the program itself has twice."""
        if action.id in self._first:
            raise ValueError(f"action {action.id} is defined twice")
        for other in self._first.values():
            same_keys = action.keys and action.keys == other.keys
            if same_keys and _meet(action, other):
                raise ValueError(f"{action.id} and {other.id} have the same keys {action.keys}")

    # --- keys -----------------------------------------------------------------------------------

    def clash(self, action_id: str, keys: str) -> Action | None:
        """Another action that has these keys where this one acts."""
        action = self._first[action_id]
        for other in self._actions.values():
            taken = (other.keys, *other.more_keys)
            if keys and other.id != action_id and keys in taken and _meet(action, other):
                return other
        return None

    def first_keys(self, action_id: str) -> str:
        """The keys that an action is made with."""
        return self._first[action_id].keys

    def rebind(self, action_id: str, keys: str) -> None:
        """Give an action other keys, "" for none; who has them where it acts loses them."""
        other = self.clash(action_id, keys)
        while other is not None:
            self._bind(other.id, "")
            other = self.clash(action_id, keys)
        self._bind(action_id, keys)

    def reset_keys(self) -> None:
        """Give every action the keys that it is made with."""
        self._chosen = {}
        for action_id, first in self._first.items():
            self._bind(action_id, first.keys)

    def changed_keys(self) -> dict[str, str]:
        """The keys of actions that have others than at first, also of those not made yet."""
        unmade = {each: keys for each, keys in self._chosen.items() if each not in self._first}
        return unmade | {
            each.id: each.keys
            for each in self._actions.values()
            if each.keys != self._first[each.id].keys
        }

    def _bind(self, action_id: str, keys: str) -> None:
        first = self._first[action_id]
        more = first.more_keys if keys == first.keys else ()
        self._actions[action_id] = replace(first, keys=keys, more_keys=more)
        shortcut = self._shortcuts.get(action_id)
        if shortcut is None and keys:
            shortcut = self._shortcuts[action_id] = QAction(first.title, self)
            shortcut.triggered.connect(_Runner(self, action_id))
            self._owners[action_id].addAction(shortcut)
        if shortcut is not None:
            shortcut.setShortcuts([QKeySequence(each) for each in (keys, *more) if each])
        if first.keys:
            bindings().put(first.scope, first.keys, keys)

    # --- doing ----------------------------------------------------------------------------------

    def get(self, action_id: str) -> Action:
        """The action of that id (KeyError where there is none)."""
        return self._actions[action_id]

    def all(self) -> tuple[Action, ...]:
        """Every action, in order of definition."""
        return tuple(self._actions.values())

    def trigger(self, action_id: str) -> bool:
        """Show the workspace in which an action acts and do it; False if it is not available."""
        action = self._actions[action_id]
        if action.scope and self._go_to is not None:
            self._go_to(action.scope)
        if not action.when():
            return False
        action.run()
        self.ran.emit(action_id)
        return True

    def perform(self, action_id: str) -> None:
        """:meth:`trigger` for an action that was chosen by its name: says if it cannot be done."""
        if not self.trigger(action_id):
            self.refused.emit(f"“{self._actions[action_id].title}” is not available now.")


def menu_groups(actions: Iterable[Action]) -> list[list[Action]]:
    """The actions that a menu lists, in its groups."""
    groups: dict[int, dict[int, Action]] = {}
    for action in actions:
        if action.menu is not None:
            group, place = action.menu
            groups.setdefault(group, {})[place] = action
    return [[group[place] for place in sorted(group)] for _, group in sorted(groups.items())]


def _meet(one: Action, other: Action) -> bool:
    """Whether two actions can be done in the same place, so that keys mean one of them."""
    return one.scope == other.scope or "" in (one.scope, other.scope)


class _Runner:
    """Calls one action by id: a bound object, so that no lambda keeps a panel alive."""

    def __init__(self, table: ActionTable, action_id: str) -> None:
        self._table = table
        self._action_id = action_id

    def __call__(self, _checked: bool = False) -> None:
        if self._table.get(self._action_id).keys == "Esc" and closed_just_now():
            return
        self._table.trigger(self._action_id)


def shown_keys(keys: str) -> str:
    """A shortcut as it is written on this system, for buttons and the palette."""
    shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
    return re.sub(r"\+(?=.)", " ", shown.replace("Return", "\u21b5"))
