"""The line over the inputs: which sample set, filling from elsewhere, saving."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QStackedLayout, QWidget

from workbench.ui.actions import shown_keys
from workbench.ui.bindings import bindings
from workbench.ui.design.inputs.samples_model import SamplesModel
from workbench.ui.kit import Button, Chooser, GhostButton, IconButton, Label, row
from workbench.ui.kit.menu import Menu

_NEW, _RENAME = "Name of the set", "New name of the set"


class SamplesBar(QWidget):
    """Chooser, "changed" dot, buttons; in their place a field while a set is being named.

    Signals:
        data_wanted(): a row of a data set is to fill the form. runs_wanted(): an earlier run.
    """

    data_wanted = Signal()
    runs_wanted = Signal()

    def __init__(self, model: SamplesModel) -> None:
        super().__init__()
        self._model = model
        self._renaming = False
        self._shown: object = None
        self.sets = Chooser("Sample set", height=24)
        self.sets.setMaximumWidth(220)
        self.sets.setToolTip("Sample set")
        self.sets.activated.connect(self._on_chosen)
        self.dot = Label("•", "body-strong", "warn")
        self.dot.setToolTip("The values are not those of the saved set")
        self.note = Label("", "small", "text-3", elide=True)
        self.fill = GhostButton("Fill from data set…")
        self.fill.clicked.connect(self.data_wanted)
        self.save = GhostButton("Save set")
        self.save.clicked.connect(self.save_set)
        self.new = GhostButton("New set…")
        self.new.setToolTip("Save the values as a new set")
        self.new.clicked.connect(self.save_as)
        self.new.hide()  # "Save set" makes a new one until there is one to save over
        self.more = IconButton("more", "More about sample sets")
        self.more.clicked.connect(self._show_menu)
        self.name = QLineEdit()
        self.name.setFixedHeight(28)
        self.name.setMaximumWidth(240)
        self.name.installEventFilter(self)
        self.name.textChanged.connect(self._on_name)
        self.warning = Label("", "small", "warn", elide=True)
        self.accept = Button("Save")
        self.accept.clicked.connect(self._on_accept)
        self.cancel = GhostButton("Cancel")
        self.cancel.clicked.connect(self._stop_naming)
        self._pages = QStackedLayout()
        self._pages.setContentsMargins(0, 0, 0, 0)
        self.setLayout(self._pages)
        self._usual = self._page(
            self.sets, self.dot, self.note, self.fill, self.save, self.new, self.more, stretch=2
        )
        self._naming = self._page(self.name, self.warning, self.cancel, self.accept, stretch=1)
        model.changed.connect(self._refresh)
        self.sets.hide()  # until it is known which sets there are
        self.dot.hide()

    def _page(self, *parts: QWidget, stretch: int) -> QFrame:
        page = QFrame()
        layout = row(*parts, gap=4)
        layout.setStretch(stretch, 1)
        page.setLayout(layout)
        self._pages.addWidget(page)
        return page

    @Slot()
    def _refresh(self) -> None:
        model = self._model
        chosen = model.chosen
        shown = (tuple(each.name for each in model.sets), chosen and chosen.name, model.origin)
        self.refresh_dot()
        if shown == self._shown:
            return  # a list that is being chosen from must not be made again
        self._shown = shown
        with QSignalBlocker(self.sets):
            self.sets.clear()
            for each in model.sets:
                self.sets.add_choice(each.name, each.name)
            self.sets.setPlaceholderText("No set")
            self.sets.setCurrentIndex(-1)
            if chosen is not None:
                self.sets.choose(chosen.name)
        self.sets.setVisible(bool(model.sets) or bool(model.origin))
        self.new.setVisible(model.can_change)
        self.sets.updateGeometry()
        self.note.setText(model.origin)

    def refresh_dot(self) -> None:
        """Say whether the form still holds the values of the set."""
        modified = self._model.modified
        self.dot.setVisible(modified)
        self.sets.setAccessibleDescription("changed, not saved" if modified else "")

    @Slot(int)
    def _on_chosen(self, index: int) -> None:
        self._model.choose(str(self.sets.itemData(index)))

    # --- naming -----------------------------------------------------------------------------------

    @Slot()
    def save_set(self) -> None:
        """Save over the user's own set, or ask for the name of a new one."""
        if self._model.can_change:
            self._model.save()
        else:
            self.save_as()

    @Slot()
    def save_as(self) -> None:
        """Ask for the name of a new set."""
        self._name(_NEW, "", renaming=False)

    @Slot()
    def rename(self) -> None:
        """Ask for another name of the user's own set."""
        if self._model.can_change and self._model.chosen is not None:
            self._name(_RENAME, self._model.chosen.name, renaming=True)

    def _name(self, hint: str, text: str, *, renaming: bool) -> None:
        self._renaming = renaming
        self.name.setPlaceholderText(hint)
        self.name.setAccessibleName(hint)
        self.accept.set_text("Rename" if renaming else "Save")
        self.name.setText(text)
        self._on_name()
        self._pages.setCurrentWidget(self._naming)
        self.name.setFocus()
        self.name.selectAll()

    @Slot()
    def _on_name(self) -> None:
        name = " ".join(self.name.text().split())
        taken = self._model.is_own(name) and not self._renaming
        self.warning.setText("Replaces the set of this name" if taken else "")
        self.accept.setEnabled(bool(name))

    @Slot()
    def _on_accept(self) -> None:
        name = self.name.text()
        if not name.strip():
            return
        if self._renaming:
            self._model.rename(name)
        else:
            self._model.save(name)
        self._stop_naming()

    @Slot()
    def _stop_naming(self) -> None:
        self._pages.setCurrentWidget(self._usual)
        self.sets.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.name and event.type() == QEvent.Type.ShortcutOverride:
            assert isinstance(event, QKeyEvent)
            if event.key() == Qt.Key.Key_Escape:  # it stops a run otherwise
                event.accept()
        if watched is self.name and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            if event.key() == Qt.Key.Key_Escape:
                self._stop_naming()
                return True
            plain = event.modifiers() in (
                Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier,
            )  # fmt: skip
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
                self._on_accept()
                return True
        return super().eventFilter(watched, event)

    # --- menu -------------------------------------------------------------------------------------

    @Slot()
    def _show_menu(self) -> None:
        model = self._model
        menu = Menu("More about the sample set", self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Save as new set…").triggered.connect(self.save_as)
        reset = menu.addAction("Back to the saved values")
        reset.triggered.connect(model.reset)
        reset.setEnabled(model.modified)
        rename = menu.addAction("Rename set…")
        rename.triggered.connect(self.rename)
        delete = menu.addAction("Delete set")
        delete.triggered.connect(model.delete)
        for action in (rename, delete):
            action.setEnabled(model.can_change)
        menu.addSeparator()
        keys = [shown_keys(bindings().at(each, self)) for each in ("Alt+Down", "Alt+Up")]
        following = menu.addAction(f"Next set\t{keys[0]}")
        before = menu.addAction(f"Set before\t{keys[1]}")
        following.triggered.connect(lambda: model.step(1))
        before.triggered.connect(lambda: model.step(-1))
        menu.addSeparator()
        menu.addAction("Fill from data set…").triggered.connect(self.data_wanted)
        menu.addAction("Fill from an earlier run…").triggered.connect(self.runs_wanted)
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))
