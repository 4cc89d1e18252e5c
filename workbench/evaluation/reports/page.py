"""Results as a page of HTML that needs no other file, no script and no network."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from workbench.domain.evaluation.results import (
    CaseScore,
    EvaluationResult,
    VariantResult,
)

OUTPUT_CHARACTERS = 2_000
"""Most of one answer on the page."""
_STYLE = """
:root{color-scheme:light dark;font:14px/1.45 system-ui,sans-serif}
body{margin:2rem auto;max-width:90rem;padding:0 1rem}
table{border-collapse:collapse;margin:1rem 0}
td,th{border:1px solid #8886;padding:.3rem .6rem;text-align:left;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
td.failed{background:#e5534b22}td.errored{background:#c6902622}td.none{opacity:.7}
pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;max-width:40rem;font:inherit}
.why{opacity:.75}
"""
_COLUMNS = ("value", "95 % interval", "passed", "scored", "rows", "format failures", "errors",
            "excluded", "unfinished")  # fmt: skip


def write_page(results: Sequence[EvaluationResult]) -> str:
    """The outcome, the counts, the comparisons and every case of some evaluations."""
    title = ", ".join(result.name for result in results)
    body = "".join(_section(result) for result in results)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body>{body}</body></html>\n"
    )


def _section(result: EvaluationResult) -> str:
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
    missing = "".join(f"<li>Not imported: {escape(each)}</li>" for each in result.not_imported)
    return (
        f"<h1>{escape(result.name)}</h1>\n<p><strong>{escape(result.outcome.sentence)}</strong></p>"
        f"\n<ul>{comparisons}{replaced}{missing}</ul>\n{_counts(result)}\n{_cases(result)}\n"
    )


def _counts(result: EvaluationResult) -> str:
    headings = "".join(f'<th class="n">{each}</th>' for each in _COLUMNS)
    rows = "".join(
        f"<tr><th>{escape(each.name)}</th>"
        + "".join(f'<td class="n">{cell}</td>' for cell in _figures(each))
        + "</tr>\n"
        for each in result.variants
    )
    return f"<table><tr><th>variant</th>{headings}</tr>\n{rows}</table>"


def _figures(variant: VariantResult) -> tuple[str, ...]:
    bounds = variant.interval
    return (
        "–" if variant.value is None else f"{variant.value:.3f}",
        "–" if bounds is None else f"{bounds.low:.3f} to {bounds.high:.3f}",
        "–" if variant.passed is None else f"{variant.passed:,}",
        f"{variant.scored:,}",
        f"{variant.rows:,}",
        f"{variant.format_failures:,}",
        f"{variant.errors:,}",
        f"{variant.excluded:,}",
        f"{variant.unfinished:,}",
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
