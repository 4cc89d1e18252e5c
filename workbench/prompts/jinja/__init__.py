"""The template language: environments, analysis, checks, completion, formatting, renaming.

environment.py: the Jinja environments: what a template may do and reach
analysis.py: what can be known of a template without rendering it
checks.py: warnings: unused names, refused access
diagnosis.py: syntax errors as one sentence with line and column
undeclared.py: which names a template needs values for
value_origins.py: which variable a loop target or an assignment comes from
scope.py: which names have a value at a place of a half-typed template
passages.py: `retrieve`: passages of the user's documents, as data
completion.py: what can be typed at a place
vocabulary.py: keywords, filters and tests with one line of help each, for completion
formatting.py: formats a prompt file on demand
renaming.py: renames an input in body and front matter, and in files that share it
searching.py: find and replace with patterns, in the sandbox
"""
