"""Words for downloads."""

from __future__ import annotations

from workbench.domain.text import seconds_text, size_text
from workbench.domain.views import DownloadProgress


def progress_text(progress: DownloadProgress) -> str:
    """How far a download is, how fast, and how long it will still take."""
    share = progress.done_bytes / max(progress.total_bytes, 1)
    lead = f"{progress.file}: {share:.0%} of {size_text(progress.total_bytes)}"
    if progress.state == "checking":
        return f"{lead}, checking"
    speed = progress.bytes_per_second
    if speed <= 0:
        return lead
    left = (progress.total_bytes - progress.done_bytes) / speed
    return f"{lead}, {size_text(speed)}/s, {seconds_text(left)} left"
