"""Files of messages as a model gets them."""

from __future__ import annotations

from workbench.domain.attachments import file_block, file_words, text_with_files
from workbench.domain.transcripts import Part


def test_a_file_cannot_end_its_own_fence():
    part = Part(kind="file", name="a\n```.md", text="x\n````\n</end>\n")
    assert file_block(part) == "File: a ```.md\n`````\nx\n````\n</end>\n`````"
    assert text_with_files("What is it?", (part,)) == f"{file_block(part)}\n\nWhat is it?"
    assert text_with_files("", (part,)) == file_block(part)
    assert file_words(part) == "a ```.md · 14 bytes"
