"""The prompts and data that ship: each can be opened, understood and run as it is."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path, PurePath
from typing import Any

import pytest
import yaml

from workbench.domain.prompts.prompt import InputField
from workbench.domain.text import Message
from workbench.evaluation.metrics.code.python_tests import run_job
from workbench.evaluation.sets.jobs import read_job
from workbench.processes.pool import SandboxPool
from workbench.prompts.jinja.analysis import analyse
from workbench.prompts.render import render

FOLDER = Path(__file__).parents[2] / "prompts"
DATA = Path(__file__).parents[2] / "resources" / "data"
SETS = DATA.parent / "evaluations"
PROMPTS = {
    path.relative_to(FOLDER).as_posix(): path.read_text("utf-8")
    for path in sorted(FOLDER.rglob("*.prompty"))
}
REWRITE = "strategies/rewrite.prompty"
"""No strategy asks it: it may be a whole conversation."""
OWN = [name for name in PROMPTS if not name.startswith(("strategies/", "judges/"))]
"""The prompts that are opened; the others are asked by the strategies and the judges."""
USES = {
    "text-generation": "writing/short-text",
    "sentiment": "classify/sentiment",
    "topic": "classify/topic",
    "code-generation": "code/write-function",
    "question-answering": "qa/from-documents",
    "translation": "translate/short-text",
    "summarisation": "summarise/bullet-points",
    "augmentation": "augmentation/paraphrase",
    "support-chat": "support/chat",
    "email-reply": "writing/email-reply",
    "marketing-copy": "marketing/copy-variants",
    "fraud-triage": "fraud/triage",
    "research": "research/check-claim",
    "data-analysis": "analysis/table-question",
    "tutoring": "teaching/tutor",
    "medical-intake": "health/intake",
    "word-problems": "patterns/chain-of-thought",
    "rubric-judge": "patterns/rubric-judge",
    "extraction": "patterns/json-extraction",
    "negative-control": "patterns/negative-control",
}
"""Each data set and the prompt that it is for."""
PATTERNS = {
    "few-shot", "chain-of-thought", "role", "rubric-judge", "pairwise-judge", "json-extraction",
    "self-critique", "step-back", "decomposition", "negative-control",
}  # fmt: skip
UNSCORED = {"text-generation", "email-reply", "marketing-copy"}
"""There is no truth about these; their answers are read."""
SCORED = sorted(USES.keys() - UNSCORED)
HELD_OUT = [f"held-out/{use}" for use in SCORED]
"""Rows that no prompt was tuned on, for each data set that is scored."""
TRUTHS = {"expected", "label", "solution", "first_line"}
LABELS = {
    "sentiment": ("positive", "neutral", "negative"),
    "topic": ("sport", "health", "money", "travel", "technology", "food"),
    "fraud-triage": ("routine", "review"),
    "research": ("supported", "contradicted", "not stated"),
    "medical-intake": ("yes", "no"),
    "rubric-judge": ("pass", "fail"),
}
RUN = 5
"""This many words in a row are a repetition."""


def sample_sets(name: str) -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(
        (FOLDER / name).with_suffix(".samples.yaml").read_text("utf-8")
    )
    return loaded


def rows_of(use: str) -> list[dict[str, Any]]:
    lines = (DATA / f"{use}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def both(use: str) -> list[dict[str, Any]]:
    return rows_of(use) + rows_of(f"held-out/{use}")


def prompt_of(data: str) -> str:
    return f"{USES[PurePath(data).name]}.prompty"


def texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts_in(each)


def word_runs(texts: Iterable[str]) -> set[tuple[str, ...]]:
    found = set()
    for text in texts:
        words = re.findall(r"\w+", text.lower())
        found |= {tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}
    return found


def inputs_of(name: str) -> dict[str, InputField]:
    return {field.name: field for field in analyse(PROMPTS[name], name).inputs}


def check_roles(messages: tuple[Message, ...]) -> None:
    roles = [message.role for message in messages]
    assert roles[-1] == "user"
    assert "system" not in roles[1:]
    assert all(one != two for one, two in pairwise(roles))
    assert "\n\n\n" not in "".join(message.text for message in messages)


@pytest.mark.parametrize("name", PROMPTS)
def test_every_prompt_is_described_and_without_problems(name: str) -> None:
    analysis = analyse(PROMPTS[name], name)
    assert analysis.problems == ()
    assert analysis.name
    assert analysis.description.endswith(".")
    assert analysis.tags
    assert analysis.inputs
    assert all(field.declared and field.description for field in analysis.inputs)


@pytest.mark.parametrize("name", PROMPTS)
async def test_every_prompt_renders_with_its_sample(pool: SandboxPool, name: str) -> None:
    messages = await render(pool, PROMPTS[name], name, analyse(PROMPTS[name], name).sample)
    check_roles(messages)
    if name.startswith("strategies/") and name != REWRITE:
        assert [message.role for message in messages] == ["user"]


@pytest.mark.parametrize("name", OWN)
async def test_every_sample_set_renders_to_a_prompt_of_its_own(
    pool: SandboxPool, name: str
) -> None:
    sets = sample_sets(name)
    assert len(sets) >= 2
    assert next(iter(sets.values())) == analyse(PROMPTS[name], name).sample
    known = inputs_of(name).keys()
    texts = set()
    for title, values in sets.items():
        assert title == title.lower().replace(" ", "-")
        assert len(title) <= 24
        assert values.keys() <= known
        messages = await render(pool, PROMPTS[name], name, values)
        check_roles(messages)
        texts.add("".join(message.text for message in messages))
    assert len(texts) == len(sets)


@pytest.mark.parametrize("use", [*USES, *HELD_OUT])
async def test_every_row_of_a_data_set_fits_its_prompt(pool: SandboxPool, use: str) -> None:
    name = prompt_of(use)
    rows = rows_of(use)
    assert 12 <= len(rows) <= 50
    assert len({json.dumps(row, sort_keys=True) for row in rows}) == len(rows)
    assert len({frozenset(row) for row in rows}) == 1
    known = inputs_of(name).keys()
    assert rows[0].keys() <= known | TRUTHS
    for row in rows:
        values = {key: value for key, value in row.items() if key not in TRUTHS}
        check_roles(await render(pool, PROMPTS[name], name, values))


@pytest.mark.parametrize("use", LABELS)
def test_labels_are_among_the_choices_and_even(use: str) -> None:
    for data in (use, f"held-out/{use}"):
        counts = Counter(row["label"] for row in rows_of(data))
        assert counts.keys() == set(LABELS[use])
        assert len(set(counts.values())) == 1
    assert all(label in PROMPTS[prompt_of(use)] for label in LABELS[use])


def test_every_data_set_that_is_scored_has_rows_that_no_prompt_was_tuned_on() -> None:
    found = {path.stem for path in (DATA / "held-out").iterdir()}
    assert sorted(found) == SCORED


@pytest.mark.parametrize("use", SCORED)
def test_held_out_rows_repeat_no_wording_of_the_others(use: str) -> None:
    tuned, held_out = rows_of(use), rows_of(f"held-out/{use}")
    assert tuned[0].keys() == held_out[0].keys()
    name = prompt_of(use)
    seen = [PROMPTS[name], *texts_in(sample_sets(name)), *texts_in(tuned)]
    shown = [{key: row[key] for key in row.keys() - TRUTHS} for row in held_out]
    assert not word_runs(seen) & word_runs(texts_in(shown))


def test_every_use_and_pattern_is_there_and_every_data_set_is_told_of() -> None:
    assert {path.stem for path in DATA.glob("*.jsonl")} == USES.keys()
    assert {f"{prompt}.prompty" for prompt in USES.values()} <= PROMPTS.keys()
    assert {f"patterns/{name}.prompty" for name in PATTERNS} <= PROMPTS.keys()
    assert {path.stem for path in SETS.glob("*.yaml")} == USES.keys()
    reported = (DATA / "README.md").read_text("utf-8")
    seen = (FOLDER.parent / "docs" / "library.md").read_text("utf-8")
    for use, prompt in USES.items():
        assert f"`{use}.jsonl`" in reported
        assert f"`{prompt}`" in reported
        assert f"`{use}`" in seen
    for name in OWN:
        assert f"`{name.removesuffix('.prompty')}`" in seen


@pytest.mark.parametrize("use", sorted(path.stem for path in SETS.glob("*.yaml")))
def test_every_shipped_evaluation_is_of_its_prompt_and_rows(use: str) -> None:
    path = SETS / f"{use}.yaml"
    found = read_job(path.read_text("utf-8"), str(path))
    shipped = (SETS / found.variants[0].prompt).resolve()
    assert shipped.relative_to(FOLDER).as_posix() == prompt_of(use)
    assert (SETS / found.data).resolve() == DATA / f"{use}.jsonl"
    kept = DATA / "held-out" / f"{use}.jsonl"
    assert found.held_out == (f"../data/held-out/{use}.jsonl" if kept.exists() else "")
    named = {found.columns.expected} - {""}
    assert named <= rows_of(use)[0].keys()


def test_there_are_no_sample_sets_without_a_prompt() -> None:
    for path in FOLDER.rglob("*.samples.yaml"):
        assert path.with_suffix("").with_suffix(".prompty").exists()


def test_no_prompt_is_there_twice() -> None:
    analyses = [analyse(text, name) for name, text in PROMPTS.items()]
    assert len({each.name for each in analyses}) == len(PROMPTS)
    assert len({each.description for each in analyses}) == len(PROMPTS)
    bodies = {text.split("\n---\n", 1)[1].strip() for text in PROMPTS.values()}
    assert len(bodies) == len(PROMPTS)


def test_examples_in_prompts_are_no_rows_of_their_data_sets() -> None:
    for use in USES:
        text = " ".join(PROMPTS[prompt_of(use)].split())
        for row in rows_of(use):
            longest = max((each for each in row.values() if isinstance(each, str)), key=len)
            if len(longest) > 30:
                assert " ".join(longest.split()) not in text, (use, longest)


async def test_prompts_on_health_and_fraud_say_what_they_are_not(pool: SandboxPool) -> None:
    for values in sample_sets("health/intake.prompty").values():
        messages = await render(
            pool, PROMPTS["health/intake.prompty"], "health/intake.prompty", values
        )
        system = messages[0].text
        assert "You do not diagnose and you do not give advice" in system
        assert "Call the emergency services now" in system
        assert values.get("emergency_number", "112") in system
        assert 'Otherwise write "Urgent: not decided". A person decides.' in system
        assert "This is not medical advice. A person must read it." in system
    for values in sample_sets("fraud/triage.prompty").values():
        messages = await render(
            pool, PROMPTS["fraud/triage.prompty"], "fraud/triage.prompty", values
        )
        assert "You do not decide whether something is fraud" in messages[0].text
        assert "Never accuse anybody" in messages[0].text
    intake = analyse(PROMPTS["health/intake.prompty"], "").description
    assert "no diagnosis, no advice" in intake
    assert "nothing is ever marked as not urgent" in intake
    assert "A person must read every message." in intake
    triage = analyse(PROMPTS["fraud/triage.prompty"], "").description
    assert "never establishes fraud" in triage
    assert 'What does not clearly say "Label: routine" is for review' in triage
    assert "a person must look at those too" in triage


async def test_the_intake_finds_alarm_words_before_any_model_is_asked(pool: SandboxPool) -> None:
    async def asked(message: str, **more: Any) -> str:
        name = "health/intake.prompty"
        return (await render(pool, PROMPTS[name], name, {"message": message} | more))[-1].text

    assert "Urgent: no\n" not in PROMPTS["health/intake.prompty"]
    begins = {
        "yes": "Begin with:\nUrgent: yes\nCall the emergency services now: 112.",
        "no": "Begin with:\nUrgent: not decided",
    }
    rows = rows_of("medical-intake")
    ends = [(await asked(row["message"])).endswith(begins[row["label"]]) for row in rows]
    assert ends.count(False) <= 3, "a list of words is never whole, but it was so good"
    for message in ("My CHEST hurts.", "Suddenly I can’t\nspeak.", "I can not speak."):
        assert "Urgent: yes" in await asked(message)
    undecided = await asked("It is my blood\npressure. The blood test was fine.")
    assert undecided.endswith("Alarm words: none. Begin with:\nUrgent: not decided")
    assert "now: 999." in await asked("A chest pain.", emergency_number="999")
    assert "Alarm words: limp." in await asked("She is Limp.", alarm_words=["LIMP", ""])
    assert "Urgent" not in await asked("My chest hurts.", alarm_words=[])


def test_the_solutions_of_the_programming_tasks_do_what_is_expected() -> None:
    for row in both("code-generation"):
        found = run_job(f"{row['signature']}\n{row['solution']}", row["expected"])
        assert (found.held, found.error) == (len(row["expected"]), ""), row["signature"]


def test_the_truths_about_tables_and_texts_are_right() -> None:
    for row in both("data-analysis"):
        (key, measure) = row["rows"][0]
        values = {each[key]: each[row["measure"]] for each in row["rows"]}
        assert measure == row["measure"]
        word = next(w for w in ("sum", "most", "fewest", "mean") if w in row["question"])
        truth = {
            "sum": sum(values.values()),
            "most": max(values, key=lambda name: values[name]),
            "fewest": min(values, key=lambda name: values[name]),
            "mean": round(sum(values.values()) / len(values), 2),
        }[word]
        assert row["expected"] == (f"{truth:g}" if isinstance(truth, float) else str(truth))
    for row in both("summarisation"):
        assert all(fact in row["text"] for fact in row["expected"])
    for row in both("augmentation"):
        assert all(word in row["text"] for word in row["keep"])
    for row in both("question-answering"):
        found = any(row["expected"] in passage["text"] for passage in row["passages"])
        assert found or row["expected"] == "The documents do not say."


@pytest.mark.parametrize("name", [name for name in PROMPTS if "tot-" in name])
async def test_search_prompts_render_at_the_root_of_the_tree(pool: SandboxPool, name: str) -> None:
    analysis = analyse(PROMPTS[name], name)
    values = {key: value for key, value in analysis.sample.items() if key != "thoughts"}
    (message,) = await render(pool, PROMPTS[name], name, values)
    assert "so far" not in message.text


def test_the_strategies_have_their_prompts() -> None:
    assert {name.removeprefix("strategies/") for name in PROMPTS} >= {
        "cot.prompty", "cot-answer.prompty", "self-consistency.prompty", "tot-propose.prompty",
        "tot-sample.prompty", "tot-value.prompty", "tot-vote.prompty", "tot-answer.prompty",
    }  # fmt: skip
