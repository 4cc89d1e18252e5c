"""When an answer to a row of a data set counts as right."""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import Any

import msgspec

Right = Callable[[str, dict[str, Any]], bool]
UNDECIDED = "not decided"
_SECONDS = 5


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """A data set, the prompt that it is for, and how its answers are judged.

    ``labels`` are the classes where there are some; an answer gives one of them after ``prefix``.
    """

    data: str
    prompt: str
    right: Right
    most: int = 20
    labels: tuple[str, ...] = ()
    prefix: str = ""
    hidden: tuple[str, ...] = ("expected", "label", "solution")


def plain(text: str) -> str:
    """Small letters, single blanks, no punctuation but what belongs to numbers."""
    return " ".join(re.sub(r"[^\w.,:/-]|[.,:](?!\d)", " ", text.lower()).split())


def label_after(prefix: str) -> Right:
    """The first line that begins with ``prefix`` gives the label, and nothing else."""

    def right(answer: str, row: dict[str, Any]) -> bool:
        lines = [line.strip() for line in answer.strip().splitlines()]
        found = next((line for line in lines if line.startswith(prefix)), "")
        return plain(found.removeprefix(prefix)) == row["label"]

    return right


def urgency(answer: str, row: dict[str, Any]) -> bool:
    """An urgent message is marked; any other is left to a person, and none is called harmless."""
    wanted = "yes" if row["label"] == "yes" else UNDECIDED
    return label_after("Urgent:")(answer, {"label": wanted})


def contains(answer: str, row: dict[str, Any]) -> bool:
    """Everything that is expected occurs in the answer."""
    wanted = row["expected"] if isinstance(row["expected"], list) else [row["expected"]]
    return all(plain(each) in plain(answer) for each in wanted)


def last_answer(answer: str, row: dict[str, Any]) -> bool:
    """The last line that begins with "Answer:" gives what is expected; units are forgiven."""
    lines = re.findall(r"answer:(.*)", answer, re.IGNORECASE)
    if not lines:
        return False
    given, wanted = plain(lines[-1]), plain(row["expected"])
    if re.fullmatch(r"[\d.]+", wanted):
        numbers = re.findall(r"\d+(?:\.\d+)?", given.replace(",", ""))
        return len(numbers) == 1 and float(numbers[0]) == float(wanted)
    return given == wanted


def same_words(answer: str, row: dict[str, Any]) -> bool:
    """The answer is the reference, but for capitals and punctuation."""
    text = answer.strip().split("\n")[0].removeprefix(f"{row.get('language', '')}:")
    return re.findall(r"\w+", text.lower()) == re.findall(r"\w+", row["expected"].lower())


def kept_in_each(answer: str, row: dict[str, Any]) -> bool:
    """There are three numbered versions, all different from the text, and each keeps its words."""
    versions = [line.strip() for line in re.findall(r"^\s*\d\.(.*)$", answer, re.MULTILINE)]
    different = {plain(version) for version in versions} - {plain(row["text"])}
    keeps = all(plain(word) in plain(version) for version in versions for word in row["keep"])
    return len(versions) == len(different) == 3 and keeps


def same_json(answer: str, row: dict[str, Any]) -> bool:
    """The answer is one JSON object with the expected values."""
    try:
        return bool(json.loads(answer) == row["expected"])
    except ValueError:
        return False


def not_told(answer: str, row: dict[str, Any]) -> bool:
    """The answer of the problem does not occur in the hint."""
    return row["expected"] not in re.findall(r"\d+(?:[./]\d+)?", answer)


def code_works(answer: str, row: dict[str, Any]) -> bool:
    """The code in the answer fulfils what is expected, in a process with little time and memory."""
    block = re.search(r"```\w*\n(.*?)(?:```|\Z)", answer, re.DOTALL)
    checks = "\n".join(f"assert {check}" for check in row["expected"])
    return runs(f"{block.group(1) if block else answer}\n{checks}\n")


def runs(program: str) -> bool:
    """Whether a program of Python ends without an error."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (512 * 2**20, 512 * 2**20))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-c", program],
                cwd=folder, env={}, stdin=subprocess.DEVNULL, capture_output=True,
                timeout=_SECONDS, check=False, preexec_fn=limit,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return False
    return done.returncode == 0


def _labelled(data: str, prompt: str, prefix: str, *labels: str) -> Check:
    return Check(data=data, prompt=prompt, labels=labels, prefix=prefix, right=label_after(prefix))


TOPICS = ("sport", "health", "money", "travel", "technology", "food")
CHECKS = (
    _labelled("sentiment", "classify/sentiment", "", "positive", "neutral", "negative"),
    _labelled("topic", "classify/topic", "", *TOPICS),
    _labelled("fraud-triage", "fraud/triage", "Label:", "routine", "review"),
    Check(
        data="medical-intake", prompt="health/intake", right=urgency, prefix="Urgent:",
        labels=("yes", UNDECIDED),
    ),
    _labelled(
        "research", "research/check-claim", "Verdict:", "supported", "contradicted", "not stated"
    ),
    Check(
        data="rubric-judge", prompt="patterns/rubric-judge", most=30,
        right=lambda answer, row: f"verdict: {row['label']}" in answer.lower(),
    ),
    Check(data="question-answering", prompt="qa/from-documents", right=contains, most=50),
    Check(data="support-chat", prompt="support/chat", right=contains, most=60),
    Check(data="negative-control", prompt="patterns/negative-control", right=contains),
    Check(data="data-analysis", prompt="analysis/table-question", right=last_answer, most=60),
    Check(data="word-problems", prompt="patterns/chain-of-thought", right=last_answer, most=100),
    Check(data="translation", prompt="translate/short-text", right=same_words, most=30),
    Check(data="summarisation", prompt="summarise/bullet-points", right=contains, most=120),
    Check(
        data="augmentation", prompt="augmentation/paraphrase", right=kept_in_each, most=90,
        hidden=(),
    ),
    Check(data="extraction", prompt="patterns/json-extraction", right=same_json, most=50),
    Check(data="tutoring", prompt="teaching/tutor", right=not_told, most=50),
    Check(data="code-generation", prompt="code/write-function", right=code_works, most=120),
)  # fmt: skip
