"""The default sampling of new work."""

from __future__ import annotations

from PySide6.QtCore import Slot

from workbench.ui.bridge import Bridge
from workbench.ui.kit import Button
from workbench.ui.kit.forms.run_choices import SamplingButton
from workbench.ui.kit.forms.sampling_defaults import sampling_defaults
from workbench.ui.settings.parts import Group, line


class DefaultSampling(Group):
    """Changes what every sampling form shows that was not changed itself.

    Args:
        bridge: to the core, which keeps it.
    """

    def __init__(self, bridge: Bridge) -> None:
        super().__init__("Default sampling")
        self.sampling = SamplingButton(bridge)
        self.reset = Button("Back to the defaults")
        self.add(
            line(
                "Sampling",
                self.sampling,
                self.reset,
                note="Design, Compare and Chat begin with it. What a prompt's metadata says, and "
                "what was changed in a workspace, wins over it.",
            ),
        )
        self.sampling.changed.connect(self._on_changed)
        self.reset.clicked.connect(self._on_reset)

    @Slot()
    def _on_changed(self) -> None:
        sampling_defaults().choose(self.sampling.form.values())

    @Slot()
    def _on_reset(self) -> None:
        sampling_defaults().choose({})
