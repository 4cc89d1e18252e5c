"""The form of one server: its address, its key, and which of its models are offered."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFormLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QSpinBox,
    QWidget,
)

from workbench.domain.servers import PREFIX, Server, ServerReport, model_name
from workbench.domain.text import seconds_text
from workbench.ui.kit import (
    Banner,
    Button,
    GhostButton,
    Label,
    Pane,
    PrimaryButton,
    column,
    plain_tip,
    row,
    set_tone,
)
from workbench.ui.kit.forms.parameter_form import quiet_wheel

_ALL_AT_MOST = 24
"""Of a server that lists more, none is offered until it is chosen."""
_LEAVES = (
    "Prompts and answers of these models leave this machine when they run: they are sent to {host}."
)
_STAYS = "This server runs on this machine: prompts and answers stay on it."
_NOTHING_YET = (
    "A server answers in place of this machine: llama-server, vLLM, Ollama, or a hosted service. "
    "Text is sent to it only when one of its models runs."
)


class ServerForm(Pane):
    """The right side of Servers.

    Signals:
        test_wanted(Server, str), save_wanted(Server, str): the record and the key as typed, "" for
            the one that is kept.
        remove_wanted(str): a server's name.
        use_wanted(str): the path of one of its models.
    """

    test_wanted = Signal(object, str)
    save_wanted = Signal(object, str)
    remove_wanted = Signal(str)
    use_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__("New server")
        self.setMinimumWidth(380)
        self.server: Server | None = None
        """The server that is shown, as it is kept; None for a new one."""
        self.banner = Banner()
        self._make_fields()
        self.found = Label("", "small", "text-2", wrap=True)
        self.warning = Label("", "small", "warn", wrap=True)
        self.where = Label(_NOTHING_YET, "body", "text-2", wrap=True)
        self.test = Button("Test", "refresh", tip="Ask the server for its models")
        self.test.clicked.connect(self._on_test)
        self.use = GhostButton("Use this model", "play")
        self.use.clicked.connect(self._on_use)
        asking = row(self.test, self.found)
        asking.setStretch(1, 1)
        content = QWidget()
        content.setLayout(
            column(
                self.where,
                self._form,
                asking,
                self.warning,
                row(Label("Models", "body-strong"), None, self.use),
                self.filter,
                self.models,
                margins=(16, 12, 16, 16),
                gap=12,
            )
        )
        scroll = QScrollArea()
        scroll.setWidget(content)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.remove = Button("Remove", "trash", tall=True)
        self.remove.clicked.connect(self._on_remove)
        self.save = PrimaryButton("Add", "check", tall=True)
        self.save.clicked.connect(self._on_save)
        self.body.addWidget(self.banner)
        self.body.addWidget(scroll, 1)
        self.body.addLayout(row(None, self.remove, self.save, margins=(16, 12, 16, 12)))
        self.show_server(None)

    def _make_fields(self) -> None:
        self.name = _line("Name", "lab")
        self.address = _line("Address", "http://localhost:8080 or https://example.org/v1")
        self.key = _line("Key", "")
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.concurrency = _number("Requests at once", 1, 256)
        self.timeout = _number("Timeout", 1, 86_400)
        self.timeout.setSuffix(" s")
        self.timeout.setToolTip("How long the server may send nothing before a request is given up")
        self._form = QFormLayout()
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setHorizontalSpacing(16)
        self._form.setVerticalSpacing(8)
        for editor in (self.name, self.address, self.key, self.concurrency, self.timeout):
            self._form.addRow(Label(editor.accessibleName(), "body", "text-2"), editor)
        self.models = QListWidget()
        self.models.setAccessibleName("Models of the server")
        self.models.setAccessibleDescription("Ticked models appear in every list of models")
        self.models.setProperty("ticks", True)
        self.models.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.models.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.models.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.models.setMinimumHeight(120)
        self.models.currentItemChanged.connect(self._on_model)
        self.filter = _line("Filter the models", "Filter, or name a model and press Enter")
        self.filter.returnPressed.connect(self._add_model)
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._on_filter)

    # --- showing ----------------------------------------------------------------------------------

    def show_server(self, server: Server | None) -> None:
        """Show a server, or an empty form."""
        self.server = server
        shown = server or Server(name="", base_url="")
        self.title.setText(shown.name or "New server")
        self.name.setText(shown.name)
        self.name.setReadOnly(server is not None)
        self.address.setText(shown.base_url)
        self.key.clear()
        self.key.setPlaceholderText("Empty leaves it as it is" if server else "Where one is needed")
        self.concurrency.setValue(shown.concurrency)
        self.timeout.setValue(round(shown.timeout_seconds))
        self._show_models(shown.models, shown.models)
        self.found.setText("")
        self._show_warning(server.warning if server else "")
        words = _STAYS if shown.is_this_machine else _LEAVES.format(host=shown.host)
        self.where.setText(words if server else _NOTHING_YET)
        set_tone(self.where, "text-2" if not server or shown.is_this_machine else "text")
        self.remove.setVisible(server is not None)
        self.save.set_text("Save" if server else "Add")
        self.set_busy(False)
        self.banner.hide()

    def show_report(self, report: ServerReport) -> None:
        """Show what a server answered, its models among it."""
        self.set_busy(False)
        self.banner.hide()
        words = f"{report.kind or 'It'} answers in {seconds_text(report.seconds)}"
        if report.context_tokens:
            words += f", context {report.context_tokens:,} tokens"
        words += f", key: {report.key_place or 'none'}"
        self.found.setText(words)
        self._show_warning(report.warning)
        chosen = self.chosen_models
        if not chosen and len(report.models) <= _ALL_AT_MOST:
            chosen = report.models
        self._show_models(report.models, chosen)
        if report.models_note:
            self.found.setText(f"{words}. {report.models_note}")
        elif not chosen:
            self.found.setText(f"{words}. Tick those of its {len(report.models):,} models you want")

    def show_saved(self, message: str) -> None:
        """Show what was done with a key; ``message`` is a sentence or ""."""
        if message:
            self.banner.show_message(message, "text-2")

    def show_error(self, sentence: str) -> None:
        """Say what went wrong."""
        self.set_busy(False)
        self.found.setText("")
        self.banner.show_message(sentence)

    def set_busy(self, busy: bool) -> None:
        """While the server is asked there is nothing to press."""
        self.test.set_text("Asking…" if busy else "Test")
        self.test.setEnabled(not busy)
        self.save.setEnabled(not busy)

    def _show_warning(self, sentence: str) -> None:
        self.warning.setText(sentence)
        self.warning.setVisible(bool(sentence))

    def _show_models(self, models: Sequence[str], chosen: Sequence[str]) -> None:
        self.models.clear()
        everything = tuple(dict.fromkeys((*chosen, *models)))
        self.filter.clear()
        for model in everything:
            self._add_item(model, ticked=model in chosen)
        self._on_model()

    def _add_item(self, model: str, *, ticked: bool) -> None:
        item = QListWidgetItem(model_name(f"{PREFIX}/{model}").removeprefix("/"))
        item.setData(Qt.ItemDataRole.UserRole, model)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
        item.setToolTip(plain_tip(model))
        self.models.addItem(item)

    @Slot()
    def _add_model(self) -> None:
        """Offer the model that was named; some servers do not list theirs."""
        name = self.filter.text().strip()
        known = [self.models.item(line) for line in range(self.models.count())]
        same = [item for item in known if item.data(Qt.ItemDataRole.UserRole) == name]
        if same:
            same[0].setCheckState(Qt.CheckState.Checked)
        elif name:
            self._add_item(name, ticked=True)
        self.filter.clear()

    # --- asking -----------------------------------------------------------------------------------

    @property
    def chosen_models(self) -> tuple[str, ...]:
        """The ticked ones, in the order shown."""
        items = [self.models.item(index) for index in range(self.models.count())]
        ticked = [item for item in items if item.checkState() == Qt.CheckState.Checked]
        return tuple(item.data(Qt.ItemDataRole.UserRole) for item in ticked)

    @property
    def record(self) -> Server:
        """The server as the form shows it; its address is not yet looked at."""
        return Server(
            name=self.name.text().strip(),
            base_url=self.address.text().strip(),
            models=self.chosen_models,
            concurrency=self.concurrency.value(),
            timeout_seconds=float(self.timeout.value()),
            key_variable=self.server.key_variable if self.server else "",
        )

    @Slot()
    def _on_test(self) -> None:
        self.set_busy(True)
        self.test_wanted.emit(self.record, self.key.text())

    @Slot()
    def _on_save(self) -> None:
        self.set_busy(True)
        self.save_wanted.emit(self.record, self.key.text())

    @Slot()
    def _on_remove(self) -> None:
        if self.server is not None:
            self.remove_wanted.emit(self.server.name)

    @Slot()
    def _on_use(self) -> None:
        item = self.models.currentItem()
        if self.server is not None and item is not None:
            model = item.data(Qt.ItemDataRole.UserRole)
            self.use_wanted.emit(self.server.path_of(model))

    @Slot()
    def _on_model(self) -> None:
        self.use.setEnabled(self.server is not None and self.models.currentItem() is not None)

    @Slot(str)
    def _on_filter(self, text: str) -> None:
        for index in range(self.models.count()):
            item = self.models.item(index)
            item.setHidden(text.casefold() not in item.data(Qt.ItemDataRole.UserRole).casefold())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.server is None and not self.name.text():
            self.name.setFocus()


def _line(name: str, hint: str) -> QLineEdit:
    line = QLineEdit()
    line.setAccessibleName(name)
    line.setPlaceholderText(hint)
    return line


def _number(name: str, least: int, most: int) -> QSpinBox:
    number = QSpinBox()
    number.setRange(least, most)
    number.setAccessibleName(name)
    number.setGroupSeparatorShown(True)
    number.lineEdit().setTextMargins(6, 0, 0, 0)
    quiet_wheel(number)
    return number
