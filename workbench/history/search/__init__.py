"""Full-text search in everything that was written: one FTS5 index over all tables with texts.

words.py: texts as the index takes them, what is typed as a query, filters as words
documents.py: what of each table is found, and under which tags
table.py: the FTS5 table and its forms, and the triggers that note what has changed
indexing.py: brings the index up to date in short steps; how far it is
finding.py: queries: newest or best first, counts, hits a day
hits.py: rows of the index to hits with their texts
snippets.py: the place of a text where the words occur, marked
"""
