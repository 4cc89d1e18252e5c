"""The class that every face talks to."""

from __future__ import annotations

from workbench.service.chats import ChatService
from workbench.service.doctor import DoctorService


class Workbench(ChatService, DoctorService):
    """The whole program: prompts, models, runs, conversations, history.

    Use :meth:`open` before and :meth:`close` after; every coroutine runs on one event loop.
    """
