"""Sandbox processes that tests hand on to each other.

Starting one costs half a second of processor time, and a program that renders a single template
starts three. Nothing of a call is left in a process, which is why the program itself uses it again;
so a test that is not about processes may as well take one that another test has started.
"""

from __future__ import annotations

from workbench.processes.child import SandboxChild
from workbench.processes.pool import SandboxPool

_MOST = 5
_left: list[SandboxChild] = []


class SharingPool(SandboxPool):
    """A pool that begins with the processes which pools before it left, and leaves its own."""

    async def close(self) -> None:
        """End what is running, as any pool; processes that wait for work are left for others."""
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            if len(_left) < _MOST and child.usable:
                _left.append(child)
            else:
                child.kill()
        await super().close()

    def _start(self) -> SandboxChild:
        try:
            return _left.pop()
        except IndexError:
            return super()._start()


def end_all() -> None:
    """End the processes that are left."""
    while _left:
        _left.pop().kill()
