"""The tool panes of Design, a folder each; ui/design/tool_panes.py lists them.

exchange.py: import and export of prompts of other programs
data/: rows that fill inputs
rewrite/: a model suggests a better prompt
versions/: the timeline of a prompt
xray/: which part of the prompt an answer depends on
"""
