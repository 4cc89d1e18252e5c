"""The program ends well with a copied selection on the clipboard."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

_COPY_AND_END = """
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from {module} import {view}
app = QApplication([])
text = {view}({given})
text.setPlainText("words of an answer")
text.selectAll()
text.copy()
data = QGuiApplication.clipboard().mimeData()
print(data.text(), data.hasHtml())
"""


@pytest.mark.parametrize(
    ("module", "view", "given"),
    [
        ("workbench.ui.design.preview.pages", "Page", "'Page', 'body'"),
        ("workbench.ui.markdown.view", "MarkdownView", "'Answer'"),
        ("workbench.ui.kit.text.streaming_text", "StreamingText", "'Answer'"),
    ],
)
def test_a_copied_selection_is_text_and_does_not_crash_the_end(module, view, given):
    ended = subprocess.run(
        [sys.executable, "-c", _COPY_AND_END.format(module=module, view=view, given=given)],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (ended.returncode, ended.stdout) == (0, "words of an answer False\n"), ended.stderr
