"""Parameters of metrics that ask a model."""

from __future__ import annotations

from typing import Annotated

import msgspec

from workbench.domain.parameters import about


class ModelParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which model is asked."""

    model: Annotated[
        str,
        about(
            title="Model",
            description="A model's name or path; empty is the model of each variant.",
        ),
    ] = ""
