"""Random cases for the reference packages, which are installed by the extra ``oracles``."""

from __future__ import annotations

import random

import pytest

CASES = 500


@pytest.fixture
def cases() -> list[random.Random]:
    """A source of chance for each case, the same in every run."""
    return [random.Random(seed) for seed in range(CASES)]
