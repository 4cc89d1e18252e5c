"""``${env:NAME}`` and ``${file:path}`` in front matter: left alone unless they are allowed."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from workbench import files
from workbench.domain.errors import FrontMatterError
from workbench.domain.runs.spec import Json
from workbench.prompts.formats.bounded_reading import decoded, read_json, read_yaml
from workbench.prompts.front_matter.keys import REFERENCE

FILE_BYTES = 256_000


@dataclass(frozen=True)
class Allowed:
    """What references may reach: by default nothing.

    ``environment`` names variables; ``files`` allows files in the prompt's own folder and below.
    """

    environment: frozenset[str] = frozenset()
    files: bool = False


def resolved(
    value: Json,
    path: str,
    allowed: Allowed,
    *,
    environment: Mapping[str, str] | None = None,
) -> Json:
    """A value of front matter with its allowed references replaced; others stay as they are.

    A text that is one reference to a JSON or YAML file becomes that file's value.

    Args:
        value: any value; lists and mappings are gone through.
        path: the prompt file, in whose folder files are looked for.
        allowed: what may be read.
        environment: the variables; None takes the process's own.

    Raises:
        FrontMatterError: something allowed is missing, too large, or lies outside the folder. What
            was read is never in the message.
    """
    if isinstance(value, str):
        return _text(value, path, allowed, os.environ if environment is None else environment)
    if isinstance(value, dict):
        return {
            key: resolved(each, path, allowed, environment=environment)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [resolved(each, path, allowed, environment=environment) for each in value]
    return value


def _text(text: str, path: str, allowed: Allowed, environment: Mapping[str, str]) -> Json:
    whole = REFERENCE.fullmatch(text.strip())
    if whole and whole[1].lower() == "file" and allowed.files:
        return _file(whole[2], path)

    def replace(match: re.Match[str]) -> str:
        if match[1].lower() == "env":
            name, sign, default = match[2].partition(":")
            if name not in allowed.environment:
                return match.group()
            if name not in environment and not sign:
                raise FrontMatterError(f"the environment has no variable {name}.", path, 1)
            return environment.get(name, default)
        return str(_file(match[2], path)) if allowed.files else match.group()

    return REFERENCE.sub(replace, text)


def _file(name: str, path: str) -> Json:
    folder = Path(path).resolve().parent
    parts = PurePosixPath(name)
    target = (folder / parts).resolve()
    outside = parts.is_absolute() or ".." in parts.parts or "\\" in name or "\0" in name
    if outside or not target.is_relative_to(folder):
        raise FrontMatterError(f"the file {name} lies outside of the prompt's folder.", path, 1)

    def error(_: str, reason: str) -> FrontMatterError:
        return FrontMatterError(f"{name}: {reason}", path, 1)

    text = decoded(files.read_bytes(target, FILE_BYTES, error), name)
    suffix = target.suffix.lower()
    if suffix == ".json":
        return read_json(text, name)
    return read_yaml(text, name) if suffix in {".yaml", ".yml"} else text
