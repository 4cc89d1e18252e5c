"""Design: library, editor, inputs, what the model receives, and a run of it.

panel.py: the workspace, and its commands
view_model.py: the open prompts, their analysis and preview
document.py: one open prompt: text, values, what is known of them
drafts.py: unsaved text: on disk soon, and there again at the next start
saving.py: what the core is asked for when a prompt is saved
work_area.py: the centre: tabs, editor, problems, inputs
tabs.py: the row of open prompts
tool_panes.py: the side pane: rendered prompt, result, tools (`SIDES` lists them)
regions.py: keyboard focus from one region to the next
session.py: what is kept between sessions
awaited.py: prompts that were asked for and are not open yet
earlier_text.py: a prompt opened from a run: what has changed since, and the way back
token_warnings.py: warnings about values that use many tokens
inputs/: fields, sample sets, options of the front matter
preview/: what the model will receive
run/: running the open prompt, and its results
tools/: tool panes
"""
