"""Where models are: our own folders, those of other programs, and those that the user named."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from workbench.domain.views import ModelFolder
from workbench.settings import Paths

OLLAMA, HUGGING_FACE, JAN = "Ollama", "Hugging Face cache", "Jan"
MODELS_FOLDER = "models folder"


def model_folders(
    paths: Paths, added: Iterable[str] = (), environment: Mapping[str, str] = os.environ
) -> tuple[ModelFolder, ...]:
    """Every folder in which models are looked for, whether or not it exists, each once.

    Args:
        paths: our own folders.
        added: folders that the user named.
        environment: the variables that say where other programs keep their models.
    """
    found = [ModelFolder(str(paths.models), MODELS_FOLDER)]
    found += [ModelFolder(str(folder), str(folder)) for folder in paths.extra_models]
    found += [ModelFolder(folder, folder, added=True) for folder in added]
    found += [ModelFolder(str(folder), source) for folder, source in _of_programs(environment)]
    return tuple({folder.path: folder for folder in reversed(found)}.values())[::-1]


def _of_programs(environment: Mapping[str, str]) -> list[tuple[Path, str]]:
    home = Path(environment.get("HOME") or environment.get("USERPROFILE") or Path.home())
    data = _data_folders(home, environment)
    return [
        (home / ".lmstudio" / "models", "LM Studio"),
        (home / ".cache" / "lm-studio" / "models", "LM Studio"),
        *((folder, OLLAMA) for folder in _ollama(home, environment)),
        (_hugging_face(home, environment), HUGGING_FACE),
        (home / "jan" / "models", JAN),
        *((folder / "Jan" / "data" / part, JAN)
          for folder in data for part in ("models", "llamacpp/models")),
        *((folder / "nomic.ai" / "GPT4All", "GPT4All") for folder in data),
    ]  # fmt: skip


def _data_folders(home: Path, environment: Mapping[str, str]) -> list[Path]:
    """Where programs keep their data on this system."""
    if sys.platform == "win32":
        roaming = environment.get("APPDATA") or home / "AppData" / "Roaming"
        local = environment.get("LOCALAPPDATA") or home / "AppData" / "Local"
        return [Path(roaming), Path(local)]
    if sys.platform == "darwin":
        return [home / "Library" / "Application Support"]
    return [Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share")]


def _ollama(home: Path, environment: Mapping[str, str]) -> list[Path]:
    if environment.get("OLLAMA_MODELS"):
        return [Path(environment["OLLAMA_MODELS"]).expanduser()]
    folders = [home / ".ollama" / "models"]
    if sys.platform.startswith("linux"):  # where its installer puts the service's own
        folders.append(Path("/usr/share/ollama/.ollama/models"))
    return folders


def _hugging_face(home: Path, environment: Mapping[str, str]) -> Path:
    for variable, below in (
        ("HF_HUB_CACHE", ""),
        ("HUGGINGFACE_HUB_CACHE", ""),  # its older name, which is still read
        ("HF_HOME", "hub"),
        ("XDG_CACHE_HOME", "huggingface/hub"),
    ):
        if environment.get(variable):
            return Path(environment[variable]).expanduser() / below
    return home / ".cache" / "huggingface" / "hub"
