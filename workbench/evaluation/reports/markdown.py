"""Results as Markdown: the outcome, the tables, and every case in a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from workbench.domain.evaluation.analysis import Analysis
from workbench.domain.evaluation.results import CaseScore, EvaluationResult
from workbench.domain.text import replace_surrogates
from workbench.evaluation.reports.summary import (
    NONE,
    ReportTable,
    analysis_tables,
    counts_table,
)

_SIGNS = re.compile(r"[\\`*_\[\]<>|#~]")
_ANSWER = 80
"""Most of one answer in a table."""


def write_markdown(
    results: Sequence[EvaluationResult],
    analyses: Sequence[Analysis | None] = (),
    *,
    with_cases: bool = True,
) -> str:
    """Results as a document.

    Args:
        results: of the sets that were evaluated together.
        analyses: of the results, in their order; None or missing where there is none.
        with_cases: whether each case is a line of a table.
    """
    given = [*analyses, *[None] * (len(results) - len(analyses))]
    parts = [
        "\n".join(_section(result, analysis, with_cases))
        for result, analysis in zip(results, given, strict=True)
    ]
    return replace_surrogates("\n".join(parts))


def _section(
    result: EvaluationResult, analysis: Analysis | None, with_cases: bool
) -> Iterator[str]:
    yield f"# {_plain(result.name)}\n"
    yield f"**{_plain(result.outcome.sentence)}**\n"
    for each in result.comparisons:
        sentence = f"{each.variant} against {each.baseline}: {each.verdict.sentence}"
        yield f"- {_plain(sentence)}"
    if result.tokens_sentence:
        yield f"- {_plain(result.tokens_sentence)}"
    for name in result.not_imported:
        yield f"- Not imported: {_plain(name)}"
    yield ""
    yield from _table(counts_table(result))
    for table in analysis_tables(analysis) if analysis is not None else ():
        yield from _table(table)
    if with_cases:
        yield from _table(_cases(result))


def _cases(result: EvaluationResult) -> ReportTable:
    columns = [each.cases for each in result.variants]
    return ReportTable(
        title="Cases",
        headings=("row", "id", *(each.name for each in result.variants)),
        rows=tuple(
            (f"{cases[0].number:,}", cases[0].case, *map(_case, cases))
            for cases in zip(*columns, strict=True)
        ),
        words=len(columns) + 2,
    )


def _case(case: CaseScore) -> str:
    state = case.state if case.score is None else f"{case.score:.3g}"
    if case.passed is not None:
        state = "passed" if case.passed else "failed"
    first = case.cells[0].cell if case.cells else None
    answer = " ".join((first.answer or first.output).split()) if first else ""
    cut = answer if len(answer) <= _ANSWER else answer[: _ANSWER - 1] + "…"
    return f"{state}: {cut}" if cut else state


def _table(table: ReportTable) -> Iterator[str]:
    yield f"## {_plain(table.title)}\n"
    if table.note:
        yield f"{_plain(table.note)}\n"
    yield _line(table.headings)
    rules = ["---" if place < table.words else "---:" for place in range(len(table.headings))]
    yield f"| {' | '.join(rules)} |"
    for row in table.rows:
        yield _line(row)
    yield ""


def _plain(text: str) -> str:
    """Text that Markdown leaves as it is, on one line."""
    return _SIGNS.sub(lambda sign: f"\\{sign[0]}", " ".join(text.split()))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_plain(each) or NONE for each in cells)} |"
