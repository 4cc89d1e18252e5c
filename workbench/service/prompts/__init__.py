"""Prompts for the window and the command line: files, the library, data, versions, formats.

prompts.py: what a text contains (analysis), and what the model will receive (preview, tokens)
passages.py: the passages that one rendering asks for
token_map.py: counts the preview's tokens by message, span, variable, line and block
reuse.py: what the model must read again when a part of a prompt changes
prompt_files.py: reads, saves, copies, renames and deletes prompt files; their drafts
library.py: folders, search, favourites, tags, moving
samples.py: sample sets
datasets.py: data sets, files, images and earlier runs that fill inputs
sheets.py: data sets edited: opened, saved in their own format, cases added
versions.py: versions: listed, compared, named
renaming.py: renames inputs in a prompt, its samples and prompts that share them
front_matter_strategy.py: whether the strategy in the front matter can be used
exchange.py: import and export of prompts and bundles
exchange_files.py: reads and writes those files within limits
"""
