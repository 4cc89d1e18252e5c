"""The class that every face talks to."""

from __future__ import annotations

from workbench.service.answers import AnswerService
from workbench.service.chats import ChatService
from workbench.service.doctor import DoctorService
from workbench.service.downloads import DownloadService
from workbench.service.editing import EditingService
from workbench.service.scoring import ScoringService


class Workbench(
    ChatService, AnswerService, DoctorService, DownloadService, ScoringService, EditingService
):
    """The whole program: prompts, models, runs and answers, downloads, chats, history, scores.

    Use :meth:`open` before and :meth:`close` after; every coroutine runs on one event loop.
    """
