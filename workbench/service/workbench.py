"""The class that every face talks to."""

from __future__ import annotations

from workbench.service.answers import AnswerService
from workbench.service.chats import ChatService
from workbench.service.doctor import DoctorService
from workbench.service.downloads import DownloadService
from workbench.service.xray import XRayService


class Workbench(ChatService, AnswerService, DoctorService, DownloadService, XRayService):
    """The whole program: prompts, models, runs and answers, downloads, chats, history, scores.

    Use :meth:`open` before and :meth:`close` after; every coroutine runs on one event loop.
    """
