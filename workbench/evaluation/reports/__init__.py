"""Results of evaluations as files: pure functions from a result to a text.

junit.py: JUnit XML for build servers
table.py: CSV of cases by variants, formulas as text
page.py: a page of HTML that needs nothing else
lines.py: JSON Lines of cases by variants
markdown.py: a document of Markdown
summary.py: counts and analysis as tables of text, for page and document
"""
