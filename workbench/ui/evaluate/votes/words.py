"""Sentences about votes, boards and judges."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.domain.evaluation.board import Standing, VoteBoard
from workbench.domain.evaluation.judge_agreement import (
    GATE_CONSISTENCY,
    GATE_KAPPA,
    GATE_VOTES,
    JudgeGate,
    LabelAgreement,
)
from workbench.domain.evaluation.votes import Choice, Vote, VotingRound
from workbench.domain.text import count_text, rough_seconds

_OUTCOMES: dict[Choice, str] = {"tie": "a tie", "both_bad": "both bad", "skipped": "skipped"}


def progress_text(state: VotingRound) -> tuple[str, str]:
    """Which vote it is, and of how many: "Vote 70", "of 90"."""
    number = state.counted + 1
    if state.pair is None:
        return count_text(state.counted, "vote"), ""
    if state.counted >= state.planned:
        return f"Vote {number:,}", f"{state.planned:,} were planned"
    return f"Vote {number:,}", f"of {state.planned:,}"


def time_left_text(state: VotingRound) -> str:
    """As in "about 9 min left"; "" where it is not known or nothing is left."""
    left = state.seconds_left
    return f"about {rough_seconds(left)} left" if left else ""


def rows_text(state: VotingRound) -> str:
    """What an export would give: "56 DPO rows from decided votes, 8 KTO rows"."""
    if not state.counted:
        return ""
    dpo = f"{count_text(state.dpo_rows, 'DPO row')} from decided votes"
    return f"{dpo}, {count_text(state.kto_rows, 'KTO row')}"


def nothing_text(state: VotingRound) -> str:
    """Why there is no pair to vote on."""
    if state.pairs:
        return f"All {count_text(state.pairs, 'pair')} have a vote."
    if state.unfinished:
        return "Run the evaluation first: two answers to a case are needed."
    if state.identical:
        return "All drafts answer each case with the same text: there is nothing to vote on."
    return "Votes compare two drafts: add a second variant in Setup."


def counted_out_text(state: VotingRound) -> str:
    """What is not asked or not counted, and why; "" where there is nothing."""
    parts = []
    if state.identical:
        parts.append(f"{count_text(state.identical, 'pair')} with equal texts not asked")
    if state.unfinished:
        parts.append(f"{count_text(state.unfinished, 'pair')} without both answers")
    if state.count("skipped"):
        parts.append(f"{state.count('skipped'):,} skipped")
    if state.earlier:
        parts.append(f"{count_text(state.earlier, 'vote')} on earlier answers kept, not counted")
    return ", ".join(parts)


def vote_text(vote: Vote) -> str:
    """A vote with its names: "warm beat short"."""
    a, b = vote.pair.a.variant, vote.pair.b.variant
    if vote.choice in ("a", "b"):
        better, worse = (a, b) if vote.choice == "a" else (b, a)
        return f"{better} beat {worse}"
    return f"{a} and {b}: {_OUTCOMES.get(vote.choice, 'no vote')}"


# --- board --------------------------------------------------------------------------------------


def rank_text(standing: Standing) -> str:
    """A rank range: "1–3", or "2" where it is one."""
    best, worst = standing.best_rank, standing.worst_rank
    return f"{best}" if best == worst else f"{best}–{worst}"


def record_text(standing: Standing) -> str:
    """As in "20 won · 7 tied · 8 lost"."""
    return f"{standing.won:,} won · {standing.tied:,} tied · {standing.lost:,} lost"


def rating_text(value: float) -> str:
    """A rating in whole points."""
    return f"{value:,.0f}".replace("-", "\u2212")


def undecided_text(board: VoteBoard) -> str:
    """How many drafts the votes cannot rank; "" where each has one rank."""
    if board.is_separated:
        return "Too few votes to rank."
    open_ranks = sum(each.best_rank != each.worst_rank for each in board.standings)
    return f"{count_text(open_ranks, 'draft')} not ranked surely yet." if open_ranks else ""


def below_text(board: VoteBoard) -> str:
    """Who is surely below whom: "v3 is below warm and short."."""
    if board.is_separated:
        return ""
    sentences = []
    for each in board.standings:
        above = [other.name for other in board.standings if other.interval.low > each.interval.high]
        if above:
            quoted = [f"“{name}”" for name in above]
            sentences.append(f"“{each.name}” is below {joined(quoted)}.")
    return " ".join(sentences)


def method_text(board: VoteBoard) -> str:
    """How the board was made."""
    if board.is_separated:
        return (
            "One draft won every vote, or some never met: the ratings show the order at most. "
            "“Both bad” counts as a tie here and is kept apart below."
        )
    return (
        f"95 % from {board.resamples:,} resamples of the {count_text(board.rows, 'case')}; "
        "“both bad” counts as a tie here and is kept apart below."
    )


def board_lines(board: VoteBoard) -> str:
    """The board as a Markdown table."""
    lines = [
        "| Rank | Draft | Rating | 95 % | Won | Tied | Lost |",
        "|---|---|---|---|---|---|---|",
    ]
    for each in board.standings:
        bounds = f"{rating_text(each.interval.low)} to {rating_text(each.interval.high)}"
        name = each.name.replace("|", "\\|")
        cells = (rank_text(each), name, rating_text(each.rating), bounds)
        counts = (str(each.won), str(each.tied), str(each.lost))
        lines.append(f"| {' | '.join((*cells, *counts))} |")
    return "\n".join(lines) + "\n"


# --- judge --------------------------------------------------------------------------------------


def gate_lines(gate: JudgeGate) -> tuple[tuple[bool, str, str], ...]:
    """The three gates of a judge: whether it is met, what was measured, what is needed."""
    low = "not known yet" if gate.kappa_low is None else f"at least {_share(gate.kappa_low)}"
    same = gate.consistency
    orders = "both orders not measured" if same is None else f"{same:.2f} same in both orders"
    return (
        (gate.has_votes, count_text(gate.votes, "pair"), f"{GATE_VOTES} needed"),
        (gate.agrees, f"kappa {low}", f"{GATE_KAPPA:.2f} needed"),
        (gate.is_consistent, orders, f"{GATE_CONSISTENCY:.2f} needed"),
    )


def agreement_texts(found: LabelAgreement) -> tuple[tuple[str, str, str], ...]:
    """Same pick, kappa and AC1: title, value, interval."""
    kappa, bounds = found.kappa, found.kappa.interval if found.kappa is not None else None
    return (
        ("Same pick", f"{found.observed:.0%}".replace("%", " %"), ""),
        (
            "Cohen's kappa",
            "-" if kappa is None else _share(kappa.value),
            "" if bounds is None else f"{_share(bounds.low)} to {_share(bounds.high)}",
        ),
        ("Gwet's AC1", "-" if found.ac1 is None else _share(found.ac1), ""),
    )


def _share(value: float) -> str:
    return f"{value:.2f}".replace("-", "\u2212")


def joined(names: Sequence[str]) -> str:
    """As in "a", "a and b", "a, b and c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
