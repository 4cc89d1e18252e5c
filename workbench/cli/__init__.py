"""The command line: everything but the window, without Qt.

main.py: the commands; heavy imports wait until a command needs them
opening.py: `open`: the window, with a file or a place
options.py: options that several commands share, and how their texts become a run
reading.py: files that a command line names, read within limits of size and depth
passphrases.py: the passphrase of an encrypted history: given, or asked
terminal.py: text for the terminal: control characters as escapes, tables
doctor.py: `doctor`: what is installed, what this machine can do, how fast it is
profiles.py: `profiles`: named system prompts for conversations
history.py: `history`: find runs and conversations again
tokens.py: `history tokens`, `samplers`, `token-storage`: the tokens of stored answers
history_pairs.py: `history compare`, `reproduce`, `stats`
compatibility.py: refuses pairs of package versions that would crash the interpreter
sources/: `sources`: collections of your own documents
prompts/: `render`, `prompts`, `library`, `data`, `versions`, `rewrite`, `xray`
runs/: `run`, `runs`, `compare`, `strategies`
evaluation/: `eval`
storage/: `storage`
chats/: `chats`, `chat`
models/: `models`, `score`, `servers`
"""

from workbench.cli.main import main

__all__ = ["main"]
