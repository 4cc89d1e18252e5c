"""Token warnings of a prompt: what takes more tokens than needed, from its values and preview."""

from __future__ import annotations

import re
from collections.abc import Mapping

from workbench.domain.prompts.prompt import Problem
from workbench.domain.runs.spec import Json
from workbench.ui.editor.structure import Structure

MANY_ITEMS = 100
"""A loop over more items than this is worth a word."""
_LOOP = re.compile(r"for\s+.+?\s+in\s+([A-Za-z_]\w*)\s*(?:[-+]?%\}|\||\sif\b)", re.DOTALL)


def cost_problems(
    structure: Structure, values: Mapping[str, Json], tokens: int | None, context: int
) -> tuple[Problem, ...]:
    """Warnings about long loops, and about a prompt that the model cannot hold.

    Args:
        structure: of the text.
        values: what the inputs hold.
        tokens: of the whole prompt, None where they are not counted.
        context: of the loaded model, 0 where none is.
    """
    found: list[Problem] = []
    if tokens is not None and context and tokens > context:
        found.append(
            Problem(
                severity="error",
                message=f"The prompt has {tokens:,} tokens, the model's context holds "
                f"{context:,}: shorten it by {tokens - context:,}, or load the model with a "
                "larger context.",
            )
        )
    for tag in structure.tags:
        if tag.kind != "statement" or tag.word != "for":
            continue
        loop = _LOOP.match(structure.text, tag.word_start, tag.end)
        items = values.get(loop[1]) if loop else None
        if loop and isinstance(items, (list, str, dict)) and len(items) > MANY_ITEMS:
            line = structure.line(tag.start)
            start = structure.text.rfind("\n", 0, loop.start(1)) + 1
            what = "characters" if isinstance(items, str) else "items"
            found.append(
                Problem(
                    severity="warning",
                    message=f"This loop goes through {len(items):,} {what} of {loop[1]}, and "
                    "each adds to the prompt.",
                    line=line,
                    column=loop.start(1) - start + 1,
                    length=len(loop[1]),
                )
            )
    return tuple(found)
