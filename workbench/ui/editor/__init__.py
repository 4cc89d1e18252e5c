"""The template editor; it knows nothing of Design.

editor.py: the text editor widget
prompt_text.py: the text of one open prompt: undo, folds, line ends
structure.py: tags, blocks, messages and folds of a text
highlighter.py: colours of Jinja, front matter, roles, variables
decorations.py: tints and underlines
gutter.py: line numbers, fold arrows, tokens of each line
inlay_hints.py: text after the end of lines
folding.py: folds front matter, messages and blocks
completer.py: when completion opens, and its keys
completion_popup.py: its list
typing_help.py: closes brackets and tags
tab_stops.py: the places of a snippet
half_typed.py: the tag being typed; no errors in it yet
edits.py: edits made by commands, one undo step each
find_bar.py: find and replace
rename_bar.py: renames a variable
problem_bar.py: one problem with its fix
problem_list.py: all problems
"""
