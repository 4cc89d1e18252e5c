"""Data sets: tables of rows, which prompt they match, and what a row gives to its inputs.

reading.py: CSV, TSV, JSONL, JSON and YAML as a table, read in a sandbox process
shapes.py: rows as benchmarks write them, with the columns that are used here
sheet_files.py: the rows as their file has them, and written back
matching.py: which data set fits a prompt
row_values.py: what a row gives to the inputs of a prompt
"""
