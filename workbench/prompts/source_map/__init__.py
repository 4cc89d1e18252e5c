"""The source map: which place of a template each character of the rendered prompt comes from.

tracing.py: renders with tracing
marking.py: marks the template's syntax tree so that output can be traced
traced_text.py: text that knows its pieces, and the filters that keep them
source_places.py: places of texts, expressions and statements in the source
token_places.py: places of the template's (Jinja) tokens
packing.py: messages on their way out of the sandbox, each origin once
"""
