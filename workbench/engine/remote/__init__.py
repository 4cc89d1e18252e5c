"""Models behind an OpenAI-compatible server: llama-server, vLLM, Ollama, hosted services.

``connection.py`` speaks to one server (retries, limit, errors in ``failures.py``), ``facts.py`` is
what it says of itself, ``chunks.py`` what is read of its answers, ``parameters.py`` what is asked;
``answering.py`` runs one request and ``scoring.py`` one score; ``engine.py`` is the engine. The
``openai`` package is imported when the first connection is made.
"""

from workbench.engine.remote.connection import Connection
from workbench.engine.remote.engine import RemoteEngine
from workbench.engine.remote.facts import examine

__all__ = ["Connection", "RemoteEngine", "examine"]
