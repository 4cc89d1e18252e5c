"""Several answers to one message side by side.

answerers.py: who answers next to the chosen model and strategy
sides_view.py: the columns in the transcript
column_head.py: which column goes on, and its stop
places.py: which places of a branch have columns
sides.py: joins them with the panel
"""
