"""`core.formulas`: draws formulas of answers."""

from __future__ import annotations

from workbench.domain.formulas import DrawnFormula
from workbench.service.core import Core
from workbench.transcripts.formulas import draw_formula


class Formulas:
    """Formulas, drawn in the sandbox.

    Args:
        core: the shared resources.
    """

    def __init__(self, core: Core) -> None:
        self._pool = core.pool

    async def draw(self, source: str, *, display: bool) -> DrawnFormula:
        r"""Draw LaTeX without its delimiters, for a line of its own where ``display``.

        Raises:
            FormulaError: it cannot be drawn. SandboxError: it takes too long.
        """
        return await draw_formula(self._pool, source, display=display)
