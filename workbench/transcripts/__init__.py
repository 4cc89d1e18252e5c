"""Conversations of other programs: their files read into one form, and written from it.

A reader is a pure function of the values of a file; it gives transcripts, or the reason why there
is none. Files are hostile: sandbox processes open and read them (jobs.py).

reader.py: what a format is: a score for a sample, and a function that reads
registry.py: all formats
sniffing.py: which format a file is, by its content
splitting.py: where the values of a large JSON file begin and end, a piece at a time
jobs.py: what is done in a sandbox process
archives.py: members of zip archives, checked
tree_builder.py: a sound tree of the links that a file has
highlighting.py: what in code of answers has which colour
formulas.py: LaTeX formulas of answers as drawings
values.py: times, texts, names and thoughts of other programs
services/: ChatGPT, Claude, Open WebUI, LibreChat
desktop/: LM Studio, GPT4All, Jan, llama.cpp, textgen
roleplay/: SillyTavern, KoboldAI Lite, mikupad, character cards
writing/: conversations as Markdown, JSON, HTML, JSONL, ShareGPT, CSV
exchange/: OpenAI's messages, ShareGPT, our own JSON
"""
