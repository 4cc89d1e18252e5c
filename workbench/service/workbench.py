"""The class that every face talks to."""

from __future__ import annotations

from workbench.service.answers import AnswerService
from workbench.service.chats import ChatService
from workbench.service.datasets import DataService
from workbench.service.doctor import DoctorService
from workbench.service.downloads import DownloadService
from workbench.service.editing import EditingService
from workbench.service.exchange import ExchangeService
from workbench.service.rewrite import RewriteService
from workbench.service.versions import VersionService
from workbench.service.xray import XRayService


class Workbench(
    ChatService,
    AnswerService,
    DoctorService,
    DownloadService,
    XRayService,
    EditingService,
    ExchangeService,
    DataService,
    VersionService,
    RewriteService,
):
    """The whole program: prompts, data, models, runs, answers, downloads, chats, history, scores.

    Use :meth:`open` before and :meth:`close` after; every coroutine runs on one event loop.
    """
