"""What is read of a document, one file a kind. A new one is a file, and a line in `kinds.py`.

reading.py: `read_document`: what the rest of the program calls; the sandbox reads
job.py: what is done in a sandbox process: limits, and the reason where nothing is read
loader.py: what a loader is, and the table of all
kinds.py: which loader reads a file, and what is refused
walking.py: the files of a folder
text_builder.py: puts a text together, with the places of pages, headings and blocks
encodings.py: the text of bytes
archive.py: members of zip archives, within limits
xml_tree.py: XML without entities
plain_text.py: text
markdown.py: Markdown
html.py: pages of the web
pdf.py: PDF
docx.py: documents of Word
epub.py: books
csv_table.py: tables
code.py: code, by its top-level definitions
"""

from workbench.retrieval.loaders.reading import read_document
from workbench.retrieval.loaders.walking import Walk, WalkedFile, walk

__all__ = ["Walk", "WalkedFile", "read_document", "walk"]
