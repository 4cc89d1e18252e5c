"""The whole program without a window: everything the window and the command line can do.

off_record.py: conversations off the record: parts of a second history, in memory only
workbench.py: `Workbench`: the parts, composed
core.py: resources that the parts share, opened and closed together
session.py: `core.session`: JSON values kept between sessions, by key
history.py: the list of runs, and search in all that was written
finder.py: finds prompts, runs, chats and models by name, for the palette (Ctrl+K)
rendering.py: formulas of answers as drawings, colours of their code
doctor.py: what is installed, what this machine can do, how fast it is
added_folders.py: folders that the user added
prompts/: prompt files, library, samples, data sets, versions, formats
runs/: starting, steering, answers, cases, rewrite, X-ray
evaluation/: sets of cases and variants: opened, run, scored
chats/: conversations: sending, versions and branches
transcripts/: conversations in and out of files
storage/: the data folder as a whole: sizes, backups, restoring
tokens/: tokens of stored answers; samplers looked at along them
sources/: the user's own documents: collections, their index, what is found in them
models/: files, servers, downloads, loading, scoring
"""

from workbench.domain.chat import ChatOptions
from workbench.service.workbench import Workbench

__all__ = ["ChatOptions", "Workbench"]
