"""Each test has a core of its own."""

from tests.ui.fresh import bridge, engine

__all__ = ["bridge", "engine"]
