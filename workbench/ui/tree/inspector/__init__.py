"""One node: its thought, its tokens, and what can be done with it.

inspector.py: the pane
thought_origin.py: the call that wrote the thought
token_view.py: the output by token, tinted by probability
alternatives.py: other tokens, and continuing from one
forms.py: asks for a thought or parameters before the search is changed
"""
