"""Results as a page of HTML that needs no other file, no script and no network."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from workbench.domain.evaluation.analysis import Analysis
from workbench.domain.evaluation.results import CaseScore, EvaluationResult
from workbench.evaluation.reports.summary import ReportTable, analysis_tables, counts_table

OUTPUT_CHARACTERS = 2_000
"""Most of one answer on the page."""
# The number format is for spreadsheets that open the page: what looks like a formula is text there.
_STYLE = """
:root{color-scheme:light dark;font:14px/1.45 system-ui,sans-serif}
body{margin:2rem auto;max-width:90rem;padding:0 1rem}
table{border-collapse:collapse;margin:1rem 0}
td,th{mso-number-format:"\\@"}
td,th{border:1px solid #8886;padding:.3rem .6rem;text-align:left;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
td.failed{background:#e5534b22}td.errored{background:#c6902622}td.none{opacity:.7}
pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;max-width:40rem;font:inherit}
.why{opacity:.75}
"""


def write_page(
    results: Sequence[EvaluationResult],
    analyses: Sequence[Analysis | None] = (),
    *,
    with_cases: bool = True,
) -> str:
    """The outcome, the counts, the comparisons, the analysis and every case of some evaluations.

    Args:
        results: of the sets that were evaluated together.
        analyses: of the results, in their order; None or missing where there is none.
        with_cases: whether each case is a row of a table.
    """
    title = ", ".join(result.name for result in results)
    given = [*analyses, *[None] * (len(results) - len(analyses))]
    pairs = zip(results, given, strict=True)
    body = "".join(_section(*each, with_cases=with_cases) for each in pairs)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body>{body}</body></html>\n"
    )


def _section(result: EvaluationResult, analysis: Analysis | None, *, with_cases: bool) -> str:
    comparisons = "".join(
        f"<li>{escape(each.variant)} against {escape(each.baseline)}: "
        f"{escape(each.verdict.sentence)}</li>"
        for each in result.comparisons
    )
    replaced = "".join(
        f"<li>{escape(each.name)}: {escape(each.model)} replaces {escape(each.stands_in_for)}</li>"
        for each in result.variants
        if each.stands_in_for
    )
    tables = "".join(map(_table, analysis_tables(analysis))) if analysis is not None else ""
    cases = f"<h2>Cases</h2>{_cases(result)}" if with_cases else ""
    missing = "".join(f"<li>Not imported: {escape(each)}</li>" for each in result.not_imported)
    if result.tokens_sentence:
        missing = f"<li>{escape(result.tokens_sentence)}</li>{missing}"
    return (
        f"<h1>{escape(result.name)}</h1>\n<p><strong>{escape(result.outcome.sentence)}</strong></p>"
        f"\n<ul>{comparisons}{replaced}{missing}</ul>\n"
        f"{_table(counts_table(result))}{tables}{cases}\n"
    )


def _table(table: ReportTable) -> str:
    def row(tag: str, cells: Sequence[str]) -> str:
        return "".join(
            f"<{tag}{'' if place < table.words else ' class=n'}>{escape(cell)}</{tag}>"
            for place, cell in enumerate(cells)
        )

    note = f"<p>{escape(table.note)}</p>" if table.note else ""
    rows = "".join(f"<tr>{row('td', cells)}</tr>\n" for cells in table.rows)
    return (
        f"<h2>{escape(table.title)}</h2>{note}"
        f"<table><tr>{row('th', table.headings)}</tr>\n{rows}</table>\n"
    )


def _cases(result: EvaluationResult) -> str:
    headings = "".join(f"<th>{escape(each.name)}</th>" for each in result.variants)
    rows = []
    for cases in zip(*(each.cases for each in result.variants), strict=True):
        first = cases[0]
        cells = "".join(_case(case) for case in cases)
        rows.append(
            f'<tr><td class="n">{first.number}</td><td>{escape(first.case)}</td>{cells}</tr>'
        )
    return f"<table><tr><th>row</th><th>id</th>{headings}</tr>\n" + "\n".join(rows) + "</table>"


def _case(case: CaseScore) -> str:
    kind = {"excluded": "none", "unfinished": "none", "errored": "errored"}.get(case.state, "")
    if case.passed is False:
        kind = "failed"
    score = case.state if case.score is None else f"{case.score:.3g}"
    output = case.cells[0].cell.output[:OUTPUT_CHARACTERS] if case.cells else ""
    reason = f'<div class="why">{escape(case.reason)}</div>' if case.reason else ""
    return f'<td class="{kind}"><b>{score}</b><pre>{escape(output)}</pre>{reason}</td>'
