"""Chooses the profile of a conversation; makes, changes and deletes profiles."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from workbench.domain.errors import WorkbenchError
from workbench.domain.profiles import Profile
from workbench.ui.chat.profiles.profile_form import ProfileForm
from workbench.ui.kit import Banner, Chooser, GhostButton, IconButton, Label, column, row
from workbench.ui.tasks import background, latest

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge

_WIDTH = 220


class ProfilePart(QWidget):
    """The line with the chooser, and the form under it while a profile is edited.

    Signals:
        chosen(): another profile, or none. begin_wanted(Profile): begin with its greeting.
    """

    chosen = Signal()
    begin_wanted = Signal(object)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._wanted = 0
        self._has_messages = False
        self.profiles: dict[int, Profile] = {}
        self.chooser = Chooser("Profile", width=_WIDTH)
        self.chooser.add_choice("No profile", 0)
        self.chooser.activated.connect(self._on_chosen)
        self.edit = IconButton("edit", "Edit the profile")
        self.edit.clicked.connect(self.edit_current)
        new = IconButton("plus", "New profile")
        new.clicked.connect(self.edit_new)
        self.begin = GhostButton("Begin with its greeting", "chat")
        self.begin.clicked.connect(self._on_begin)
        self.banner = Banner()
        self.form = ProfileForm()
        self.form.hide()
        self.form.saved.connect(self._save)
        self.form.deleted.connect(self._delete)
        self.form.cancelled.connect(self._close)
        line = row(
            Label("Profile", "small", "text-2"),
            self.chooser,
            self.edit,
            new,
            self.begin,
            None,
            gap=4,
        )
        self.setLayout(column(line, self.banner, self.form, gap=6))
        bridge.opened.connect(self.read)
        self.read()
        self._show_buttons()

    @property
    def profile_id(self) -> int:
        """The chosen profile, 0 for none; also before the list of profiles is read."""
        return self._wanted

    @property
    def current(self) -> Profile | None:
        """The chosen profile, None for none."""
        return self.profiles.get(self._wanted)

    def show_profile(self, profile_id: int, *, has_messages: bool) -> None:
        """Show the profile of another conversation."""
        self._wanted, self._has_messages = profile_id, has_messages
        self._choose()

    @latest
    async def read(self) -> None:
        """Read the profiles again."""
        try:
            found = await self._bridge.ask(lambda core: core.profiles.all())
        except WorkbenchError as error:
            self.banner.show_message(str(error))
            return
        self.profiles = {each.profile_id: each for each in found}
        self.chooser.clear()
        self.chooser.add_choice("No profile", 0)
        for each in found:
            self.chooser.add_choice(each.name, each.profile_id)
        self._choose()

    def _choose(self) -> None:
        """Show the wanted profile; one that was deleted is named as such."""
        if not self.chooser.choose(self._wanted):
            self.chooser.add_choice("Deleted profile", self._wanted)
            self.chooser.choose(self._wanted)
        self._show_buttons()

    def _show_buttons(self) -> None:
        current = self.current
        self.edit.setEnabled(current is not None)
        greets = current is not None and bool(current.greetings)
        self.begin.setVisible(greets and not self._has_messages)

    @Slot()
    def _on_chosen(self) -> None:
        self._wanted = int(self.chooser.currentData() or 0)
        self._show_buttons()
        self.chosen.emit()

    @Slot()
    def _on_begin(self) -> None:
        if self.current is not None:
            self.begin_wanted.emit(self.current)

    # --- changing -------------------------------------------------------------------------------

    @Slot()
    def edit_current(self) -> None:
        """Open the form with the chosen profile."""
        if self.current is not None:
            self.form.show()
            self.form.show_profile(self.current)

    @Slot()
    def edit_new(self) -> None:
        """Open the form for a new profile."""
        self.form.show()
        self.form.show_profile(Profile(name=""))

    @Slot()
    def _close(self) -> None:
        self.form.hide()
        self.chooser.setFocus()

    @background
    async def _save(self, profile: Profile) -> None:
        try:
            kept = await self._bridge.ask(lambda core: core.profiles.save(profile))
        except WorkbenchError as error:
            self.banner.show_message(str(error))
            return
        self._close()
        self._wanted = kept.profile_id
        self.read()
        self.chosen.emit()

    @background
    async def _delete(self, profile: Profile) -> None:
        await self._bridge.ask(lambda core: core.profiles.delete(profile.profile_id))
        self._close()
        self._wanted = 0
        self.read()
        self.chosen.emit()
        undo = functools.partial(self._restore, profile)
        self.banner.show_message(f"The profile {profile.name} was deleted.", "text-2", "Undo", undo)

    @background
    async def _restore(self, profile: Profile) -> None:
        await self._bridge.ask(lambda core: core.profiles.restore(profile.profile_id))
        self.banner.hide()
        self._wanted = profile.profile_id
        self.read()
        self.chosen.emit()
