"""What runs work with."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from workbench.domain.runs.events import LoggedEvent
from workbench.domain.sources.passages import Find
from workbench.engine.protocol import Engine
from workbench.processes.pool import SandboxPool
from workbench.prompts.library.library import PromptLibrary
from workbench.runs.journal import RunStore


class Tools(NamedTuple):
    """What runs work with. The engine has the run's model."""

    engine: Engine
    store: RunStore
    pool: SandboxPool
    library: PromptLibrary
    listener: Callable[[LoggedEvent], None]
    """Is called on the core's loop with each event."""
    find: Find | None = None
    """Looks into the user's documents for a prompt."""
