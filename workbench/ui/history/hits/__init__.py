"""What a search finds in the history.

hits_pane.py: kinds, days, hits
hits_model.py: searches as one types; the hits as rows
hits_list.py: paints the hits; which runs are to be compared
hits_a_day.py: a bar for each day with hits
hit_view.py: a hit that is no run
"""
