"""Conversations as files: each format a pure function from a transcript to a text.

formats.py: all of them by name
own_json.py: our own JSON, whole, with all branches; it can be read back without loss
markdown.py: for reading and for other programs' notes
html.py: one page without scripts, for a browser and for printing
openai_jsonl.py: OpenAI's messages, a line a conversation
sharegpt.py: ShareGPT, for training
csv_table.py: a row a message
paths.py: the branches that a format writes, and what of them
"""
