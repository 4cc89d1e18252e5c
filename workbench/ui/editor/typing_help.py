"""Auto-closing of brackets, and typing over closed ones."""

from __future__ import annotations

from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

from workbench.domain.prompts.tags import is_in_front_matter, text_in_quotes
from workbench.ui.editor.prompt_text import PromptText
from workbench.ui.editor.structure import python_offset

INDENT = "  "
_ROLES = ("system:", "user:", "assistant:")
_TAGS = {"{": "}}", "%": "%}", "#": "#}"}
_BRACKETS = {"(": ")", "[": "]"}
_QUOTES = "\"'"
_CLOSES = " \t\n)]}%|,"


class TypingHelp:
    """Inserts closers while one types in an editor, and takes them back.

    It remembers what it inserted: only that is typed over, so that a bracket one means to type is
    always typed. Each insertion is one step of undo.
    """

    def __init__(self, editor: QPlainTextEdit) -> None:
        self._editor = editor
        self._closers: list[tuple[QTextCursor, str]] = []

    def forget(self) -> None:
        """Another text is shown."""
        self._closers.clear()

    def typed(self, key: str) -> bool:
        """Do what a key means here; False where it means what it always does."""
        cursor = self._editor.textCursor()
        if cursor.hasSelection() or len(key) != 1:
            return False
        if self._over(cursor, key):
            return True
        before, after = self._around(cursor)
        if key in _TAGS and before.endswith("{") and not before.endswith("{{"):
            free = not after or after[0].isspace()
            if free:
                self._insert(cursor, key, _TAGS[key])
            return free
        if key == " ":
            return self._space(cursor, before)
        pairs = key in _BRACKETS or key in _QUOTES
        return pairs and after[:1] in _CLOSES and self._pair(cursor, key, before)

    def backspace(self) -> bool:
        """Take back an indentation, or an empty pair that was closed here; False for neither."""
        cursor = self._editor.textCursor()
        if not cursor.hasSelection() and self._outdent(cursor):
            return True
        closer = self._closer_at(cursor)
        if cursor.hasSelection() or closer is None:
            return False
        before, _ = self._around(cursor)
        opening = {"}}": "{", "%}": "%", "#}": "#", ")": "(", "]": "[", '"': '"', "'": "'"}
        opener = " " if closer.startswith(" ") else opening[closer]
        if not before.endswith(opener):
            return False
        length = 1 if closer.startswith(" ") else len(closer)
        cursor.beginEditBlock()
        cursor.deletePreviousChar()
        for _ in range(length):
            cursor.deleteChar()
        cursor.endEditBlock()
        kept = closer[length:]
        self._drop()
        if kept:
            self._remember(cursor, kept)
        return True

    def close_over(self) -> None:
        """The blank and the closer behind the cursor came with what was inserted."""
        cursor = self._editor.textCursor()
        after = self._around(cursor)[1]
        closer = after[:3]
        if closer in {" }}", " %}"} and self._closers and self._closers[-1][1] == closer[1:]:
            self._drop()
            self._remember(cursor, closer)

    def _outdent(self, cursor: QTextCursor) -> bool:
        """Delete two blanks where only blanks are before the cursor."""
        before, _ = self._around(cursor)
        if not before or before.strip(" ") or len(before) % len(INDENT):
            return False
        for _ in INDENT:
            cursor.deletePreviousChar()
        return True

    def enter(self) -> None:
        """Insert a line with this one's indentation; in the front matter more after "name:"."""
        cursor = self._editor.textCursor()
        before, _ = self._around(cursor)
        indent = before[: len(before) - len(before.lstrip(" \t"))]
        if (
            before.endswith(":")
            and self._is_in_front_matter(cursor)
            and before.strip() not in _ROLES
        ):
            indent += INDENT
        cursor.insertText("\n" + indent)
        self._editor.setTextCursor(cursor)
        self._editor.ensureCursorVisible()

    def _is_in_front_matter(self, cursor: QTextCursor) -> bool:
        """Whether a cursor is in the front matter, also in one that is not closed yet."""
        text = self._editor.document()
        assert isinstance(text, PromptText)
        plain = text.structure().text
        return is_in_front_matter(plain, python_offset(plain, cursor.position()))

    def _around(self, cursor: QTextCursor) -> tuple[str, str]:
        text = cursor.block().text()
        place = python_offset(text, cursor.positionInBlock())
        return text[:place], text[place:]

    def _insert(self, cursor: QTextCursor, key: str, closer: str) -> None:
        cursor.beginEditBlock()
        cursor.insertText(key + closer)
        cursor.endEditBlock()
        cursor.movePosition(
            QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.MoveAnchor, len(closer)
        )
        self._editor.setTextCursor(cursor)
        self._remember(cursor, closer)

    def _remember(self, cursor: QTextCursor, closer: str) -> None:
        mark = QTextCursor(cursor)
        self._closers.append((mark, closer))
        del self._closers[:-20]

    def _drop(self) -> None:
        self._closers.pop()

    def _closer_at(self, cursor: QTextCursor) -> str | None:
        """The bracket or quote that was closed last, if it is right behind the cursor."""
        while self._closers:
            mark, closer = self._closers[-1]
            after = self._around(mark)[1]
            if not after.startswith(closer) or mark.blockNumber() != cursor.blockNumber():
                self._drop()
                continue
            return closer if mark.position() == cursor.position() else None
        return None

    def _over(self, cursor: QTextCursor, key: str) -> bool:
        closer = self._closer_at(cursor)
        if closer is None or closer.lstrip(" ")[:1] != key:
            return False
        before, _ = self._around(cursor)
        inner = before[max(before.rfind(opener) for opener in ("{{", "{%", "{#")) + 2 :]
        if key == "}" and inner.count("{") > inner.count("}"):
            return False  # it closes a bracket inside of the tag
        spaced = closer.startswith(" ")
        if spaced and before.endswith(" ") and not before.endswith(("{{ ", "{% ", "{# ")):
            cursor.deletePreviousChar()  # one was typed although one was there
        steps = 2 if spaced else 1
        cursor.movePosition(QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.MoveAnchor, steps)
        self._editor.setTextCursor(cursor)
        self._drop()
        if closer[steps:]:
            self._remember(cursor, closer[steps:])
        return True

    def _space(self, cursor: QTextCursor, before: str) -> bool:
        """A space after an opener that was just closed goes on both sides."""
        closer = self._closer_at(cursor)
        if closer not in _TAGS.values() or not before.endswith(("{{", "{%", "{#")):
            return False
        self._drop()
        self._insert(cursor, " ", " ")
        self._drop()
        self._remember(cursor, f" {closer}")
        return True

    def _pair(self, cursor: QTextCursor, key: str, before: str) -> bool:
        """Brackets and quotes are closed inside tags only: prose has apostrophes."""
        text = self._editor.document()
        assert isinstance(text, PromptText)
        structure = text.structure()
        offset = python_offset(structure.text, cursor.position())
        tag = structure.tag(offset)
        if tag is None or tag.kind not in ("expression", "statement"):
            return False
        if text_in_quotes(structure.text, tag.start, offset)[0]:
            return False
        if key in _QUOTES and before[-1:].isalnum():
            return False
        self._insert(cursor, key, _BRACKETS.get(key, key))
        return True
