"""What is a keyword, a string, a comment in code of an answer, by Pygments, in a sandbox process.

Its lexers are patterns that a hostile text can keep busy without end.
"""

from __future__ import annotations

from workbench.domain.code import LONGEST_COLORED, CodeSpan
from workbench.domain.errors import SandboxError
from workbench.processes.pool import SandboxPool

_JOB = "workbench.transcripts.highlighting:spans_job"
_SECONDS = 1.0


async def code_spans(pool: SandboxPool, code: str, language: str) -> tuple[CodeSpan, ...]:
    """The spans of code that have a colour; none where its language is not known."""
    if not language or len(code) > LONGEST_COLORED:
        return ()
    try:
        found = await pool.call(_JOB, code, language, deadline_seconds=_SECONDS)
    except SandboxError:
        return ()
    return tuple(CodeSpan(*each) for each in found)


def spans_job(code: str, language: str) -> list[tuple[int, int, str]]:
    """Begin, end and kind of each span."""
    from pygments.lexers import get_lexer_by_name  # noqa: PLC0415 - for those who have code
    from pygments.token import Comment, Keyword, Name, Number, String, Token  # noqa: PLC0415
    from pygments.util import ClassNotFound  # noqa: PLC0415

    kinds = (
        (Comment, "comment"),
        (String, "string"),
        (Number, "number"),
        (Keyword, "keyword"),
        (Name.Tag, "keyword"),
        (Name.Function, "name"),
        (Name.Class, "name"),
        (Name.Decorator, "name"),
        (Name.Attribute, "name"),
    )
    try:
        lexer = get_lexer_by_name(language.lower(), stripnl=False, ensurenl=False)
    except ClassNotFound:
        return []
    spans: list[tuple[int, int, str]] = []
    for begin, token, text in lexer.get_tokens_unprocessed(code):
        kind = next((name for each, name in kinds if token in each), "")
        end = begin + len(text)
        if token is Token.Text or not kind or not text.strip():
            continue
        if spans and spans[-1][1] == begin and spans[-1][2] == kind:
            spans[-1] = (spans[-1][0], end, kind)
        else:
            spans.append((begin, end, kind))
    return spans
