"""What programs know of tasks: exact, and the same as trying everything."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.errors import UsageError
from workbench.domain.puzzles.rational import NotArithmetic, evaluate
from workbench.engine.constraints.grammar import check_grammar
from workbench.processes.pool import SandboxPool
from workbench.prompts.render import render
from workbench.strategies.domains import DOMAINS, read_task, targets
from workbench.strategies.domains.arithmetic import ArithmeticTask
from workbench.strategies.domains.baseline import (
    best_of,
    chance_of_solving,
    estimated_chance,
    play,
)
from workbench.strategies.domains.latin_square import LatinSquareTask
from workbench.strategies.domains.numbers import NumbersTask
from workbench.strategies.domains.writing import WritingTask

from .conformance.log import ROOT

PROMPTS = {
    "game24": "game24",
    "targets": "targets",
    "latin_square": "latin-square",
    "arithmetic": "arithmetic",
    "writing": "constraint-writing",
}


def question(domain: str, seed: int) -> str:
    """The words for an instance."""
    return question_of(domain, DOMAINS.get(domain).make(seed))


def question_of(domain: str, values: dict[str, Any]) -> str:
    """What the shipped prompt says of an instance, without the template engine."""
    if domain == "latin_square":
        return f"Fill the square:\n{values['square']}\nWrite the rows."
    lines = {
        "numbers": "Numbers: {}",
        "target": "Target: {}",
        "expression": "Expression: {}",
        "words": "Words: {}",
        "contain": "Must contain: {}",
        "avoid": "Must not contain: {}",
    }
    shown = {k: ", ".join(v) if isinstance(v, list) else v for k, v in values.items()}
    return "A task.\n" + "\n".join(lines[key].format(value) for key, value in shown.items())


def ways(task: Any, facts: Any) -> bool:
    """Whether any sequence of moves solves it: every one is tried."""
    if task.solved(facts) is not None:
        return bool(task.solved(facts))
    return any(ways(task, task.apply(facts, move)) for move in task.moves(facts))


@pytest.mark.parametrize("domain", DOMAINS.ids())
@pytest.mark.parametrize("seed", range(4))
def test_instances_are_the_same_for_a_seed_and_can_be_solved(domain, seed):
    entry = DOMAINS.get(domain)
    assert entry.make(seed) == entry.make(seed)
    task = read_task(domain, question(domain, seed))
    assert task.reachable(task.start)
    assert task.solved(task.start) is None


@pytest.mark.parametrize("domain", DOMAINS.ids())
@pytest.mark.parametrize("seed", range(3))
def test_every_move_is_legal_and_the_grammars_can_be_used(domain, seed):
    task = read_task(domain, question(domain, seed))
    facts = task.start
    for _ in range(task.steps):
        moves = task.moves(facts)
        if not moves:
            break
        check_grammar(task.grammar(facts, frozenset()))
        after = [task.apply(facts, move) for move in moves]
        assert None not in after
        assert task.reachable(facts) == any(task.reachable(each) for each in after)
        facts = next((each for each in after if task.reachable(each)), after[0])
    check_grammar(task.answer_grammar())
    assert set(task.variables()) == {"rules", "goal", "example"}


@pytest.mark.parametrize("domain", DOMAINS.ids())
def test_a_prompt_that_is_another_task_says_what_it_must_have(domain):
    with pytest.raises(UsageError, match="it must have"):
        read_task(domain, "What is the capital of France?")


@pytest.mark.parametrize("domain", ["targets", "latin_square", "arithmetic"])
def test_the_answer_made_of_the_moves_is_accepted(domain):
    for seed in range(6):
        task = read_task(domain, question(domain, seed))
        facts, thoughts = task.start, []
        while task.solved(facts) is None:
            move = next(m for m in task.moves(facts) if task.reachable(task.apply(facts, m)))
            thoughts.append(move)
            facts = task.apply(facts, move)
        assert task.solved(facts)
        assert task.review(task.answer(thoughts)).solved


@given(st.lists(st.integers(1, 9), min_size=3, max_size=3), st.integers(-5, 30))
def test_the_solver_agrees_with_trying_everything(numbers, target):
    task = NumbersTask(numbers, target)
    assert task.reachable(task.start) == ways(task, task.start)


def test_three_numbers_of_one_to_nine_have_known_numbers_of_solvable_targets():
    assert (len(targets.solvable(10)), len(targets.solvable(12))) == (69, 70)


def test_the_famous_puzzle_has_its_solution_through_a_fraction():
    task = NumbersTask([3, 3, 8, 8], 24)
    assert task.reachable(task.start)
    assert task.review("8 / (3 - 8 / 3) = 24").solved
    facts = task.apply(task.start, "8 / 3 = 8/3 (left: 8/3 3 8)")
    assert facts == (Fraction(8, 3), 3, 8)
    assert task.apply(task.start, "8 / 3 = 2.667 (left: 2.667 3 8)") is None
    assert task.apply(task.start, "8 × 3 = 24") == (3, 8, 24)
    assert task.apply(task.start, "9 - 3 = 6") is None
    assert task.apply(task.start, "8 - 3 = 5 (left: 5 5 8)") is None


def test_an_answer_is_reviewed_with_reasons():
    task = NumbersTask([2, 3, 7], 10)
    assert task.review("Answer: 7 + 3 = 10").faults == (
        "It does not use each of 2 3 7 exactly once.",
    )
    assert task.review("2 * 3 + 7").faults == ("Its value is 13, not 10.",)
    assert task.review("I do not know").solved is False
    assert task.review("(7 - 2) * 3 - 5").solved is False


@given(
    st.recursive(
        st.integers(0, 20).map(str),
        lambda inner: st.builds(
            lambda a, sign, b: f"({a} {sign} {b})", inner, st.sampled_from("+-*/"), inner
        ),
        max_leaves=8,
    )
)
def test_expressions_have_their_exact_value(text):
    try:
        expected = eval(_exact(text))
    except ZeroDivisionError:
        with pytest.raises(NotArithmetic):
            evaluate(text)
        return
    assert evaluate(text) == expected


def _exact(text: str) -> str:
    """The expression in Python, of fractions."""
    return "".join(f"Fraction({part})" if part.isdigit() else part for part in _parts(text))


def _parts(text: str) -> list[str]:
    return text.replace("(", "( ").replace(")", " )").split()


@pytest.mark.parametrize(
    "text", ["", "1 +", "(1", "1)", "2 ** 3", "__import__('os')", "1 2", "9/0"]
)
def test_what_is_no_expression_is_refused(text):
    with pytest.raises(NotArithmetic):
        evaluate(text)


def test_arithmetic_takes_the_next_operation_with_its_right_result():
    task = ArithmeticTask("3 * (4 - 9) + 2")
    assert task.moves(task.start) == ("4 - 9 = -5",)
    assert task.apply(task.start, "4 - 9 = -4") is None
    assert task.apply(task.start, "3 * 4 = 12") is None
    facts = task.apply(task.start, "4 - 9 = -5")
    assert task.describe(facts) == "3 * -5 + 2"
    assert task.moves(facts) == ("3 * -5 = -15",)
    assert task.review("So it is -13.").solved


def test_a_latin_square_knows_a_dead_end_before_it_is_full():
    task = LatinSquareTask(((1, 0, 0), (0, 2, 0), (0, 0, 0)))
    facts = task.apply(task.start, "Row 1, column 3 = 2")
    assert task.reachable(facts) == ways(task, facts)
    assert task.apply(task.start, "row 1 column 2 = 1") is None
    assert task.apply(task.start, "row 1 column 1 = 2") is None
    stuck = LatinSquareTask(((1, 2, 0), (3, 1, 0), (0, 0, 3)))
    assert stuck.solved(stuck.start) is False
    assert not stuck.reachable(stuck.start)


def test_writing_counts_words_and_names_every_fault():
    task = WritingTask(5, ["river"], ["the"])
    assert task.review("A quiet river runs home.").solved
    assert task.review("The river").faults == (
        "It has 2 words, not 5.",
        "It has the word “the”.",
    )
    assert task.apply(task.start, "near the river") is None
    facts = task.apply(task.start, "A quiet old town")
    assert task.reachable(facts)
    assert not task.reachable(task.apply(facts, "sleeps"))


def test_the_random_player_is_exact_and_its_games_agree_with_it():
    task = NumbersTask([2, 3, 7], 12)
    exact = chance_of_solving(task)
    games = sum(play(task, seed) for seed in range(3000)) / 3000
    assert abs(games - float(exact)) < 0.02
    assert play(task, 7) == play(task, 7)
    assert chance_of_solving(NumbersTask([1, 1, 1], 24)) == 0
    assert best_of(0.05, 32) == pytest.approx(0.806, abs=0.001)


def test_the_random_player_on_three_numbers_is_as_weak_as_published():
    chances = [float(chance_of_solving(NumbersTask(n, 10))) for n in targets.solvable(10)]
    assert 0.02 < sum(chances) / len(chances) < 0.05
    assert 0.15 < sum(best_of(p, 8) for p in chances) / len(chances) < 0.30


def test_a_task_that_is_too_large_is_measured_instead():
    task = WritingTask(12, ["river"], [])
    chance, exact = estimated_chance(task, games=50)
    assert not exact
    assert 0.0 <= chance <= 1.0


def test_legal_moves_alone_solve_arithmetic():
    assert chance_of_solving(ArithmeticTask("3 * (4 - 9) + 2")) == 1


@pytest.fixture(scope="module")
def examples() -> dict[str, list[dict[str, Any]]]:
    folder = ROOT / "resources" / "examples"
    return {
        domain: [
            msgspec.json.decode(line)
            for line in (folder / f"{domain}.jsonl").read_bytes().splitlines()
        ]
        for domain in DOMAINS.ids()
    }


def test_the_data_sets_are_those_of_the_seeds(examples):
    for domain, rows in examples.items():
        assert rows == [DOMAINS.get(domain).make(seed) for seed in range(len(rows))]
        assert len({msgspec.json.encode(row) for row in rows}) >= 20


async def test_the_prompts_that_ship_ask_what_their_domains_read(examples):
    pool = SandboxPool()
    try:
        for domain, name in PROMPTS.items():
            path = ROOT / "prompts" / "puzzles" / f"{name}.prompty"
            source = path.read_text("utf-8")
            for row in examples[domain][:2]:
                messages = await render(pool, source, path.name, row)
                task = read_task(domain, messages[-1].text)
                again = read_task(domain, question_of(domain, row))
                assert task.describe(task.start) == again.describe(again.start)
                assert task.variables() == again.variables()
    finally:
        await pool.close()
