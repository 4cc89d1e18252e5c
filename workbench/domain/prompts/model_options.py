"""Model options in the front matter of a prompt: model, strategy, sampling, seed."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from workbench.domain.runs.spec import Json
from workbench.domain.servers import PREFIX
from workbench.domain.views import ModelEntry

_MOST_SHOWN = 60


class HeadOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The model options of front matter that can be used; a run of the prompt takes them.

    ``strategy`` is the id of the strategy that the front matter names, "" for none, with
    ``params``; ``sampling`` has names and checked values of
    :class:`workbench.domain.runs.sampling.Sampling`; ``seed`` is None where there is none;
    ``unresolved`` are references such as ``${env:KEY}`` that stay as they are.
    """

    model: str = ""
    sampling: dict[str, Json] = {}
    seed: int | None = None
    unresolved: tuple[str, ...] = ()
    strategy: str = ""
    params: dict[str, Json] = {}
    faults: tuple[str, ...] = ()
    """Sentences about options that have no effect."""

    @property
    def given(self) -> dict[str, Json]:
        """The sampling, and the seed as "seed" where there is one."""
        return self.sampling if self.seed is None else {**self.sampling, "seed": self.seed}


def model_of_front_matter(name: str, models: Iterable[ModelEntry]) -> ModelEntry | None:
    """The model that front matter names, None where it is not here.

    Names are compared without regard to case, and with or without the quantization. Models on
    servers are never taken: a prompt file decides nothing about where text is sent.
    """
    wanted = name.strip().casefold().removesuffix(".gguf")
    if not wanted:
        return None
    usable = [each for each in models if not each.error and not each.path.startswith(PREFIX)]
    for each in usable:
        if each.name.casefold() == wanted:
            return each
    return next((each for each in usable if _plain(each) == wanted), None)


def words_of_option(name: str, value: Json) -> str:
    """An option in a few words: "temperature 0.2", "seed 7", "stop END, ###", "a grammar"."""
    if name in ("grammar", "json_schema"):
        return name.replace("_", " ")
    if isinstance(value, list | tuple):
        value = ", ".join(str(each) for each in value) or "none"
    elif isinstance(value, dict):
        value = ", ".join(f"{key} {each:g}" for key, each in value.items()) or "none"
    elif isinstance(value, float):
        value = f"{value:g}"
    shown = " ".join(str(value).split())
    shown = shown if len(shown) <= _MOST_SHOWN else f"{shown[:_MOST_SHOWN]}…"
    return f"{name.replace('_', ' ')} {shown}"


def _plain(entry: ModelEntry) -> str:
    """A model's name without its quantization."""
    name, note = entry.name.casefold(), entry.quantization.casefold()
    return name.removesuffix(f".{note}").removesuffix(f"-{note}") if note else name
