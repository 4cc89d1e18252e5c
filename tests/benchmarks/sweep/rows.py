"""The rows of the sweep, the prompt that they fill, and the job that the children are given."""

from __future__ import annotations

import itertools

import msgspec

SUBJECTS = (
    "a harbour", "an old radio", "the night train", "a beehive", "a chess club", "a bakery",
    "the first snow", "a lighthouse", "a broken clock", "a river in spring", "a school garden",
    "the market", "a violin", "a long queue", "the village well", "a new bridge", "a lost letter",
    "a tram driver", "the town library", "a storm",
)  # fmt: skip
READERS = (
    "a child", "a tired nurse", "a geography class", "a newspaper", "a friend abroad", "a tourist",
    "the mayor", "a choir", "a gardener", "a grandmother", "a swimmer",
)  # fmt: skip
EXAMPLES = (
    ("a ferry", "a pilot", ("The ferry crosses every hour, and its captain knows each passenger by "
     "the way they come up the ramp. When fog lies on the water she sounds the horn twice, waits "
     "for the echo of the cliffs, and only then leaves the pier.")),
    ("a pear tree", "a carpenter", ("The pear tree behind the workshop has not been cut for thirty "
     "years. Its wood is heavy and even, and in September the apprentices eat the fruit on the "
     "steps before the saw begins again.")),
    ("a kite", "an engineer", ("A kite is a wing on a string. Held at the right angle it turns the "
     "wind into a force that points up and back, and the line carries the rest; let go of it and "
     "the paper is only paper.")),
    ("the post office", "a new neighbour", ("The post office is open in the mornings. Ask for Mr "
     "Lund, who sorts the letters by street and by temper, and bring small coins, because the "
     "drawer for change has been stuck since last winter.")),
    ("a marathon", "a cook", ("A marathon is a slow stew. He who turns up the heat in the first "
     "hour burns the bottom of the pot, and she who keeps it low to the end finds that the last "
     "miles still have some salt in them.")),
)  # fmt: skip


class SweepJob(msgspec.Struct, frozen=True, kw_only=True):
    """What a child does. ``prompts`` are whole texts with the model's own markers."""

    model: str
    threads: int
    rows: int
    new_tokens: int
    prompts: tuple[str, ...] = ()
    promptfoo: str = ""
    """The program, "" where there is none."""
    width: int = 0
    """Answers decoded together by the raw loop, and slots of the server; 0 to find it."""


def rows(count: int) -> list[dict[str, str]]:
    """``count`` rows, each different."""
    pairs = itertools.islice(itertools.product(READERS, SUBJECTS), count)
    return [{"subject": subject, "reader": reader} for reader, subject in pairs]


def template() -> str:
    """The prompt: examples first, so that all rows share them, and the row at the end."""
    shown = "\n\n".join(
        f"Subject: {subject}\nReader: {reader}\nText: {text}" for subject, reader, text in EXAMPLES
    )
    row = "Subject: {{ subject }}\nReader: {{ reader }}\nText:"
    return f"user:\nWrite as in the examples.\n\n{shown}\n\n{row}"
