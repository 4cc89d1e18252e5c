"""User key bindings in place of the default ones: buttons and menus show the keys that work."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

_SCOPE, _OWN = "scope", "own_keys"


class KeyBindings(QObject):
    """Keys that were changed, by the place in which they act and the keys they had at first.

    In one place keys belong to one command, so that whatever was made with the first keys finds
    those that work now.

    Signals:
        changed(): keys were changed; receivers show them again.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._now: dict[tuple[str, str], str] = {}

    @property
    def any(self) -> bool:
        """Whether any keys were changed."""
        return bool(self._now)

    def put(self, scope: str, first: str, now: str) -> None:
        """The command with the keys ``first`` has the keys ``now`` ("" for none)."""
        before = self._now.get((scope, first), first)
        if now == first:
            self._now.pop((scope, first), None)
        else:
            self._now[scope, first] = now
        if before != now:
            self.changed.emit()

    def forget(self) -> None:
        """All keys are as at first."""
        self._now.clear()
        self.changed.emit()

    def of(self, keys: str, scope: str) -> str:
        """The keys that work in place of ``keys`` in a workspace."""
        if not self._now or not keys:
            return keys
        return self._now.get((scope, keys), self._now.get(("", keys), keys))

    def at(self, keys: str, widget: QWidget) -> str:
        """The keys that work in place of ``keys`` where a widget is."""
        if not self._now or not keys or widget.property(_OWN):
            return keys
        place: QWidget | None = widget
        while place is not None and place.property(_SCOPE) is None:
            place = place.parentWidget()
        return self.of(keys, str(place.property(_SCOPE)) if place is not None else "")


def set_scope(widget: QWidget, scope: str) -> None:
    """Say in which workspace a widget and what is in it acts."""
    widget.setProperty(_SCOPE, scope)


def keep_own_keys(widget: QWidget) -> None:
    """A widget's keys are its own and no command's: they cannot be changed."""
    widget.setProperty(_OWN, True)


_bindings: KeyBindings | None = None


def bindings() -> KeyBindings:
    """Those of this program (made when first asked for)."""
    global _bindings  # noqa: PLW0603 - one set of keys for one application, as its theme
    if _bindings is None:
        _bindings = KeyBindings()
    return _bindings
