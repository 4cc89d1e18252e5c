"""The whole program without a face: everything the window and the command line can do."""

from workbench.service.chats import ChatOptions
from workbench.service.workbench import Workbench

__all__ = ["ChatOptions", "Workbench"]
