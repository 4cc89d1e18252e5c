"""What a start of the program asks the window for: a file, a conversation, a run, a workspace."""

from __future__ import annotations

from pathlib import Path

import msgspec

from workbench.domain.errors import UsageError

_ITEMS = {"chat": "conversation_id", "run": "run_id", "evaluation": "evaluation_id"}
_WORKSPACES = {"run": "history", "evaluation": "evaluate"}
_PLACES = ("design", "compare", "tree", "chat", "evaluate", "history", "models")
_FILES = {
    ".gguf": ("models", "path"),
    ".yaml": ("evaluate", "set"),
    ".yml": ("evaluate", "set"),
    ".json": ("chat", "import_path"),
    ".jsonl": ("chat", "import_path"),
    ".zip": ("chat", "import_path"),
}
_SCHEME = "workbench:"


class OpenRequest(msgspec.Struct, frozen=True):
    """A workspace, and what it is handed: one of the keys that its ``handle`` knows, and a value.

    Without a workspace the window is only shown.
    """

    workspace: str = ""
    key: str = ""
    value: str | int = ""


def read_request(target: str, folder: Path) -> OpenRequest:
    """What a word of the command line means.

    Args:
        target: a file; ``chat/12``, ``run/34`` or ``evaluation/5``, also with ``workbench:`` before
            it; or the name of a workspace.
        folder: that a file's path is relative to.

    Raises:
        UsageError: it is none of these.
    """
    word = target.removeprefix(_SCHEME).lstrip("/") if target.startswith(_SCHEME) else target
    kind, _, number = word.partition("/")
    if kind in _ITEMS and number.isascii() and number.isdigit() and len(number) < 19:
        return OpenRequest(_WORKSPACES.get(kind, kind), _ITEMS[kind], int(number))
    if word in (*_PLACES, "settings", "help"):
        return OpenRequest(word)
    path = folder / Path(target).expanduser()
    if not path.is_file():
        raise UsageError(
            f"{target} cannot be opened: give a file, chat/NUMBER, run/NUMBER, "
            "evaluation/NUMBER or the name of a workspace."
        )
    workspace, key = _FILES.get(path.suffix.lower(), ("design", "path"))
    return OpenRequest(workspace, key, str(path.absolute()))
