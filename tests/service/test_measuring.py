"""Metrics and judges that ask a model after the outputs are there: what is asked, kept, counted."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.domain.errors import EngineError
from workbench.domain.evaluation.cells import CellId
from workbench.domain.evaluation.evaluation_set import EvaluationOptions
from workbench.domain.evaluation.votes import VoteAnswer, VotePair
from workbench.domain.text import Token
from workbench.engine.in_process import prompt_text
from workbench.engine.protocol import ContinuationScore, ScoreRequest, Scores
from workbench.engine.simulated import SimulatedEngine
from workbench.settings import Paths

from .test_evaluations import Bench, counting

SET = """
rows:
  - {word: one, expected: "3", source: "one has 3 letters", choices: ["3", "4"]}
  - {word: three, expected: "5", source: "", choices: []}
variants:
  - {name: plain, prompt: count.prompty, sampling: {temperature: 0}}
  - {name: loud, text: "LOUD {{ word }}", sampling: {temperature: 0}}
checks:
%s
"""


class JudgingEngine(SimulatedEngine):
    """Counts letters; as a judge it finds right what is right, and prefers nothing by place.

    ``shares`` is what the labels hold by the kind of question; ``scored`` are all requests.
    """

    def __init__(self) -> None:
        super().__init__(counting)
        self.scored: list[ScoreRequest] = []
        self.mass = 0.9
        self.always_first = False
        self.fails = ""

    async def score(self, request: ScoreRequest) -> Scores:
        self.scored.append(request)
        prompt = prompt_text(request.segments)
        if self.fails and self.fails in prompt:
            raise EngineError("The judge crashed, as it was set to.")
        if not request.prefix:
            found = await super().score(request)
            self.scored[-1] = request
            return found
        labels = list(dict.fromkeys(text.strip().lower() for text in request.continuations))
        favoured = self._favoured(prompt, labels)
        continuations = []
        for text in request.continuations:
            label = text.strip().lower()
            share = 0.8 if label == favoured else 0.2 / (len(labels) - 1)
            ways = sum(each.strip().lower() == label for each in request.continuations)
            logprob = math.log(share * self.mass / ways)
            continuations.append(
                ContinuationScore(logprob, (Token(len(continuations), text, logprob),))
            )
        return Scores(
            continuations=tuple(continuations), prompt_tokens=9, evaluated_tokens=9, seconds=0.0
        )

    def _favoured(self, prompt: str, labels: list[str]) -> str:
        answers = re.findall(r"<answer(?:_[AB])?>\n(.*?)\n</answer", prompt, re.DOTALL)
        right = [answer != "0" for answer in answers]
        if labels == ["a", "b"]:
            return "a" if self.always_first or right[0] or not right[1] else "b"
        return (
            labels[-1 if labels[0] == "1" else 0]
            if right[0]
            else labels[0 if labels[0] == "1" else -1]
        )


@pytest.fixture
def bench(paths: Paths, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(paths, tmp_path)
    made.engine = JudgingEngine()
    yield made
    made.close()


def asked(bench: Bench) -> list[ScoreRequest]:
    assert isinstance(bench.engine, JudgingEngine)
    return bench.engine.scored


def leaf(result, variant: int, case: int, check: int = 0):
    scored = result.variants[variant].cases[case].cells[0].result
    assert scored is not None
    return list(scored.leaves())[check]


def test_likelihoods_and_vectors_are_measured_once_and_counted(bench: Bench) -> None:
    checks = ["perplexity", "likelihood", "bits_per_byte: {after: nothing}", "multiple_choice"]
    checks += ["embedding_similarity: {threshold: 0.5}", "greedy_token_match"]
    bench.write(SET % "\n".join(f"  - {each}" for each in checks))
    result, *_ = bench.evaluate()
    plain = result.variants[0]
    assert (plain.rows, plain.scored, plain.errors, plain.unfinished) == (2, 2, 0, 0)
    counts = {each.name: (each.scored, each.excluded) for each in plain.checks}
    assert counts["multiple_choice"] == (1, 1)  # the second row has no choices
    perplexity = leaf(result, 0, 0)
    assert perplexity.result.value >= 1
    assert (plain.checks[0].scored, plain.checks[0].measurements) == (0, 2)
    nll = [leaf(result, 0, case).result.detail for case in (0, 1)]
    corpus = math.exp(sum(each["nll"] for each in nll) / sum(each["tokens"] for each in nll))
    assert plain.checks[0].measured == pytest.approx(corpus)
    assert perplexity.result.detail["first"] == "prompt"
    assert "|by:pretend@" in perplexity.signature
    cosine = leaf(result, 0, 0, 4).result
    assert cosine.value == pytest.approx(1)
    assert cosine.detail["unrelated"] < 1
    assert leaf(result, 0, 0, 5).result.value == pytest.approx(1)
    before = len(asked(bench))
    again, *_ = bench.evaluate()
    assert len(asked(bench)) == before
    assert again.variants[0].checks == plain.checks


def test_judges_read_labels_and_keep_their_probabilities(bench: Bench) -> None:
    bench.write(
        SET
        % "  - judge-accuracy: {threshold: 0.6}\n  - judge-claim: {criterion: It is a number.}\n"
        "  - judge-pairwise\n  - judge-consistency"
    )
    result, *_ = bench.evaluate()
    rubric = leaf(result, 0, 0).result
    assert rubric.detail["expected"] == pytest.approx(0.8 * 5 + 0.05 * 10)
    assert rubric.value == pytest.approx((4.5 - 1) / 4)
    assert rubric.detail["mass"] == pytest.approx(0.9)
    assert "Labels hold 0.900 of the probability." in rubric.reason
    (reading,) = rubric.detail["readings"]
    assert reading["labels"] == ["1", "2", "3", "4", "5"]
    assert reading["probabilities"][4] == pytest.approx(0.8)
    assert (rubric.detail["judge"], rubric.detail["prompt"]) == ("pretend", "accuracy")
    claim = leaf(result, 0, 0, 1).result
    assert claim.value == pytest.approx(0.8)
    pairs = [leaf(result, variant, case, 2).result for variant in (0, 1) for case in (0, 1)]
    assert [each.value for each in pairs] == [0.5, 0.5, 0.5, 0.0]
    assert pairs[3].detail["pick"] == "b"
    assert pairs[3].detail["consistent"]
    consistency = [leaf(result, 0, case, 3).result for case in (0, 1)]
    assert consistency[0].value == pytest.approx(0.8)
    assert "no text to compare with" in consistency[1].reason


def test_a_judge_of_positions_wins_nothing(bench: Bench) -> None:
    assert isinstance(bench.engine, JudgingEngine)
    bench.engine.always_first = True
    bench.write(SET % "  - judge-pairwise")
    result, *_ = bench.evaluate()
    for case in (0, 1):
        found = leaf(result, 1, case).result
        assert found.value == 0.5
        assert not found.detail["consistent"]


def test_a_judge_that_answers_something_else_is_a_format_failure(bench: Bench) -> None:
    assert isinstance(bench.engine, JudgingEngine)
    bench.engine.mass = 0.2
    bench.write(SET % "  - judge-fluency")
    result, *_ = bench.evaluate()
    assert result.variants[0].checks[0].format_failures == 2
    assert "0.200" in leaf(result, 0, 0).result.reason


def test_another_prompt_of_the_judge_is_another_question(bench: Bench) -> None:
    bench.write(SET % "  - judge-relevance")
    bench.evaluate()
    first = len(asked(bench))
    own = bench.paths.prompts / "judges" / "relevance.prompty"
    own.parent.mkdir(parents=True)
    shipped = (bench.paths.shipped_prompts / "judges" / "relevance.prompty").read_text()
    own.write_text(shipped.replace("You grade answers.", "You grade answers strictly."))
    result, *_ = bench.evaluate()
    assert len(asked(bench)) == 2 * first
    assert "strictly" in prompt_text(asked(bench)[-1].segments)
    assert "|prompt:relevance@" in leaf(result, 0, 0).signature


def test_a_broken_prompt_of_a_judge_is_an_error_of_its_check_alone(bench: Bench) -> None:
    own = bench.paths.prompts / "judges" / "relevance.prompty"
    own.parent.mkdir(parents=True)
    own.write_text("---\ninputs:\n  answer: string\n---\nuser:\n{% if answer %}\n")
    bench.write(SET % "  - exact\n  - judge-relevance\n  - judge-rubric: {prompt: missing}")
    result, *_ = bench.evaluate()
    exact, broken, missing = result.variants[0].checks
    assert (exact.scored, broken.errors, missing.errors) == (2, 2, 2)
    assert "relevance.prompty" in leaf(result, 0, 0, 1).result.reason
    assert "missing.prompty" in leaf(result, 0, 0, 2).result.reason
    assert result.variants[0].errors == 0


def test_an_error_of_the_judge_is_an_error_of_its_row_and_tried_again(bench: Bench) -> None:
    assert isinstance(bench.engine, JudgingEngine)
    bench.engine.fails = "three"
    bench.write(SET % "  - judge-relevance")
    result, *_ = bench.evaluate()
    (counts,) = result.variants[0].checks
    assert (counts.scored, counts.errors) == (1, 1)
    assert "as it was set to" in leaf(result, 0, 1).result.reason
    bench.engine.fails = ""
    before = len(asked(bench))
    result, *_ = bench.evaluate()
    assert result.variants[0].checks[0].errors == 0
    assert len(asked(bench)) == before + 2  # those of two variants that failed


def test_samples_that_agree_support_each_other(bench: Bench) -> None:
    bench.write(SET % "  - judge-sampled-consistency" + "repeats: 2\n")
    result, *_ = bench.evaluate()
    found = leaf(result, 0, 0).result
    assert found.value == pytest.approx(0.8)
    assert found.detail["sentences"] == [{"text": "3", "support": pytest.approx(0.8)}]
    assert found.detail["entropy"] == 0


def test_a_judge_decides_nothing_before_it_agrees_with_the_user(bench: Bench) -> None:
    bench.write(SET % "  - exact\n  - judge-claim: {criterion: It is right., threshold: 0.99}")
    result, *_ = bench.evaluate()
    plain = result.variants[0]
    assert (plain.scored, plain.passed, plain.value) == (2, 2, 1.0)
    assert [each.ranks for each in plain.checks] == [True, False]
    assert (plain.checks[1].scored, plain.checks[1].passed) == (2, 0)
    (judge,) = result.judges
    assert (judge.check, judge.may_rank, judge.gate.votes) == ("judge-claim", False, 0)
    assert judge.sentence == "0 of 50 votes: this judge does not rank yet."
    assert judge.judges_itself == ("plain", "loud")
    bench.write(SET % "  - judge-claim: {criterion: It is right.}")
    result, *_ = bench.evaluate()
    assert result.variants[0].excluded == 2
    assert "agree with your votes" in result.variants[0].cases[0].reason


def test_a_judge_that_agrees_with_the_votes_ranks(bench: Bench, monkeypatch) -> None:
    monkeypatch.setattr("workbench.domain.evaluation.judge_agreement.GATE_VOTES", 12)
    bench.engine.rule = lambda prompt: ["0" if "LOUD" in prompt else "7"]
    rows = "".join(f"  - {{word: w{row}}}\n" for row in range(12))
    head, _, rest = (SET % "  - judge-claim: {criterion: It is right.}").partition("variants:")
    bench.write(head.partition("rows:")[0] + "rows:\n" + rows + "variants:" + rest)
    _, _, _, evaluation = bench.evaluate()

    async def vote(core) -> None:
        for row, case in enumerate(evaluation.cases):
            cells = [evaluation.cells[CellId(name, case.id)] for name in ("plain", "loud")]
            answers = [VoteAnswer(variant="", key=each.key, text=each.output) for each in cells]
            left, right = answers if row % 2 else answers[::-1]
            pair = VotePair(case=case.id, a=left, b=right, seed=1)
            await core.votes.vote(pair, "a" if row % 2 else "b")

    bench.do(vote)
    result, *_ = bench.evaluate()
    (judge,) = result.judges
    assert (judge.may_rank, judge.gate.votes) == (True, 12)
    assert judge.agreement is not None
    assert judge.agreement.observed == 1
    plain, loud = result.variants
    assert (plain.scored, plain.passed, loud.passed) == (12, 12, 0)
    assert plain.checks[0].ranks
    (comparison,) = result.comparisons
    assert comparison.verdict.lost == 12


def test_questions_to_judges_are_in_the_estimate(bench: Bench) -> None:
    bench.write(SET % "  - judge-pairwise\n  - judge-claim: {criterion: It is right.}")

    async def work(core):
        given = await core.evaluations.read(str(bench.file))
        options = EvaluationOptions(model=str(bench.model))
        evaluation = await core.evaluations.open(given, options)
        before = await core.evaluations.estimate(evaluation)
        await core.evaluations.run(evaluation, lambda _cell: None)
        return before.questions, (await core.evaluations.estimate(evaluation)).questions

    # Four claims, and the outputs of one variant against the baseline's in both orders.
    assert bench.do(work) == (8, 0)


def test_an_evaluation_that_was_not_judged_is_not_finished(bench: Bench) -> None:
    bench.write(SET % "  - exact\n  - judge-relevance")
    result, *_ = bench.evaluate(stop_after=4)
    assert not asked(bench)
    assert result.outcome.status == "incomplete"
    assert {case.state for case in result.variants[0].cases} == {"unfinished"}
    result, *_ = bench.evaluate()
    assert result.variants[0].unfinished == 0


def test_a_self_test_is_made_once_and_says_what_the_judge_may_do(bench: Bench) -> None:
    async def work(core):
        first = await core.judges.self_test(str(bench.model))
        count = len(asked(bench))
        again = await core.judges.self_test(str(bench.model))
        return first, count, again, await core.judges.self_tests()

    first, count, again, kept = bench.do(work)
    assert count == 50
    assert len(asked(bench)) == count
    assert again == first == kept[0]
    assert len(first.rows) == 30
    assert not first.may_judge("pairwise")  # to this judge every answer but "0" is right


def test_bias_probes_are_plain_texts_and_kept(bench: Bench) -> None:
    async def work(core):
        first = await core.judges.bias(str(bench.model))
        return first, await core.judges.bias(str(bench.model))

    first, again = bench.do(work)
    assert first == again
    assert [each.axis for each in first.axes] == ["gender", "age", "origin", "class"]
    assert len(asked(bench)) == 96
    assert prompt_text(asked(bench)[0].segments) == "The woman"
