"""The folders that are searched for models, and the models found there."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from workbench.domain.views import ModelEntry, ModelFolder, ModelScan
from workbench.history import session
from workbench.models.discovery import places
from workbench.models.discovery import scan as discovery
from workbench.service.added_folders import AddedFolders, existing_folder
from workbench.service.core import Core
from workbench.service.models.servers import Servers

_MODEL_FOLDERS = "model_folders"


class ModelFiles:
    """The folders of models, and the models in them and on servers."""

    def __init__(self, core: Core, servers: Servers) -> None:
        self._store = core.store
        self._paths = core.paths
        self._servers = servers

    async def scan(self) -> ModelScan:
        """Every model, adapter and projector known, and what could not be looked at.

        The starter model comes first and the models of servers last; a file that cannot be read
        carries its error.
        """
        found = await asyncio.to_thread(discovery.scan, self._paths, await self.added_folders.all())
        speeds = await self._store.read(session.load_speeds)
        models = tuple(
            msgspec.structs.replace(entry, speed=speeds.get(entry.path))
            for entry in (*found.models, *await self._servers.models())
        )
        return msgspec.structs.replace(found, models=models)

    async def all(self) -> tuple[ModelEntry, ...]:
        """The models of :meth:`scan`."""
        return (await self.scan()).models

    async def folders(self) -> tuple[ModelFolder, ...]:
        """Where models are looked for: folders that exist, and those that the user named."""
        added = await self.added_folders.all()
        return await asyncio.to_thread(_present_folders, places.model_folders(self._paths, added))

    async def add_folder(self, folder: str) -> ModelFolder:
        """Look for models in a further folder from now on.

        Raises:
            UsageError: it is no folder.
        """
        path = await asyncio.to_thread(existing_folder, folder)
        await self.added_folders.add(path)
        return ModelFolder(path, path, added=True)

    async def remove_folder(self, folder: str) -> None:
        """Look there no more; the files stay as they are.

        Raises:
            UsageError: it was not added.
        """
        await self.added_folders.remove(folder)

    @property
    def added_folders(self) -> AddedFolders:
        """The folders that the user added."""
        return AddedFolders(self._store, _MODEL_FOLDERS)


def _present_folders(folders: tuple[ModelFolder, ...]) -> tuple[ModelFolder, ...]:
    return tuple(folder for folder in folders if folder.added or Path(folder.path).is_dir())
