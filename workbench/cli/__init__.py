"""The command line: everything but the window, without Qt."""

from workbench.cli.main import main

__all__ = ["main"]
