"""The default number of cores for computing a model."""

from __future__ import annotations

import os

import psutil


def physical_cores() -> int:
    """Cores that this process may use, without their hyper-threads."""
    usable = len(psutil.Process().cpu_affinity()) if hasattr(psutil.Process, "cpu_affinity") else 0
    physical = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    return max(1, min(physical, usable or physical))
