"""The class that the window and the command line talk to."""

from __future__ import annotations

from collections.abc import Callable

from workbench.domain.runs.events import LoggedEvent
from workbench.domain.views import EngineStatus, StoreStatus
from workbench.engine.protocol import Engine
from workbench.service.chats import Chats
from workbench.service.chats.profiles import Profiles
from workbench.service.core import Core
from workbench.service.doctor import Doctor
from workbench.service.evaluation.evaluation_files import EvaluationFiles
from workbench.service.evaluation.evaluation_setup import EvaluationSetup
from workbench.service.evaluation.evaluation_work import EvaluationWork
from workbench.service.evaluation.evaluations import Evaluations
from workbench.service.evaluation.generated.generated_sets import GeneratedSets
from workbench.service.evaluation.grids import Grids
from workbench.service.evaluation.judges.asking import Asking
from workbench.service.evaluation.judges.gating import Gating
from workbench.service.evaluation.judges.judges import Judges
from workbench.service.evaluation.judges.measuring import Measuring
from workbench.service.evaluation.judges.other_pairs import OtherPairs
from workbench.service.evaluation.new_sets import NewSets
from workbench.service.evaluation.opening import Opening
from workbench.service.evaluation.programs import Programs
from workbench.service.evaluation.sweeping import Sweeping
from workbench.service.evaluation.variants import Variants
from workbench.service.evaluation.votes import Votes
from workbench.service.finder import Finder
from workbench.service.history import History
from workbench.service.models.chat_templates import ChatTemplates
from workbench.service.models.downloads import Downloads
from workbench.service.models.model_files import ModelFiles
from workbench.service.models.models import Models
from workbench.service.models.scoring import Scoring
from workbench.service.models.servers import Servers
from workbench.service.off_record import OffTheRecord
from workbench.service.prompts.datasets import DataSets
from workbench.service.prompts.exchange import Exchange
from workbench.service.prompts.library import Library
from workbench.service.prompts.prompt_files import PromptFiles
from workbench.service.prompts.prompts import Prompts
from workbench.service.prompts.renaming import Renaming
from workbench.service.prompts.samples import Samples
from workbench.service.prompts.sheets import Sheets
from workbench.service.prompts.versions import Versions
from workbench.service.rendering import Rendering
from workbench.service.runs.answers import Answers
from workbench.service.runs.bundles import Bundles
from workbench.service.runs.cases import Cases
from workbench.service.runs.pairs import Pairs
from workbench.service.runs.rewrite import Rewriting
from workbench.service.runs.runs import Runs
from workbench.service.runs.steering import Steering
from workbench.service.runs.xray import XRays
from workbench.service.session import Session
from workbench.service.sources import Sources
from workbench.service.storage.erasing import Erasing
from workbench.service.storage.protection import Protecting
from workbench.service.storage.storage import Storage
from workbench.service.tokens import Tokens
from workbench.service.transcripts.exporting import Exporting
from workbench.service.transcripts.importing import Importing
from workbench.settings import Paths


class Workbench:
    """The whole program as named parts: ``core.runs.start(spec)``, ``core.library.search(text)``.

    Use :meth:`open` before and :meth:`close` after; every coroutine runs on one event loop.

    Args:
        paths: where everything is kept.
        engine: an engine to use in place of llama.cpp (simulated, recorded).
        shown_only: why the history is only shown, as a sentence: another window has it.
    """

    def __init__(  # noqa: PLR0915 - a statement for each part
        self, paths: Paths, *, engine: Engine | None = None, shown_only: str = ""
    ) -> None:
        core = Core(paths, engine=engine, shown_only=shown_only)
        self._core = core
        self.paths = paths
        self.session = Session(core)
        self.servers = Servers(core)
        self.model_files = ModelFiles(core, self.servers)
        self.models = Models(core, self.servers, self.model_files)
        self.sources = Sources(core, self.models)
        find = self.sources.passages
        self.chat_templates = ChatTemplates(core)
        self.downloads = Downloads(core)
        self.scoring = Scoring(self.models)
        self.doctor = Doctor(core, self.models)
        self.library = Library(core)
        self.prompt_files = PromptFiles(core, self.library)
        self.prompts = Prompts(core, self.prompt_files, find)
        self.samples = Samples(core, self.prompt_files, self.prompts)
        self.versions = Versions(core, find)
        self.renaming = Renaming(core, self.prompt_files, self.prompts, self.samples)
        self.exchange = Exchange(core, self.prompt_files)
        self.off_the_record = off = OffTheRecord(core, self.models, self.sources)
        self.runs = off.paired(runs := Runs(core, self.models, find))
        self.history = History(core)
        self.storage = Storage(core)
        self.protection = Protecting(core)
        self.pairs = Pairs(runs)
        self.bundles = Bundles(core, runs)
        self.erasing = Erasing(core)
        self.datasets = DataSets(core, self.history)
        self.sheets = Sheets(core)
        self.steering = off.paired(steering := Steering(core, self.models, runs))
        self.answers = Answers(core, runs, self.history, steering)
        self.cases = Cases(self.prompts, self.samples, self.datasets, runs)
        asking = Asking(core, self.models)
        sweeping = Sweeping(core, self.models, self.runs, self.answers)
        self.judges = Judges(core, asking)
        self.evaluations = Evaluations(
            core,
            Opening(
                Variants(
                    self.models,
                    self.prompt_files,
                    self.prompts,
                    self.versions,
                    runs,
                ),
                self.datasets,
                sweeping,
            ),
            sweeping,
            Measuring(core, asking),
            Programs(core),
            Gating(core, self.judges),
        )
        self.grids = Grids(self.evaluations)
        self.generated = GeneratedSets(core)
        self.votes = Votes(core, runs, Gating(core, self.judges), OtherPairs(core, asking))
        self.evaluation_files = EvaluationFiles(core, self.library, self.datasets)
        self.evaluation_setup = EvaluationSetup(core, self.datasets, sweeping)
        self.evaluation_work = EvaluationWork(core, self.evaluations)
        self.new_sets = NewSets(
            core,
            self.library,
            self.prompt_files,
            self.prompts,
            self.samples,
            self.versions,
            self.datasets,
        )
        self.chats = off.paired(chats := Chats(core, runs, self.sources))
        self.importing = Importing(core)
        self.tokens = off.paired(Tokens(core, self.models, chats, steering))
        self.exporting = off.paired(Exporting(core))
        self.profiles = Profiles(core)
        self.rewrite = Rewriting(core, self.prompts)
        self.xray = XRays(core, self.models, runs, find)
        self.rendering = Rendering(core)
        self.finder = Finder(core, self.model_files)
        self.sources = Sources(core, self.models)

    async def open(self, *, whatever_happens: bool = False) -> StoreStatus:
        """Open the history and show the library's folders; the rest starts when first needed.

        Args:
            whatever_happens: where the history cannot be opened, begin without one: the status has
                the reason, and whatever would be saved is refused with it.

        Raises:
            StoreError: the history cannot be opened and could not be repaired.
        """
        status = await self._core.open(whatever_happens=whatever_happens)
        await self.library.show_folders()
        return status

    async def close(self) -> None:
        """Stop what is running, keep its text, then end all processes."""
        await self.runs.stop_all()
        await self.off_the_record.close()
        await self._core.close()

    async def settle(self) -> StoreStatus:
        """Stop what is running, as for the end of the program, and write all that is queued.

        Returns:
            The status: whether something is unsaved, and why.
        """
        await self.runs.stop_all()
        await self.off_the_record.runs.stop_all()
        await self._core.store.flush()
        return self.store_status

    def subscribe(self, listener: Callable[[LoggedEvent], None]) -> Callable[[], None]:
        """Call ``listener`` on the loop thread for every event of every run; returns the undo."""
        return self._core.subscribe(listener)

    @property
    def engine_status(self) -> EngineStatus:
        """The engine as the status bar shows it."""
        return self._core.engines.current.status

    @property
    def store_status(self) -> StoreStatus:
        """The history as the status bar shows it."""
        return self._core.store.status

    def on_engine_status(self, listener: Callable[[EngineStatus], None]) -> None:
        """Call ``listener`` on the loop thread when the engine's status changes."""
        self._core.engines.on_status(listener)

    def on_store_status(self, listener: Callable[[StoreStatus], None]) -> None:
        """Call ``listener`` on the loop thread when the store's status changes."""
        self._core.store.on_status(listener)
