"""Models behind an OpenAI-compatible server: llama-server, vLLM, Ollama, hosted services.

The ``openai`` package is imported when the first connection is made.

engine.py: `RemoteEngine`: a model on a server, as an engine
connection.py: one client to one server: limit, retries, readable errors
limiter.py: how many requests a server gets at once, the most urgent first
facts.py: what a server says of itself
parameters.py: sampling parameters in the words of each kind of server
answering.py: one request: its samples as frames
streaming.py: the events of a streamed answer
stream_chunks.py: what is read of a server's answers
scoring.py: how probable given texts are
failures.py: what can go wrong with a server, one sentence each
"""

from workbench.engine.remote.connection import Connection
from workbench.engine.remote.engine import RemoteEngine
from workbench.engine.remote.facts import examine

__all__ = ["Connection", "RemoteEngine", "examine"]
