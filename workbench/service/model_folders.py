"""Where models are looked for, and what is there."""

from __future__ import annotations

from pathlib import Path

import msgspec

from workbench.domain.views import ModelEntry, ModelFolder, ModelScan
from workbench.models import discovery, places
from workbench.service.added_folders import AddedFolders, existing_folder
from workbench.service.servers import ServerService

_MODEL_FOLDERS = "model_folders"


class ModelFolderService(ServerService):
    """The part of the service that knows the folders of models."""

    async def scan_models(self) -> ModelScan:
        """Every model, adapter and projector known, and what could not be looked at.

        The starter model comes first and the models of servers last; a file that cannot be read
        carries its error.
        """
        found = await self._in_thread(discovery.scan, self.paths, await self._added_folders.all())
        speeds = await self._store.speeds()
        models = tuple(
            msgspec.structs.replace(entry, speed=speeds.get(entry.path))
            for entry in (*found.models, *await self._server_models())
        )
        return msgspec.structs.replace(found, models=models)

    async def list_models(self) -> tuple[ModelEntry, ...]:
        """The models of :meth:`scan_models`."""
        return (await self.scan_models()).models

    async def model_folders(self) -> tuple[ModelFolder, ...]:
        """Where models are looked for: folders that exist, and those that the user named."""
        added = await self._added_folders.all()
        return await self._in_thread(_present_folders, places.model_folders(self.paths, added))

    async def add_model_folder(self, folder: str) -> ModelFolder:
        """Look for models in a further folder from now on.

        Raises:
            UsageError: it is no folder.
        """
        path = await self._in_thread(existing_folder, folder)
        await self._added_folders.add(path)
        return ModelFolder(path, path, added=True)

    async def remove_model_folder(self, folder: str) -> None:
        """Look there no more; the files stay as they are.

        Raises:
            UsageError: it was not added.
        """
        await self._added_folders.remove(folder)

    @property
    def _added_folders(self) -> AddedFolders:
        return AddedFolders(self._store, _MODEL_FOLDERS)


def _present_folders(folders: tuple[ModelFolder, ...]) -> tuple[ModelFolder, ...]:
    return tuple(folder for folder in folders if folder.added or Path(folder.path).is_dir())
