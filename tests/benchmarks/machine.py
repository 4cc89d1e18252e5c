"""Naming the machine, so that figures can be compared."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path
from typing import Any

import psutil


def describe_machine() -> dict[str, Any]:
    """Processor, cores, memory in bytes, kernel and Python, and how busy it is."""
    return {
        "processor": _processor(),
        "cores": physical_cores(),
        "memory_bytes": psutil.virtual_memory().total,
        "kernel": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
    }


_STEPS, _SHORT_STEPS = 300_000, 3_000


def slowdown() -> float:
    """How many times longer Python takes now than it would by itself, in processor time.

    Other programs on a machine make each second of the processor worth less (shared caches and
    cores). The shortest of many pieces that are too short to be disturbed is what it can do.
    """
    shortest = min(_seconds(_SHORT_STEPS) for _ in range(1_000))
    return _seconds(_STEPS) / (shortest * _STEPS / _SHORT_STEPS)


def _seconds(steps: int) -> float:
    begun = time.thread_time()
    sum(step * step for step in range(steps))
    return time.thread_time() - begun


def physical_cores() -> int:
    """Cores without their hyper-threads."""
    return psutil.cpu_count(logical=False) or os.cpu_count() or 1


def steal_seconds() -> float:
    """Processor seconds that a virtual machine wanted and did not get, since it was started."""
    return float(getattr(psutil.cpu_times(), "steal", 0.0))


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
