"""Text of a model as Markdown: parts, documents and views that load nothing.

body.py: a whole text: prose and code, also while it is written
parts.py: splits a text into prose and code
document.py: Markdown as a QTextDocument that loads nothing
formulas.py: formulas as the core drew them, for all texts
formula_places.py: puts them into a document
view.py: shows one document, as high as its content
code_card.py: a block of code with Copy, Save and Wrap
code_text.py: its text: grows, scrolled or wrapped, in colours
code_look.py: how all code is shown: wrapped or not, the colours
shown.py: the visible text, without its Markdown marks, for search
"""
