"""The variants of a set: a table, and the form of the one that is chosen."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Slot

from workbench.domain.evaluation.evaluation_set import VariantSpec
from workbench.domain.views import ModelEntry, StrategyInfo
from workbench.ui.bridge import Bridge
from workbench.ui.evaluate.setup import variants
from workbench.ui.evaluate.setup.combining import Combining
from workbench.ui.evaluate.setup.setup_model import SetupModel
from workbench.ui.evaluate.setup.variant_form import VariantForm
from workbench.ui.evaluate.setup.variants_table import VariantRow, VariantsTable, prompt_name
from workbench.ui.evaluate.view_model import EvaluationModel
from workbench.ui.kit import Button, GhostButton, Label, Pane
from workbench.ui.kit.forms.parameter_form import Popover
from workbench.ui.kit.menu import Menu
from workbench.ui.tasks import latest

if TYPE_CHECKING:
    from workbench.service.evaluation.variants import ReadyVariant


class VariantsPane(Pane):
    """Adds, changes, duplicates, removes and combines variants, and names the baseline."""

    def __init__(self, bridge: Bridge, model: EvaluationModel, setup: SetupModel) -> None:
        super().__init__("Variants")
        self._bridge, self._model, self._setup = bridge, model, setup
        self._models: tuple[ModelEntry, ...] = ()
        self._popover: Popover | None = None
        self.count = Label("", "body", "text-3")
        self.combine = GhostButton("Every combination…")
        self.add = Button("Variant", "plus", tip="Add a variant like the chosen one")
        self.header.insertWidget(1, self.count)
        self.header.addWidget(self.combine)
        self.header.addWidget(self.add)
        self.table = VariantsTable()
        self.form = VariantForm(bridge)
        self.form.setProperty("rule", "top")
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self.form)
        self._connect()

    def _connect(self) -> None:
        table, model = self.table, self._model
        self.add.clicked.connect(self._on_add)
        self.combine.clicked.connect(self._on_combine)
        table.chosen.connect(self._show_form)
        table.baseline_wanted.connect(self._on_baseline)
        table.remove_wanted.connect(self._on_remove)
        table.duplicate_wanted.connect(self._on_duplicate)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._show_menu)
        self.form.changed.connect(self._on_changed)
        model.set_changed.connect(self.refresh)
        model.opened.connect(self.refresh)
        self._setup.costs_changed.connect(self.refresh)
        self._setup.choices_changed.connect(self._on_choices)
        self._bridge.opened.connect(self.read_models)
        self.read_models()
        self.refresh()

    @latest
    async def read_models(self) -> None:
        """Read which models there are."""
        self._models = await self._bridge.ask(lambda core: core.model_files.all())
        self.form.show_models(self._models)
        self.refresh()

    @Slot()
    def _on_choices(self) -> None:
        self.form.show_choices(self._setup.strategies, self._setup.prompts)
        self.refresh()

    # --- shown ----------------------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Show the set as it is now."""
        given = self._model.set
        if given is None:
            return
        infos = {info.id: info for info in self._setup.strategies}
        baseline = given.compared_with
        self.count.setText(f"{len(given.variants):,}")
        self.table.show_rows(
            [self._row(each, infos, is_baseline=each.name == baseline) for each in given.variants]
        )
        self._show_form()

    def _ready(self, spec: VariantSpec) -> ReadyVariant | None:
        """What was read of a variant that is as it was then."""
        evaluation = self._model.evaluation
        ready = evaluation.variants if evaluation is not None else ()
        return next((each for each in ready if each.spec == spec), None)

    def _row(
        self, spec: VariantSpec, infos: dict[str, StrategyInfo], *, is_baseline: bool
    ) -> VariantRow:
        ready = self._ready(spec)
        run = ready.run if ready is not None else None
        info = infos.get(run.spec.strategy if run is not None else spec.strategy or "direct")
        model = run.model.name if run is not None else PurePath(spec.model).stem or "default model"
        return VariantRow(
            name=spec.name,
            is_baseline=is_baseline,
            icon=info.short if info is not None else "direct",
            strategy=info.title if info is not None else spec.strategy,
            note=_facts(spec, info),
            prompt=prompt_name(spec.prompt, spec.text),
            version=_version(spec),
            model=model,
            cost=self._setup.costs.get(spec.name) if ready is not None else None,
            problem=ready.problem if ready is not None else "",
        )

    @Slot()
    def _show_form(self) -> None:
        given, place = self._model.set, self.table.currentIndex().row()
        if given is None or not 0 <= place < len(given.variants):
            return
        spec = given.variants[place]
        self.form.show_variant(spec, self._ready(spec), Path(given.path).parent)

    # --- changed --------------------------------------------------------------------------------

    @Slot(object)
    def _on_changed(self, spec: VariantSpec) -> None:
        given, place = self._model.set, self.table.currentIndex().row()
        if given is not None and 0 <= place < len(given.variants):
            self._model.edit(variants.with_changed(given, place, spec))

    @Slot()
    def _on_add(self) -> None:
        self._on_duplicate(max(self.table.currentIndex().row(), 0))

    @Slot(int)
    def _on_duplicate(self, place: int) -> None:
        given = self._model.set
        if given is not None and len(given.variants) < variants.MOST:
            self._model.edit(variants.with_added(given, given.variants[place]))
            self.table.choose(len(given.variants))
            self.form.name.setFocus()
            self.form.name.selectAll()

    @Slot(int)
    def _on_remove(self, place: int) -> None:
        given = self._model.set
        if given is not None:
            self._model.edit(variants.without(given, place))

    @Slot(int)
    def _on_baseline(self, place: int) -> None:
        given = self._model.set
        if given is not None:
            self._model.edit(variants.with_baseline(given, place))

    @Slot(QPoint)
    def _show_menu(self, at: QPoint) -> None:
        place = self.table.indexAt(at).row()
        given = self._model.set
        if place < 0 or given is None:
            return
        menu = Menu("The variant", self)
        pin = menu.addAction("Compare the others with it")
        copy = menu.addAction("Duplicate")
        remove = menu.addAction("Remove")
        remove.setEnabled(len(given.variants) > 1)
        done = menu.exec(self.table.viewport().mapToGlobal(at))
        menu.deleteLater()
        if done is pin:
            self._on_baseline(place)
        elif done is copy:
            self._on_duplicate(place)
        elif done is remove:
            self._on_remove(place)

    @Slot()
    def _on_combine(self) -> None:
        """Choose strategies, versions and models; all of them are combined."""
        given, place = self._model.set, max(self.table.currentIndex().row(), 0)
        if given is None:
            return
        form = Combining(
            given.variants[place],
            self._setup.strategies,
            tuple(each for each in self._models if not each.error),
            tuple(self.form.version.itemData(at) for at in range(self.form.version.count())),
        )
        form.wanted.connect(self._on_combined)
        if self._popover is not None:
            self._popover.deleteLater()
        self._popover = Popover("Every combination", form)
        self._popover.open_at(self.combine)

    @Slot(list)
    def _on_combined(self, added: list[VariantSpec]) -> None:
        given = self._model.set
        if self._popover is not None:
            self._popover.hide()
        if given is None:
            return
        for each in added[: variants.MOST - len(given.variants)]:
            given = variants.with_added(given, each)
        self._model.edit(given)


def _version(spec: VariantSpec) -> str:
    if spec.text:
        return ""
    return f"v{spec.version}" if spec.version is not None else ""


def _facts(spec: VariantSpec, info: StrategyInfo | None) -> str:
    """What differs from the usual, in a few words: "5 paths", "temp 0"."""
    facts = []
    fields = {field.name: field for field in info.fields} if info is not None else {}
    for name, value in list(spec.params.items())[:2]:
        field = fields.get(name)
        if field is not None:
            words = field.words(value, spec.params)
            facts.append(words if field.unit else f"{field.label.lower()} {words}")
    if "temperature" in spec.sampling:
        facts.append(f"temp {spec.sampling['temperature']:g}")
    return " · ".join(facts)
