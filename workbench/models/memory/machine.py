"""How much memory this process may take: the machine's, or less where its group has a limit.

Containers and services limit memory by control groups (Linux, ``Documentation/admin-guide``:
``cgroup-v1/memory.rst`` and ``cgroup-v2.rst``). What goes over is killed, however much the machine
itself has free.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import psutil

_SYSTEM = Path("/")
_UNLIMITED_BYTES = 2**60
"""Version 1 writes its largest number where there is no limit."""


@dataclass(frozen=True)
class Memory:
    """Bytes that can be had at all, and those that are free now."""

    total_bytes: int
    free_bytes: int


def memory(root: Path = _SYSTEM) -> Memory:
    """The memory that this process may take.

    File contents that the kernel keeps and can let go of, such as a mapped model, count as free.

    Args:
        root: where ``proc`` and ``sys`` are.
    """
    machine = psutil.virtual_memory()
    total, free = machine.total, machine.available
    for limit, used in _limits(root):
        total = min(total, limit)
        free = min(free, max(0, limit - used))
    return Memory(total, free)


def memory_kills(root: Path = _SYSTEM) -> int | None:
    """How many processes the kernel has ended since its start because the memory ran out.

    None where it does not count them.
    """
    return _values(root / "proc/vmstat").get("oom_kill")


def _limits(root: Path) -> Iterator[tuple[int, int]]:
    """Limit and use of each group this process is in, and of those around it."""
    try:
        lines = (root / "proc/self/cgroup").read_text("utf-8").splitlines()
    except (OSError, ValueError):
        return
    for line in lines:
        _, controllers, place = (*line.split(":", 2), "", "")[:3]
        if not controllers:
            mount, names = root / "sys/fs/cgroup", ("memory.max", "memory.current")
            files = ("inactive_file", "active_file")
        elif "memory" in controllers.split(","):
            mount = root / "sys/fs/cgroup/memory"
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes")
            files = ("total_inactive_file", "total_active_file")
        else:
            continue
        inner = PurePosixPath(place.lstrip("/"))
        for folder in (inner, *inner.parents):
            limit, used = (_number(mount / folder / name) for name in names)
            if limit is None or used is None or limit >= _UNLIMITED_BYTES:
                continue
            kept = _values(mount / folder / "memory.stat")
            yield limit, used - sum(kept.get(name, 0) for name in files)


def _number(file: Path) -> int | None:
    """The number in a file; None for "max", and where there is none."""
    try:
        return int(file.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def _values(file: Path) -> dict[str, int]:
    """Lines of a name and a number."""
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, ValueError):
        return {}
    pairs = (line.split() for line in lines)
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}
