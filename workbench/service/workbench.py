"""The class that every face talks to."""

from __future__ import annotations

from workbench.service.chats import ChatService
from workbench.service.doctor import DoctorService
from workbench.service.downloads import DownloadService
from workbench.service.scoring import ScoringService


class Workbench(ChatService, DoctorService, DownloadService, ScoringService):
    """The whole program: prompts, models, runs, downloads, conversations, history, scores of texts.

    Use :meth:`open` before and :meth:`close` after; every coroutine runs on one event loop.
    """
