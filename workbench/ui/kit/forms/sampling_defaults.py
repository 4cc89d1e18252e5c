"""Default values of every sampling form, chosen in Settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from PySide6.QtCore import QObject, Signal

from workbench.domain.runs.sampling import Sampling

OWN: dict[str, Any] = {
    name: list(value) if isinstance(value, tuple) else value
    for name, value in msgspec.to_builtins(Sampling()).items()
} | {"seed": 0, "mode": "fast"}
"""Those of the program itself."""


class SamplingDefaults(QObject):
    """Values by name, as sampling forms have them.

    Signals:
        changed(dict, dict): the values before, and those that hold now.
    """

    changed = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self.values = dict(OWN)

    def choose(self, values: Mapping[str, Any]) -> None:
        """Begin with other values; names that are left out have the program's own."""
        known = {name: value for name, value in values.items() if name in OWN}
        before, self.values = self.values, OWN | known
        if before != self.values:
            self.changed.emit(before, self.values)

    def different(self) -> dict[str, Any]:
        """What differs from the program's own values: this is what is kept."""
        return {name: value for name, value in self.values.items() if value != OWN[name]}


_defaults: SamplingDefaults | None = None


def sampling_defaults() -> SamplingDefaults:
    """The defaults of this program (made when first asked for)."""
    global _defaults  # noqa: PLW0603 - one for one application, as the theme
    if _defaults is None:
        _defaults = SamplingDefaults()
    return _defaults
