"""Views of text: streamed, compared, typed.

streaming_text.py: text that grows while a model writes
soft_breaks.py: line breaks for display only, so that long texts stay fast
sending_text.py: a small text field where Ctrl+Enter sends
copied.py: what Copy takes from a view
diff_view.py: differences between texts
"""
