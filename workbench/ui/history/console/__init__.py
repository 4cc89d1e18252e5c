"""Questions in SQL to the history, for reading alone.

console_view.py: the question, its limits, and the answer
rows_model.py: the rows of the answer as a table
schema_tree.py: the tables and their columns, to be put into the question
"""
