"""Exports of services: ChatGPT, Claude, Open WebUI, LibreChat."""
