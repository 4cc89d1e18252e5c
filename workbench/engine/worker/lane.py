"""Units of the scheduler: jobs, and the lanes in which their tokens are evaluated."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Sequence as Many

from workbench.domain.runs.spec import KvMode
from workbench.engine.protocol import Frame
from workbench.engine.worker.kv.nodes import Sequence
from workbench.engine.worker.sampling.distribution import Distribution


class Job(ABC):
    """A prompt and the lanes that go on from its end. ``order`` decides who is served first.

    ``started`` turns True when the prompt has been read once and its last logits were of use.
    ``may_go_on`` says whether a later prompt may begin with what a lane has.
    """

    def __init__(
        self, job_id: int, prompt: list[int], *, mode: KvMode, priority: int, order: int
    ) -> None:
        self.id = job_id
        self.prompt = prompt
        self.strict = mode == "strict"
        self.urgent = priority == 0
        self.order = (priority, order)
        self.arrived = time.monotonic()
        self.started = False
        self.reused_tokens = 0
        self.may_go_on = True

    @property
    @abstractmethod
    def lanes(self) -> Many[Lane]:
        """All of them, also those that have ended."""

    def count_evaluated(self, start: int, end: int) -> None:  # noqa: B027 - not every job counts
        """Note that ``start`` to ``end`` of a lane's history was computed."""

    def close(self) -> None:  # noqa: B027 - not every job holds something
        """Free what the lanes hold outside Python."""


class Lane(ABC):
    """Tokens that are evaluated one after another, and their sequence while they have one.

    ``history`` is the prompt and what follows it. What the sequence holds of it is evaluated; the
    rest is pending. A lane that loses its sequence to a more urgent one therefore goes on later as
    if nothing had happened, at the price of evaluating again.
    """

    def __init__(self, job: Job, index: int, history: list[int]) -> None:
        self.job = job
        self.index = index
        self.history = history
        self.sequence: Sequence | None = None
        self.finished = False

    @property
    def order(self) -> tuple[int, int, int]:
        """Sort key: the smallest is served first and gives way last."""
        return (*self.job.order, self.index)

    @property
    def pending(self) -> int:
        """Tokens to evaluate before the lane can go on."""
        return len(self.history) - (len(self.sequence) if self.sequence else 0)

    @property
    def needs_sequence(self) -> bool:
        """Whether anything is evaluated after the prompt."""
        return self.remaining > 0 or len(self.history) > len(self.job.prompt)

    @property
    @abstractmethod
    def remaining(self) -> int:
        """Tokens that this lane may still add to its history."""

    @property
    @abstractmethod
    def first_wanted(self) -> int:
        """Index of the first token of the history whose logits are still wanted."""

    @abstractmethod
    def advance(self, distribution: Distribution) -> list[Frame]:
        """Use the probabilities of the next token: first after :attr:`first_wanted`, then on."""

    @abstractmethod
    def cancel(self) -> list[Frame]:
        """End it before its time."""
