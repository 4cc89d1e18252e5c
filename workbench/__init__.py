"""Prompt Workbench: design prompts, run strategies on local models, keep everything."""

__version__ = "0.1.0"
