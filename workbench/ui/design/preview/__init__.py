"""What the model will receive: rendered messages, the raw prompt, its tokens.

preview.py: the pane: messages, raw text, tokens
rendering.py: renders the prompt as it is typed
messages_page.py: messages, tinted by origin
rendered_lines.py: a message as lines, and what is folded
pages.py: raw prompt and tokens
reuse_view.py: what a change of each variable costs
source_map.py: links editor, inputs, messages and token meter
"""
