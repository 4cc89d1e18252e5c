"""A search of Game of 24 as in the design, and large ones, made by hand."""

from __future__ import annotations

import math
import random
from typing import Any

from workbench.domain.runs import events as ev
from workbench.domain.runs.run_state import fold_all
from workbench.domain.runs.spec import Budget, RunSpec, TemplatePrompt
from workbench.domain.text import Message, Token

PROPOSE = (
    "Numbers: 2 8 8 14\nNext steps:\n2 + 8 = 10 (left: 8 10 14)\n8 / 2 = 4 (left: 4 8 14)\n"
    "14 - 8 = 6 (left: 2 6 8)\n\nNumbers: {numbers}\nNext steps:"
)
ALTERNATIVES = {"×": (("×", 0.62), ("+", 0.19), ("-", 0.12), ("/", 0.05), ("^", 0.01))}

# thought, what is left, probabilities of sure and likely, still reachable
Thought = tuple[str, str, float, float, bool]
STEP_1: list[Thought] = [
    ("10 - 6 = 4", "4 4 5", 0.81, 0.16, True),
    ("10 - 4 = 6", "5 6 6", 0.77, 0.2, True),
    ("5 × 6 = 30", "4 10 30", 0.36, 0.52, True),
    ("4 × 5 = 20", "6 10 20", 0.31, 0.5, True),
    ("4 + 5 = 9", "6 9 10", 0.12, 0.6, False),
    ("5 + 6 = 11", "4 10 11", 0.09, 0.6, False),
    ("6 - 5 = 1", "1 4 10", 0.02, 0.3, False),
    ("6 × 10 = 60", "4 5 60", 0.01, 0.05, False),
]
STEP_2: dict[str, list[Thought]] = {
    "0.0": [
        ("4 × 5 = 20", "4 20", 0.87, 0.1, True),
        ("4 + 4 = 8", "5 8", 0.2, 0.45, False),
        ("4 + 5 = 9", "4 9", 0.03, 0.3, False),
        ("4 - 4 = 0", "0 5", 0.01, 0.1, False),
        ("5 - 4 = 1", "1 4", 0.01, 0.1, False),
    ],
    "0.1": [
        ("5 × 6 = 30", "6 30", 0.89, 0.09, True),
        ("5 + 6 = 11", "6 11", 0.15, 0.5, False),
        ("6 × 6 = 36", "5 36", 0.02, 0.2, False),
        ("6 - 5 = 1", "1 6", 0.01, 0.1, False),
        ("6 / 6 = 1", "1 5", 0.01, 0.1, False),
    ],
    "0.2": [
        ("30 - 10 = 20", "4 20", 0.78, 0.15, True),
        ("10 - 4 = 6", "6 30", 0.74, 0.2, True),
        ("30 + 4 = 34", "10 34", 0.3, 0.6, True),
        ("30 - 4 = 26", "10 26", 0.02, 0.2, False),
        ("30 + 10 = 40", "4 40", 0.01, 0.1, False),
        ("30 × 4 = 120", "10 120", 0.01, 0.1, False),
    ],
}
STEP_3: list[Thought] = [
    ("30 - 6 = 24", "5 × 6 - (10 - 4)", 0.98, 0.01, True),
    ("30 + 6 = 36", "36", 0.0, 0.1, False),
    ("6 × 30 = 180", "180", 0.0, 0.1, False),
]


class Log:
    """Events in the order in which a search says them."""

    def __init__(self, run_id: int = 1287) -> None:
        self.run_id = run_id
        self.at = 0.0
        self.logged: list[ev.LoggedEvent] = []

    def add(self, event: ev.Event, seconds: float = 0.0) -> None:
        self.at += seconds
        self.logged.append(ev.LoggedEvent(self.run_id, len(self.logged), self.at, event))

    def propose(
        self, node: str, numbers: str, lines: list[str], seconds: float, *, ends: bool = True
    ) -> None:
        call = f"{node}/propose"
        messages = (Message.literal("user", PROPOSE.format(numbers=numbers)),)
        self.add(
            ev.CallStarted(
                call=call,
                node=node,
                role="propose",
                messages=messages,
                samples=1,
                seeds=(7,),
                max_tokens=200,
                temperature=0.7,
            )
        )
        self.add(
            ev.PromptEvaluated(call=call, done_tokens=1226, total_tokens=1226, reused_tokens=1197),
            0.25,
        )
        tokens = tokens_of("\n".join(lines))
        for index in range(0, len(tokens), 4):
            part = tuple(tokens[index : index + 4])
            text = "".join(token.text for token in part)
            self.add(
                ev.TextReceived(call=call, sample=0, text=text, tokens=part),
                seconds / max(len(tokens) / 4, 1),
            )
        if ends:
            self.add(finished(call, "\n".join(lines), len(tokens), seconds + 0.25))
        self.charge()

    def value(self, node: str, thought: Thought, seconds: float) -> None:
        call = f"{node}/value"
        labels = ("sure", "likely", "impossible")
        chances = (thought[2], thought[3], round(1 - thought[2] - thought[3], 3))
        self.add(
            ev.CallStarted(
                call=call,
                node=node,
                role="value",
                messages=(Message.literal("user", f"Evaluate if {thought[1]} can reach 24"),),
                samples=0,
                seeds=(),
                max_tokens=0,
                temperature=0.0,
                labels=labels,
            )
        )
        self.add(
            ev.LabelsScored(
                call=call,
                labels=labels,
                probabilities=chances,
                logprobs=tuple(math.log(max(chance, 1e-4)) for chance in chances),
                prompt_tokens=420,
                evaluated_tokens=20,
                seconds=seconds,
            ),
            seconds,
        )
        score = 20 * chances[0] + chances[1] + 0.001 * chances[2]
        probabilities = dict(zip(labels, chances, strict=True))
        self.add(ev.Scored(node=node, score=score, probabilities=probabilities))

    def nodes(self, parent: str, depth: int, thoughts: list[Thought]) -> list[str]:
        names = []
        for index, (text, left, _, _, reachable) in enumerate(thoughts):
            name = f"{parent}.{index}"
            self.add(ev.NodeAdded(node=name, parent=parent, depth=depth, text=text))
            self.add(ev.StateVerified(node=name, state=left, reachable=reachable))
            names.append(name)
        return names

    def charge(self) -> None:
        self.add(ev.BudgetCharged(tokens=0, calls=0, seconds=self.at))


def tokens_of(text: str) -> list[Token]:
    """One token a word, the operators with alternatives."""
    rng = random.Random(len(text))
    found = []
    for index, piece in enumerate(text.replace("\n", " \n ").split(" ")):
        shown = piece if index == 0 or piece == "\n" else f" {piece}"
        alternatives = ALTERNATIVES.get(piece, ((piece, 0.93), ("0", 0.04), ("1", 0.01)))
        reported = tuple((f" {word}", math.log(chance)) for word, chance in alternatives)
        chance = alternatives[0][1] if piece in ALTERNATIVES else rng.uniform(0.6, 0.999)
        found.append(Token(index, shown, math.log(chance), reported))
    return found


def finished(call: str, text: str, tokens: int, seconds: float) -> ev.CallFinished:
    return ev.CallFinished(
        call=call,
        sample=0,
        text=text,
        finish_reason="stop",
        prompt_tokens=1226,
        evaluated_tokens=29,
        completion_tokens=tokens,
        seconds=seconds,
        mean_logprob=-0.2,
    )


def line(thought: Thought) -> str:
    return f"{thought[0]} (left: {thought[1]})"


def game_of_24(*, ends: bool = False, run_id: int = 1287) -> list[ev.LoggedEvent]:
    """The search of the design picture: two steps done, the third half way."""
    log = Log(run_id)
    log.add(ev.RunStarted(strategy="tree_of_thought", model="qwen2.5-7b", seed=24))
    log.add(ev.NodeAdded(node="0", parent="", depth=0, text="4 5 6 10", kind="question"))
    log.add(ev.StateVerified(node="0", state="4 5 6 10", reachable=True))
    log.propose("0", "4 5 6 10", [line(each) for each in STEP_1], 13.0)
    names = log.nodes("0", 1, STEP_1)
    for name, thought in zip(names, STEP_1, strict=True):
        log.value(name, thought, 1.0)
    log.add(ev.Selected(depth=1, nodes=tuple(names[:3])))
    log.add(ev.Pruned(nodes=tuple(names[3:]), reason="not among the best 3"))
    log.add(ev.BestUpdated(node="0.1", answer=None, output=STEP_1[1][0]))
    seconds_step(log)
    log.propose("0.1.0", "6 30", [line(each) for each in STEP_3], 3.2)
    last = log.nodes("0.1.0", 3, STEP_3)
    for name, thought in zip(last, STEP_3, strict=True):
        log.value(name, thought, 0.1)
    log.add(ev.StateVerified(node=last[0], state="5 × 6 - (10 - 4)", reachable=True, solved=True))
    log.add(ev.Selected(depth=3, nodes=(last[0],)))
    log.add(ev.Pruned(nodes=tuple(last[1:]), reason="not 24"))
    log.add(ev.BestUpdated(node=last[0], answer="24", output="30 - 6 = 24"))
    if ends:
        log.add(
            ev.RunFinished(
                status="done",
                answer="24",
                output="30 - 6 = 24",
                node=last[0],
                finish_reason="stop",
                seconds=log.at,
            )
        )
        return log.logged
    for node, left in (("0.0.0", "4 20"), ("0.2.0", "4 20")):
        messages = (Message.literal("user", PROPOSE.format(numbers=left)),)
        log.add(
            ev.CallStarted(
                call=f"{node}/propose",
                node=node,
                role="propose",
                messages=messages,
                samples=1,
                seeds=(7,),
                max_tokens=200,
                temperature=0.7,
            )
        )
    tokens = tuple(tokens_of("20 + 4 ="))
    log.add(ev.TextReceived(call="0.0.0/propose", sample=0, text="20 + 4 =", tokens=tokens), 0.7)
    return log.logged


def seconds_step(log: Log) -> None:
    """The second step: three proposals, their values, a choice."""
    made: list[tuple[str, Thought]] = []
    for parent, thoughts in STEP_2.items():
        log.propose(parent, STEP_1[int(parent[-1])][1], [line(each) for each in thoughts], 2.4)
    for parent, thoughts in STEP_2.items():
        made += zip(log.nodes(parent, 2, thoughts), thoughts, strict=True)
    for name, thought in made:
        log.value(name, thought, 0.1)
    kept = ("0.1.0", "0.0.0", "0.2.0")
    log.add(ev.Selected(depth=2, nodes=kept))
    dropped = tuple(name for name, _ in made if name not in kept)
    log.add(ev.Pruned(nodes=dropped, reason="not among the best 3"))
    log.add(ev.BestUpdated(node="0.1.0", answer=None, output="10 - 4 = 6\n5 × 6 = 30"))


def spec() -> RunSpec:
    """What the sample run was made from."""
    return RunSpec(
        prompt=TemplatePrompt("/prompts/game24.prompty", "{{ numbers }}", {"numbers": "4 5 6 10"}),
        strategy="tree_of_thought",
        params={"beam": 3, "depth": 3, "generate": "propose", "evaluate": "logprob"},
        model="qwen2.5-7b",
        seed=24,
        budget=Budget(max_tokens=6000, max_calls=60, max_seconds=180),
    )


def large(count: int = 5000, run_id: int = 1) -> list[ev.LoggedEvent]:
    """A search with ``count`` thoughts, four events each: about 20,000 for 5,000."""
    rng = random.Random(count)
    log = Log(run_id)
    log.add(ev.RunStarted(strategy="tree_of_thought", model="tiny", seed=1))
    log.add(ev.NodeAdded(node="0", parent="", depth=0, text="start", kind="question"))
    level, depth, made = ["0"], 0, 0
    while made < count:
        depth += 1
        kept: list[str] = []
        for parent in level:
            names = [f"{parent}.{index}" for index in range(5)][: count - made]
            made += len(names)
            for name in names:
                thought = (
                    f"thought {name}",
                    f"state {made}",
                    rng.random(),
                    0.0,
                    rng.random() > 0.5,
                )
                log.add(ev.NodeAdded(node=name, parent=parent, depth=depth, text=thought[0]))
                log.value(name, thought, 0.01)
            if not names:
                break
            chosen = tuple(names[: 2 if len(level) < 200 else 1])
            log.add(ev.Selected(depth=depth, nodes=chosen))
            log.add(ev.Pruned(nodes=tuple(names[len(chosen) :]), reason="not among the best"))
            kept += chosen
        level = kept
        log.add(ev.BestUpdated(node=level[0], answer=None, output=""))
    log.add(
        ev.RunFinished(
            status="done",
            answer="1",
            output="1",
            node=level[0],
            finish_reason="stop",
            seconds=log.at,
        )
    )
    return log.logged


def record(core: Any, logged: list[ev.LoggedEvent]) -> Any:
    """A coroutine that puts a run made of these events into the history; gives its id."""

    async def write() -> int:
        run_id = await core._core.store.create_run(spec(), title="Game of 24", manifest={})
        placed = [ev.LoggedEvent(run_id, each.seq, each.at, each.event) for each in logged]
        core._core.store.append(run_id, placed)
        state = fold_all(placed)
        if state.status != "running":
            await core._core.store.finish_run(run_id, state)
        await core._core.store.flush()
        return run_id

    return write()
