"""Words for sizes and downloads."""

from __future__ import annotations

from workbench.domain.views import DownloadProgress
from workbench.ui.runs.words import seconds_text

_MB = 1e6


def size_text(count: int) -> str:
    """Bytes as a hub writes them: "98 MB", "4.7 GB"."""
    if count < 1000 * _MB:
        return f"{count / _MB:,.0f} MB" if count >= _MB else f"{count / 1000:,.0f} kB"
    return f"{count / (1000 * _MB):,.1f} GB"


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
    return f"{lead}, {speed / _MB:,.1f} MB/s, {seconds_text(left)} left"
