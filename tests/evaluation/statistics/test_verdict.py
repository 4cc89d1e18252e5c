"""What a comparison with the baseline says: kinds, corrections, sentences."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.errors import UsageError
from workbench.domain.evaluation.estimates import Bounds
from workbench.domain.evaluation.verdict import ComparisonVerdict, points_text
from workbench.evaluation.statistics.power import rows_needed_for_shares
from workbench.evaluation.statistics.row_scores import RowScore
from workbench.evaluation.statistics.verdict import verdicts_against_baseline


def columns(
    gained: int, lost: int, rows: int, right: int | None = None
) -> tuple[list[RowScore], list[RowScore]]:
    """A candidate and a baseline that differ in those rows; of the others ``right`` are right."""
    right = (rows - gained - lost) // 2 if right is None else right
    pairs = [(1.0, 0.0)] * gained + [(0.0, 1.0)] * lost + [(1.0, 1.0)] * right
    pairs += [(0.0, 0.0)] * (rows - len(pairs))
    ours = [RowScore(f"r{place}", one) for place, (one, _) in enumerate(pairs)]
    return ours, [RowScore(f"r{place}", other) for place, (_, other) in enumerate(pairs)]


def judged(gained: int, lost: int, rows: int, target: float = 0.05) -> ComparisonVerdict:
    candidate, baseline = columns(gained, lost, rows)
    (found,) = verdicts_against_baseline(
        [candidate], baseline, is_pass_fail=True, planned_rows=rows, target=target
    )
    return found


def test_better_with_its_interval() -> None:
    found = judged(16, 3, 140)
    assert (found.kind, found.method, found.discordant, found.dropped) == (
        "better",
        "mcnemar",
        19,
        0,
    )
    assert found.sentence == "better by 9 points [3, 16], 140 rows"
    assert found.p == pytest.approx(0.004425, abs=1e-6)
    assert found.confidence == 0.95
    assert found.needed_rows is None


def test_worse_is_said_in_positive_points() -> None:
    found = judged(8, 26, 140)
    assert found.kind == "worse"
    assert found.sentence == "worse by 13 points [4, 21], 140 rows"
    assert found.difference == pytest.approx(-18 / 140)
    assert found.interval is not None
    assert found.interval.high < 0


def test_no_difference_as_large_as_the_target() -> None:
    found = judged(20, 22, 2000)
    assert found.kind == "no_difference"
    assert found.sentence == "no difference as large as 5 points, 2,000 rows"
    assert judged(20, 22, 2000, target=0.005).kind == "not_enough_rows"
    assert judged(20, 22, 2000, target=0.025).sentence.startswith(
        "no difference as large as 2.5 points"
    )


def test_not_enough_rows_says_how_many_by_the_discordance_seen() -> None:
    found = judged(9, 5, 140)
    assert found.kind == "not_enough_rows"
    assert found.needed_rows == rows_needed_for_shares(0.1, 0.05) == 337
    assert found.sentence == "not enough rows: about 340 needed"
    assert judged(12, 9, 140).needed_rows == rows_needed_for_shares(0.15, 0.05)


def test_rows_beyond_those_for_the_target_are_planned_for_what_was_seen() -> None:
    found = judged(40, 29, 540)
    assert found.kind == "not_enough_rows"
    assert found.needed_rows is not None
    assert rows_needed_for_shares(69 / 540, 0.05) < 540 < found.needed_rows < 1500


@pytest.mark.parametrize(
    ("gained", "lost", "rows"), [(5, 0, 140), (0, 0, 1000), (16, 3, 19), (3, 2, 50), (0, 0, 0)]
)
def test_too_few_give_only_counts(gained: int, lost: int, rows: int) -> None:
    found = judged(gained, lost, rows)
    assert found.kind == "too_few"
    assert found.sentence == f"{gained} gained, {lost} lost: too few for a verdict"
    assert (found.interval, found.p, found.needed_rows) == (None, None, None)


def test_six_rows_all_one_way_are_the_least_that_decide() -> None:
    assert judged(6, 0, 140).kind == "better"
    assert judged(5, 1, 140).kind != "better"


def test_no_verdict_before_the_planned_rows() -> None:
    candidate, baseline = columns(40, 0, 140)
    (found,) = verdicts_against_baseline(
        [candidate[:97]], baseline, is_pass_fail=True, planned_rows=140
    )
    assert found.kind == "running"
    assert found.sentence == "running: 97 of 140 rows, verdict at the end"
    assert (found.interval, found.p) == (None, None)


def test_rows_that_ended_without_a_score_are_dropped_and_counted_not_waited_for() -> None:
    candidate, baseline = columns(16, 3, 140)
    candidate[-1] = RowScore(candidate[-1].row, None, "error")
    baseline[-2] = RowScore(baseline[-2].row, None, "excluded")
    (found,) = verdicts_against_baseline([candidate], baseline, is_pass_fail=True, planned_rows=140)
    assert (found.kind, found.rows, found.dropped, found.ended) == ("better", 138, 2, 140)
    assert found.sentence.endswith("138 rows")


def test_several_candidates_are_corrected_together() -> None:
    counts = [(16, 3), (9, 2), (30, 2), (4, 4)]
    _, baseline = columns(0, 0, 140, right=70)
    made = []
    for gained, lost in counts:
        flips = {f"r{70 + place}": 1.0 for place in range(gained)}
        flips |= {f"r{place}": 0.0 for place in range(lost)}
        made.append([RowScore(each.row, flips.get(each.row, each.score)) for each in baseline])
    together = verdicts_against_baseline(made, baseline, is_pass_fail=True, planned_rows=140)
    alone = [
        verdicts_against_baseline([each], baseline, is_pass_fail=True, planned_rows=140)[0]
        for each in made
    ]
    assert [each.p for each in alone] == pytest.approx((0.004425, 0.065430, 0.0, 1.0), abs=1e-6)
    assert together[0].p == pytest.approx(3 * 0.0044250, abs=1e-6)
    assert [each.confidence for each in together] == pytest.approx(
        (1 - 0.05 / 3, 0.975, 1 - 0.05 / 4, 0.975)
    )
    assert [each.kind for each in together[:3]] == ["better", "not_enough_rows", "better"]
    assert together[0].interval is not None
    assert alone[0].interval is not None
    assert together[0].interval.low < alone[0].interval.low
    assert {each.comparisons for each in together} == {4}


def test_what_runs_still_counts_among_the_comparisons() -> None:
    candidate, baseline = columns(16, 3, 140)
    first, second = verdicts_against_baseline(
        [candidate, candidate[:50]], baseline, is_pass_fail=True, planned_rows=140
    )
    assert (first.kind, second.kind) == ("better", "running")
    assert first.p == pytest.approx(2 * 0.0044250, abs=1e-6)


def test_mean_scores_are_compared_by_t() -> None:
    baseline = [RowScore(f"{row}", 0.5 + 0.01 * (row % 7)) for row in range(60)]
    better = [
        each._replace(score=each.score + 0.1 + 0.02 * (row % 3))
        for row, each in enumerate(baseline)
    ]
    (found,) = verdicts_against_baseline([better], baseline, is_pass_fail=False, planned_rows=60)
    assert (found.kind, found.method, found.gained) == ("better", "t", 60)
    assert found.sentence == "better by 12 points [12, 12], 60 rows"
    (same,) = verdicts_against_baseline([baseline], baseline, is_pass_fail=False, planned_rows=60)
    assert same.sentence == "0 gained, 0 lost: too few for a verdict"


def test_repeats_are_rows_by_their_mean_or_by_most_of_them() -> None:
    candidate, baseline = columns(16, 3, 140)
    repeated = [each for each in candidate for _ in range(3)]
    flaky = [each._replace(score=0.0) if n == 0 else each for n, each in enumerate(repeated)]
    thrice = [each for each in baseline for _ in range(3)]
    (most,) = verdicts_against_baseline(
        [flaky], thrice, is_pass_fail=True, planned_rows=140, rule="most"
    )
    assert (most.rows, most.gained, most.lost, most.method) == (140, 16, 3, "mcnemar")
    (mean,) = verdicts_against_baseline([flaky], thrice, is_pass_fail=True, planned_rows=140)
    assert (mean.rows, mean.method) == (140, "t")
    assert mean.difference == pytest.approx((13 - 1 / 3) / 140)


def test_rows_of_one_passage_are_not_independent() -> None:
    candidate, baseline = columns(30, 6, 120)
    clustered = [
        [each._replace(cluster=f"{place // 10}") for place, each in enumerate(column)]
        for column in (candidate, baseline)
    ]
    (found,) = verdicts_against_baseline(
        [clustered[0]], clustered[1], is_pass_fail=True, planned_rows=120
    )
    assert (found.method, found.groups) == ("clustered t", 12)
    (alone,) = verdicts_against_baseline([candidate], baseline, is_pass_fail=True, planned_rows=120)
    assert alone.kind == "better"
    assert found.interval is not None
    assert alone.interval is not None
    assert found.interval.low < alone.interval.low
    few = [
        [each._replace(cluster=f"{place // 20}") for place, each in enumerate(column)]
        for column in (candidate, baseline)
    ]
    (found,) = verdicts_against_baseline([few[0]], few[1], is_pass_fail=True, planned_rows=120)
    assert (found.kind, found.groups) == ("too_few", 6)


def test_a_target_that_is_no_share_is_refused() -> None:
    with pytest.raises(UsageError, match="out of range"):
        judged(3, 3, 30, target=5)


@given(
    st.integers(0, 60), st.integers(0, 60), st.integers(0, 400), st.sampled_from([0.02, 0.05, 0.1])
)
def test_every_verdict_agrees_with_its_own_numbers(
    gained: int, lost: int, rest: int, target: float
) -> None:
    found = judged(gained, lost, gained + lost + rest, target)
    if found.interval is None or found.p is None or found.difference is None:
        assert found.kind == "too_few"
        return
    assert (found.kind in {"better", "worse"}) == found.interval.excludes_zero == (found.p < 0.05)
    assert found.interval.low <= found.difference <= found.interval.high
    assert (found.needed_rows is not None) == (found.kind == "not_enough_rows")
    assert found.needed_rows is None or found.needed_rows > found.rows
    back = msgspec.json.decode(msgspec.json.encode(found), type=ComparisonVerdict)
    assert back == found


def message(kind: str, difference: float, low: float, high: float) -> str:
    return ComparisonVerdict(
        kind=kind,  # type: ignore[arg-type]
        rows=5000,
        ended=5000,
        planned=5000,
        gained=9,
        lost=3,
        dropped=0,
        difference=difference,
        interval=Bounds(low, high),
    ).sentence


def test_points_are_whole_and_what_is_not_zero_is_not_said_as_zero() -> None:
    assert message("better", 0.01, 0.006, 0.014) == "better by 1 point [1, 1], 5,000 rows"
    assert message("better", 0.004, 0.0006, 0.0074) == "better by 0.4 points [0.1, 1], 5,000 rows"
    assert message("worse", -0.125, -0.2, -0.05) == "worse by 13 points [5, 20], 5,000 rows"
    assert points_text(-0.04) == "\u22124"
    assert points_text(0.0) == "0"
    assert points_text(-0.00000001) == "0.000"
