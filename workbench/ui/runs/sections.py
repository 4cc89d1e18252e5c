"""The foldable sections of a run's view; each decides from the run's state whether it is shown."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame

from workbench.domain.runs.agreement import agreement, voted_answers
from workbench.domain.runs.run_state import RunState
from workbench.domain.runs.spec import Json
from workbench.domain.text import count_text
from workbench.ui.kit import IconButton, Label, Section, StreamingText, column, set_tone
from workbench.ui.runs.agreement import AgreementCurve
from workbench.ui.runs.paths import PathList
from workbench.ui.runs.search_tree import SearchTree, describe_node
from workbench.ui.runs.tree_cards import verdict_of
from workbench.ui.runs.votes import VoteBars
from workbench.ui.runs.words import (
    active_calls,
    agreement_words,
    is_search,
    output_text,
    output_tokens,
    path_calls,
    reasoning_text,
    thinking_title,
    tie_words,
)

_LEAST_TEXT_HEIGHT = 88


class RunSection(Section):
    """A part of a run's view; ``tone`` is its strategy's colour.

    ``main_text`` is the view of a text that says what the run came to, where the part has one.
    """

    tone = "text-2"
    main_text: StreamingText | None = None

    def set_params(self, params: Mapping[str, Json]) -> None:
        """Know what the run was started with."""

    def set_tone(self, tone: str) -> None:
        """Take another strategy's colour."""
        self.tone = tone

    def show_state(self, state: RunState) -> None:
        """Show what this part has of the run, or hide where it has nothing; each part its own."""


class ThinkingSection(RunSection):
    """What a reasoning model thought before its answer; folded, as it is long."""

    def __init__(self) -> None:
        self.text = StreamingText("Thinking", "body")
        self.text.setMinimumHeight(_LEAST_TEXT_HEIGHT)
        super().__init__("Thinking", self.text, opened=False)

    def show_state(self, state: RunState) -> None:
        """Append what is new of the thinking; nothing where there is none."""
        thought = reasoning_text(state)
        self.setVisible(bool(thought))
        if thought:
            self.set_title(thinking_title(state))
            self.text.set_text(thought, follow=state.status == "running")


class OutputSection(RunSection):
    """The text of a run with one line of thought, as it comes."""

    def __init__(self) -> None:
        self.text = StreamingText("Output")
        self.text.setMinimumHeight(_LEAST_TEXT_HEIGHT)
        self.main_text = self.text
        super().__init__("Output", self.text, stretch=True)

    def show_state(self, state: RunState) -> None:
        """Append what is new of the output."""
        fits = not path_calls(state) and not is_search(state)
        self.setVisible(fits)
        if not fits:
            return
        reasons = any(call.role == "reason" for call in state.calls.values())
        self.set_title("Reasoning" if reasons else "Output")
        self.note.setText(count_text(output_tokens(state), "token") if state.calls else "")
        self.text.set_text(output_text(state), follow=state.status == "running")
        writing = bool(active_calls(state)) and bool(self.text.text)
        self.text.set_streaming(self.tone if writing else "")


class VotesSection(RunSection):
    """How many samples gave which answer, what happens with a tie, and how they came to agree."""

    def __init__(self) -> None:
        self.bars = VoteBars()
        self.tie = Label("", "small", "text-3", elide=True)
        self.curve = AgreementCurve()
        self.agreement = Section("Agreement", self.curve)
        self._wanted = 0
        body = QFrame()
        body.setLayout(column(self.bars, self.tie, 6, self.agreement, gap=2))
        super().__init__("Votes", body)

    def set_tone(self, tone: str) -> None:
        self.bars.set_tone(tone)
        self.curve.set_tone(tone)

    def set_params(self, params: Mapping[str, Json]) -> None:
        paths = params.get("paths")
        self._wanted = paths if isinstance(paths, int) else 0

    def _show_agreement(self, state: RunState) -> None:
        """The course of the vote, as far as answers were read."""
        answers = voted_answers(state)
        self.agreement.setVisible(bool(answers))
        total = max(self._wanted, sum(len(call.samples) for call in path_calls(state)))
        course = agreement(answers, total)
        self.curve.show_course(course, total)
        settled = course.settled_at
        self.agreement.note.setText(f"settled at path {settled}" if settled else "not settled")

    def show_state(self, state: RunState) -> None:
        """Show the tally once there is one."""
        calls = path_calls(state)
        self.setVisible(bool(calls))
        if not calls:
            return
        self._show_agreement(state)
        if state.tally:
            self.note.setText(agreement_words(state.tally))
            self.bars.show_tally(state.tally, state.answer)
            self.tie.setText(tie_words(state.tally, state.tie_rule))
        else:
            samples = [sample for call in calls for sample in call.samples]
            ended = sum(sample.is_whole for sample in samples)
            live = state.status == "running"
            words = "have ended" if live else "are done"
            self.note.setText(f"{ended} of {len(samples)} paths {words}")
            self.bars.show_tally((), None)
            self.tie.setText(
                "Counted when all paths have ended" if live else "Stopped before the count"
            )


class PathsSection(RunSection):
    """The samples behind the votes; one can be read."""

    def __init__(self) -> None:
        self.paths = PathList()
        self.main_text = self.paths.text
        super().__init__("Paths", self.paths, stretch=True)

    def set_tone(self, tone: str) -> None:
        self.paths.tone = tone

    def show_state(self, state: RunState) -> None:
        """Show the samples as they are now."""
        calls = path_calls(state)
        self.setVisible(bool(calls))
        if not calls:
            return
        self.set_title(count_text(sum(len(call.samples) for call in calls), "path"))
        distinct = sum(answer is not None for answer, _ in state.tally)
        self.note.setText(count_text(distinct, "distinct answer") if state.tally else "")
        self.paths.show_calls(calls, state)


class SearchSection(RunSection):
    """The search as a small tree, with the current node in words.

    Signals:
        tree_wanted(): the same search in full, in its own workspace.
    """

    tree_wanted = Signal()

    def __init__(self) -> None:
        self.tree = SearchTree()
        self.current = Label("", "small", "text-2", elide=True)
        self._state = RunState()
        self.tree.picked.connect(self._on_picked)
        body = QFrame()
        body.setLayout(column(self.tree, self.current, gap=2))
        super().__init__("Search", body)
        self.expand = IconButton("expand", "Open this search in Tree", size=24, glyph=14)
        self.expand.clicked.connect(self.tree_wanted)
        self.add_control(self.expand)
        self.current.hide()

    def set_tone(self, tone: str) -> None:
        self.tree.set_tone(tone)

    def show_state(self, state: RunState) -> None:
        """Show the nodes as they are now."""
        self._state = state
        self.setVisible(is_search(state))
        if not is_search(state):
            return
        dropped = sum(node.status == "pruned" for node in state.nodes.values())
        self.note.setText(f"{count_text(len(state.nodes), 'node')}, {dropped} pruned")
        self.tree.show_state(state)
        self._on_picked(self.tree.current)

    @Slot(str)
    def _on_picked(self, name: str) -> None:
        node = self._state.nodes.get(name)
        self.current.setVisible(node is not None)
        if node is not None:
            self.current.setText(" · ".join(describe_node(node).split("\n")))


class BestPathSection(RunSection):
    """The thoughts from the root to the best node, then the text that answers from them."""

    def __init__(self) -> None:
        self.text = StreamingText("Best path")
        self.text.setMinimumHeight(_LEAST_TEXT_HEIGHT)
        self.main_text = self.text
        super().__init__("Best path so far", self.text, stretch=True)

    def show_state(self, state: RunState) -> None:
        """Show the best there is; until there is any, the thoughts being proposed."""
        self.setVisible(is_search(state))
        if not is_search(state):
            return
        path = [state.nodes[name] for name in state.best_path()]
        thoughts = [node.text for node in path if node.kind == "thought"]
        active = active_calls(state)
        if thoughts or not active:
            self.set_title("Best path so far" if state.status == "running" else "Best path")
            answers = [
                call for call in state.calls.values() if call.role.partition("-")[0] == "answer"
            ][-1:]
            parts = thoughts + [sample.text for call in answers for sample in call.samples]
            writing = any(call.role.partition("-")[0] == "answer" for call in active)
        else:
            self.set_title("Thoughts being proposed")
            parts, writing = [active[0].samples[0].text], True
        live = state.status == "running"
        self.text.set_text("\n\n".join(part for part in parts if part), follow=live)
        self.text.set_streaming(self.tone if writing and self.text.text else "")
        last = path[-1] if path else None
        verdict = verdict_of(last) if last is not None else ""
        scored = last is not None and last.score is not None
        self.note.setText(f"{verdict or 'value'} {last.score:g}" if scored and last else "")
        set_tone(self.note, verdict or "text-3")


def sections(tone: str) -> tuple[RunSection, ...]:
    """All sections, in their order on the page."""
    parts = (
        ThinkingSection(),
        OutputSection(),
        VotesSection(),
        PathsSection(),
        SearchSection(),
        BestPathSection(),
    )
    for part in parts:
        part.set_tone(tone)
    return parts
