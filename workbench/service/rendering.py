"""`core.rendering`: formulas of answers as drawings, and which code in them has which colour."""

from __future__ import annotations

from workbench.domain.code import CodeSpan
from workbench.domain.formulas import DrawnFormula
from workbench.service.core import Core
from workbench.transcripts.formulas import draw_formula
from workbench.transcripts.highlighting import code_spans


class Rendering:
    """Pieces of answers, read in the sandbox: a model wrote them.

    Args:
        core: the shared resources.
    """

    def __init__(self, core: Core) -> None:
        self._pool = core.pool

    async def draw_formula(self, source: str, *, display: bool) -> DrawnFormula:
        r"""Draw LaTeX without its delimiters, for a line of its own where ``display``.

        Raises:
            FormulaError: it cannot be drawn. SandboxError: it takes too long.
        """
        return await draw_formula(self._pool, source, display=display)

    async def code_spans(self, code: str, language: str) -> tuple[CodeSpan, ...]:
        """The spans that have a colour; none where the language is not known."""
        return await code_spans(self._pool, code, language)
