"""The assertions of promptfoo: which of them are a plain expected answer.

Only an equality with a text is one. Every other check is named as not imported, and so is what
changes a check or the output before it: an equality with the text of another check would be a check
that is not in the file.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from workbench.domain.runs.spec import Json
from workbench.domain.text import count_text

_NAMES = (
    "agent-rubric answer-relevance assert-set bleu classifier contains contains-all contains-any "
    "contains-html contains-json contains-sql contains-xml context-faithfulness context-recall "
    "context-relevance conversation-relevance cost equals factuality finish-reason g-eval gleu "
    "guardrails human icontains icontains-all icontains-any is-html is-json is-refusal is-sql "
    "is-valid-function-call is-valid-openai-function-call is-valid-openai-tools-call is-xml "
    "javascript latency levenshtein llm-rubric max-score meteor model-graded-closedqa "
    "model-graded-factuality moderation perplexity perplexity-score pi python regex rouge-l "
    "rouge-n rouge-s ruby search-rubric select-best similar similar:cosine similar:dot "
    "similar:euclidean skill-used starts-with tool-call-f1 trace-error-spans trace-span-count "
    "trace-span-duration trajectory:goal-success trajectory:step-count "
    "trajectory:tool-args-match trajectory:tool-sequence trajectory:tool-used webhook word-count"
)
"""Types of all versions that were seen; a cell that begins otherwise is an equality there too."""
_TYPES = sorted(map(re.escape, _NAMES.split()), key=len, reverse=True)
_CELL = re.compile(rf"(not-)?({'|'.join(_TYPES)})(?:\((\d+(?:\.\d+)?)\))?(?::([\s\S]*))?")
_OLDER = re.compile(r"(fn|eval|grade|promptfoo:redteam):")
_OLDER_TYPES = {"fn": "javascript", "eval": "javascript", "grade": "llm-rubric"}
_VARIABLE = re.compile(r"\s*\{\{-?\s*(\w+)\s*-?\}\}\s*")
_CHECKS = re.compile(r"__expected\d*")
_OPTIONS = ("transform", "prefix", "suffix", "postprocess")
"""Options of a test that change the prompt or the output before it is checked."""
_SETTINGS = ("threshold", "metadata", "assertScoringFunction")


def assertion_of_cell(cell: str) -> dict[str, Json]:
    """The assertion that a cell of a table means.

    ``type(threshold):value``, with "not-" before it for the opposite; a cell without a known type
    is an equality with the whole of it.
    """
    text = cell.strip()
    match = _CELL.fullmatch(text)
    if match is not None:
        found: dict[str, Json] = {"type": f"{match[1] or ''}{match[2]}"}
        if match[3] is not None:
            found["threshold"] = float(match[3])
        if match[4] is not None:
            found["value"] = match[4].strip()
        return found
    older = _OLDER.match(text)
    if older is not None:
        return {"type": _OLDER_TYPES.get(older[1], older[1]), "value": text[older.end() :].strip()}
    if text.startswith("file://"):
        return {"type": "file", "value": text}
    return {"type": "equals", "value": cell}


def test_of_row(row: Mapping[str, str | None]) -> dict[str, Json]:
    """The test that a row of a table is.

    Returns:
        Its variables, its assertions, and as ``"__columns"`` the special columns with a value that
        have no equal here.
    """
    test: dict[str, Json] = {
        "vars": {key: value for key, value in row.items() if key and not key.startswith("__")}
    }
    special = {key: value for key, value in row.items() if key and key.startswith("__") and value}
    checks = [value for key, value in special.items() if value and _CHECKS.fullmatch(key)]
    if checks:
        test["assert"] = [assertion_of_cell(value) for value in checks]
    unread = [key for key in special if not _CHECKS.fullmatch(key)]
    if unread:
        test["__columns"] = unread
    return test


class Assertions:
    """Takes expected answers out of the tests, and counts what cannot be taken.

    Args:
        default: the ``defaultTest``, whose assertions hold for every test.
    """

    def __init__(self, default: Json) -> None:
        self._default: dict[str, Any] = default if isinstance(default, dict) else {}
        self._lost: Counter[str] = Counter()
        self._settings: Counter[str] = Counter()

    def expected(self, test: Mapping[str, Any], variables: Mapping[str, Json]) -> Json:
        """What a test expects: the first equality with a text; None where it has none.

        Args:
            test: a test.
            variables: its values, for an expected ``{{name}}``.
        """
        options = test.get("options")
        options = options if isinstance(options, dict) else {}
        default = self._default.get("options")
        changed = {**(default if isinstance(default, dict) else {}), **options}
        own = _listed(test.get("assert"))
        inherited = [] if options.get("disableDefaultAsserts") else self._inherited()
        settings = [f"options.{key}" for key in _OPTIONS if changed.get(key)]
        settings += [str(each) for each in test.get("__columns", ())]
        for key in _SETTINGS:
            settings += [key] * (test.get(key, self._default.get(key)) is not None)
        self._settings.update(settings)
        found: Json = None
        lost: list[str] = []
        for each in (*own, *inherited):
            value = _plain(each, variables)
            # What is changed before it is compared is not equal as it is.
            if value is None or found is not None or "options.transform" in settings:
                lost.append(_name(each))
            else:
                found = value
        self._lost.update(dict.fromkeys(lost, 1))
        return found

    def _inherited(self) -> list[Json]:
        return _listed(self._default.get("assert"))

    def lose(self, kind: str) -> None:
        """Count a check of a test that cannot be taken."""
        self._lost[kind] += 1

    def notes(self) -> list[str]:
        """A sentence for each kind of check, and each setting of tests, that is not imported."""
        return [
            f"{what} not imported: {kind[:80]} ({count_text(count, 'test')})."
            for what, lost in (("Check", self._lost), ("Setting", self._settings))
            for kind, count in lost.items()
        ]


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _plain(assertion: Json, variables: Mapping[str, Json]) -> Json:
    """The text that an assertion asks the output to be equal to, None where it asks otherwise."""
    if not isinstance(assertion, dict) or assertion.get("type") != "equals":
        return None
    if assertion.get("transform") or assertion.get("weight") == 0:
        return None
    value = assertion.get("value")
    if not isinstance(value, str):
        return json.dumps(value) if isinstance(value, int | float) else None
    if value.startswith("file://"):
        return None
    variable = _VARIABLE.fullmatch(value)
    if variable is not None:
        found = variables.get(variable[1])
        return found if isinstance(found, str) else None
    return None if "{{" in value or "{%" in value else value


def _name(assertion: Json) -> str:
    """What a check is called in a note."""
    if not isinstance(assertion, dict):
        return str(assertion)[:40]
    return str(assertion.get("type") or assertion.get("$ref") or "a check without a type")
