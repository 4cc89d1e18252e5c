"""Results as JUnit XML, in the subset that build servers agree on (testmoapp/junitxml)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from workbench.domain.evaluation.results import CaseScore, EvaluationResult, VariantResult

OUTPUT_CHARACTERS = 4_000
"""Most of one answer in a report."""
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Everything that XML 1.0 has no way to write; ElementTree would write it all the same."""


def write_junit(results: Sequence[EvaluationResult], at: float) -> str:
    """One suite a variant, one test a case with its repeats folded.

    A case that fails its checks is a failure, one that could not be run or scored an error, one
    that is excluded is skipped. What the comparisons show is in the properties of their suites.

    Args:
        results: of the sets that were evaluated together.
        at: when, in Unix seconds.
    """
    root = ET.Element("testsuites", name="workbench eval")
    for result in results:
        for variant in result.variants:
            root.append(_suite(result, variant, at))
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    root.set("time", _seconds(sum(each.seconds for r in results for each in r.variants)))
    root.set("timestamp", _time(at))
    ET.indent(root)
    # ElementTree would name the encoding of the system, whatever the text is written in.
    return f"<?xml version='1.0' encoding='utf-8'?>\n{ET.tostring(root, encoding='unicode')}\n"


def _suite(result: EvaluationResult, variant: VariantResult, at: float) -> ET.Element:
    suite = ET.Element("testsuite", name=_clean(f"{result.name}: {variant.name}"))
    properties = ET.SubElement(suite, "properties")
    for name, value in _facts(result, variant):
        ET.SubElement(properties, "property", name=name, value=_clean(value))
    counts = dict.fromkeys(("failure", "error", "skipped"), 0)
    for case in variant.cases:
        kind = _test(suite, result, variant, case)
        if kind:
            counts[kind] += 1
    suite.set("tests", str(len(variant.cases)))
    suite.set("failures", str(counts["failure"]))
    suite.set("errors", str(counts["error"]))
    suite.set("skipped", str(counts["skipped"]))
    suite.set("time", _seconds(variant.seconds))
    suite.set("timestamp", _time(at))
    return suite


def _facts(result: EvaluationResult, variant: VariantResult) -> list[tuple[str, str]]:
    facts = [
        ("model", variant.model),
        ("strategy", variant.strategy),
        ("outcome", result.outcome.sentence),
        ("format_failures", str(variant.format_failures)),
    ]
    if variant.value is not None:
        facts.append(("value", f"{variant.value:.6g}"))
    if variant.interval is not None:
        bounds = f"{variant.interval.low:.6g} {variant.interval.high:.6g}"
        facts.append(("interval", bounds))
    compared = [each for each in result.comparisons if each.variant == variant.name]
    return facts + [(f"against {each.baseline}", each.verdict.sentence) for each in compared]


def _test(
    suite: ET.Element, result: EvaluationResult, variant: VariantResult, case: CaseScore
) -> str:
    """Add a case; returns "failure", "error", "skipped" or "" for a passed one."""
    test = ET.SubElement(
        suite,
        "testcase",
        classname=_clean(f"{result.name}.{variant.name}"),
        name=_clean(f"{case.number}: {case.case}"),
        time=_seconds(sum(each.cell.seconds for each in case.cells)),
    )
    kind = ""
    if case.state == "scored":
        kind = "failure" if case.passed is False else ""
    else:
        kind = "skipped" if case.state == "excluded" else "error"
    if kind:
        message = case.reason
        if case.state == "scored" and len(case.cells) > 1:
            message = f"{case.passed_repeats} of {len(case.cells)} repeats passed. {message}"
        found = ET.SubElement(test, kind, message=_clean(message))
        if kind != "skipped":
            found.set("type", "format" if case.is_format_failure else case.state)
    outputs = [each.cell.output for each in case.cells if each.cell.is_finished]
    if outputs:
        text = "\n---\n".join(outputs)
        cut = text if len(text) <= OUTPUT_CHARACTERS else text[:OUTPUT_CHARACTERS] + " [cut]"
        ET.SubElement(test, "system-out").text = _clean(cut)
    return kind


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S")
