"""The shape that a step must have, joined with the run's sampling."""

from __future__ import annotations

import msgspec

from workbench.domain.runs.sampling import Sampling
from workbench.engine.protocol import LoadedModel

NO_GRAMMARS = "The server takes no grammar: the form of a step is asked for and not enforced."


def shaped(
    sampling: Sampling, grammar: str, model: LoadedModel | None
) -> tuple[Sampling, tuple[str, ...]]:
    """The sampling with a step's grammar, which goes before the shape of the whole run.

    Returns:
        It, and a sentence where the engine takes no grammar and the step goes without.
    """
    if not grammar:
        return sampling, ()
    if model is not None and not model.takes_grammars:
        return sampling, (NO_GRAMMARS,)
    return msgspec.structs.replace(sampling, grammar=grammar, json_schema=""), ()
