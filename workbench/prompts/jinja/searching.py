"""Finding in a text, and what a replacement writes; patterns run in the sandbox."""

from __future__ import annotations

import regex

from workbench.domain.errors import SandboxError, UsageError
from workbench.domain.prompts.text_search import Found, TextSearch
from workbench.domain.text import replace_surrogates
from workbench.processes.pool import SandboxPool

MOST = 10_000
"""Most places that are found in one text."""
PATTERN_SECONDS = 1.0
_TOO_SLOW = "This pattern takes too long on this text: make it simpler, for example without (a+)+."


async def find_in(pool: SandboxPool, text: str, search: TextSearch) -> Found:
    """All matches in a text, and the replacement of each.

    Words are looked for here, in time that grows with the text. A regular expression can take
    without end, so it runs in the sandbox.

    Raises:
        UsageError: the pattern or the replacement cannot be used, or takes too long.
    """
    if not search.text:
        return Found()
    if not search.regex:
        return _found(text, search)
    try:
        places = await pool.call(
            "workbench.prompts.jinja.searching:find_job",
            replace_surrogates(text),
            replace_surrogates(search.text),
            [search.case, search.whole_word],
            None if search.replacement is None else replace_surrogates(search.replacement),
            deadline_seconds=PATTERN_SECONDS,
        )
    except SandboxError as error:
        raise UsageError(_TOO_SLOW) from error
    return Found(places=tuple((start, end, new) for start, end, new in places))


def _found(text: str, search: TextSearch) -> Found:
    """Words, in the way of a pattern in which nothing has a meaning."""
    flags = regex.V0 if search.case else regex.V0 | regex.IGNORECASE
    pattern = _bounded(regex.escape(search.text, literal_spaces=True), search.whole_word)
    places = [
        (match.start(), match.end(), search.replacement or "")
        for match, _ in zip(regex.finditer(pattern, text, flags), range(MOST), strict=False)
    ]
    return Found(places=tuple(places))


def _bounded(pattern: str, whole_word: bool) -> str:
    return rf"(?<!\w)(?:{pattern})(?!\w)" if whole_word else pattern


def find_job(
    text: str, pattern: str, options: list[bool], replacement: str | None
) -> list[tuple[int, int, str]]:
    r"""Find a pattern; runs in a sandbox process.

    Args:
        text: where to look.
        pattern: a regular expression, ``^`` and ``$`` match at lines.
        options: whether case counts, and whether only whole words do.
        replacement: a template with ``\1`` and ``\g<name>``, or None.

    Returns:
        Start and end (in characters) of each place, and what the replacement writes there.
    """
    case, whole_word = options
    flags = regex.MULTILINE | (regex.V0 if case else regex.V0 | regex.IGNORECASE)
    try:
        regex.compile(pattern, flags)  # so that a wrong one is not made right by what is around it
        compiled = regex.compile(_bounded(pattern, whole_word), flags)
        found: list[tuple[int, int, str]] = []
        for match in compiled.finditer(text):
            if match.start() == match.end():
                continue
            written = "" if replacement is None else match.expand(replacement)
            found.append((match.start(), match.end(), written))
            if len(found) == MOST:
                break
    except regex.error as error:
        raise UsageError(f"This is no regular expression: {error}.") from None
    except (IndexError, RecursionError, OverflowError) as error:
        raise UsageError(f"This pattern or replacement cannot be used: {error}.") from None
    return found
