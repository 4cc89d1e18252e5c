"""How all columns of a comparison are run, and what their answers are held against."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Signal

from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.spec import Budget, Json, KvMode, RunSpec, TemplatePrompt
from workbench.ui.compare.prompt_model import PromptModel
from workbench.ui.compare.session import (
    DEFAULT_BUDGET_SECONDS,
    DEFAULT_BUDGET_TOKENS,
    DEFAULT_REPEATS,
    Session,
)

if TYPE_CHECKING:
    from workbench.ui.bridge import Bridge


class SettingsModel(PromptModel):
    """A prompt with its model, sampling, budget, repeats and right answer.

    Signals:
        settings_changed(): model, sampling, seed, budget or repeats.
        counted(): a run has ended, or what runs are counted and judged by changed.
    """

    settings_changed = Signal()
    counted = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self.model = ""
        self.sampling = Sampling()
        self.seed = 0
        self.mode: KvMode = "fast"
        self.equal_tokens = False
        self.budget_tokens = DEFAULT_BUDGET_TOKENS
        self.equal_seconds = False
        self.budget_seconds = DEFAULT_BUDGET_SECONDS
        self.repeats = DEFAULT_REPEATS
        self.comes_with_settings = False
        """Whether the prompt comes with run settings, which override its front matter."""
        self.expected = ""
        self.paces: dict[str, float] = {}
        """Tokens a second of all runs together in the last comparison on each model."""
        self._expected_of: dict[bytes, str] = {}
        """The right answers of the questions that were asked, by prompt and inputs."""
        self.settings_changed.connect(self.counted)
        self.prompt_changed.connect(self.counted)
        self.variables_changed.connect(self.counted)

    @property
    def budget(self) -> Budget:
        """What each run may use."""
        return Budget(
            max_tokens=self.budget_tokens if self.equal_tokens else None,
            max_seconds=float(self.budget_seconds) if self.equal_seconds else None,
        )

    def spec(self, strategy: str, params: dict[str, Json]) -> RunSpec:
        """What would be run now; the loaded model is used where none was chosen."""
        return RunSpec(
            prompt=TemplatePrompt(self.path, self.text, dict(self.variables)),
            strategy=strategy,
            params=dict(params),
            model=self.model or self._bridge.engine_status.model_path,
            sampling=self.sampling,
            seed=self.seed,
            budget=self.budget,
            mode=self.mode,
        )

    def set_model(self, model: str) -> None:
        """The model's path, "" for the default."""
        self.model = model
        self.settings_changed.emit()

    def set_sampling(self, sampling: Sampling, seed: int, mode: KvMode) -> None:
        """Sampling, seed and mode for all columns; seed 0 draws one for each comparison."""
        self.sampling, self.seed, self.mode = sampling, seed, mode
        self.settings_changed.emit()

    def set_budget(self, equal_tokens: bool, tokens: int) -> None:
        """Whether every column may generate the same number of tokens, and how many."""
        self.equal_tokens, self.budget_tokens = equal_tokens, tokens
        self.settings_changed.emit()

    def set_time_budget(self, equal_seconds: bool, seconds: int) -> None:
        """Whether every run may take the same time, and how many seconds."""
        self.equal_seconds, self.budget_seconds = equal_seconds, seconds
        self.settings_changed.emit()

    def set_repeats(self, repeats: int) -> None:
        """How often each column is run, from the next run on."""
        self.repeats = repeats
        self.settings_changed.emit()

    def set_expected(self, expected: str) -> None:
        """The right answer of the question that is shown, "" where it is not known."""
        if expected != self.expected:
            self.expected = expected
            self.note_expected()
            self.counted.emit()

    def set_variables(self, variables: dict[str, Json]) -> None:
        """Other values: another question, whose right answer is known if it was asked before."""
        if variables == self.variables:
            return
        self.note_expected()
        key = _question_key(TemplatePrompt(self.path, self.text, variables))
        self.expected = self._expected_of.get(key, "")
        super().set_variables(variables)

    def note_expected(self) -> None:
        """Keep the right answer with the question, for when it is shown again."""
        self._expected_of[self._key] = self.expected

    def note_stored(self, runs: Iterable[tuple[RunSpec, str]]) -> None:
        """Keep the right answers that runs of the history have, the last of each question."""
        for spec, expected in runs:
            if isinstance(spec.prompt, TemplatePrompt) and expected:
                self._expected_of[_question_key(spec.prompt)] = expected

    @property
    def _key(self) -> bytes:
        """The question that is shown."""
        return _question_key(TemplatePrompt(self.path, self.text, self.variables))

    def take_settings(self, spec: RunSpec) -> None:
        """Take over how a run was made; a seed that was left open stays so."""
        self.model, self.sampling, self.mode = spec.model, spec.sampling, spec.mode
        self.equal_tokens = spec.budget.max_tokens is not None
        self.budget_tokens = spec.budget.max_tokens or self.budget_tokens
        self.equal_seconds = spec.budget.max_seconds is not None
        self.budget_seconds = round(spec.budget.max_seconds or self.budget_seconds)

    def open_question(
        self, path: str, text: str | None, variables: dict[str, Json] | None, expected: str
    ) -> None:
        """Work on a prompt and inputs with their right answer, "" where it is not known.

        The right answer of the question that is shown stays where the same is opened again.
        """
        key = _question_key(TemplatePrompt(path, text or "", dict(variables or {})))
        if key != self._key:
            self.expected = expected or self._expected_of.get(key, "")
            self._expected_of[key] = self.expected
        elif expected:
            self.set_expected(expected)
        self.open_prompt(path, text, variables)

    def show_question(self, spec: RunSpec) -> None:
        """Show what a run was made with: its prompt and inputs, settings and right answer."""
        if not isinstance(spec.prompt, TemplatePrompt):
            return
        self.take_settings(spec)
        key = _question_key(spec.prompt)
        self.expected = self._expected_of.get(key, self.expected if key == self._key else "")
        self.comes_with_settings = True
        self.settings_changed.emit()
        prompt = spec.prompt
        if (prompt.path, prompt.source) != (self.path, self.text):
            self.open_prompt(prompt.path, prompt.source, dict(prompt.variables))
        else:
            self.show_variables(dict(prompt.variables))

    def session(self) -> dict[str, object]:
        """What of the settings is to be found again at the next start."""
        return {
            "model": self.model,
            "sampling": msgspec.to_builtins(self.sampling),
            "seed": self.seed,
            "mode": self.mode,
            "equal_tokens": self.equal_tokens,
            "budget_tokens": self.budget_tokens,
            "equal_seconds": self.equal_seconds,
            "budget_seconds": self.budget_seconds,
            "repeats": self.repeats,
            "expected": self.expected,
            "paces": self.paces,
        }

    def restore_settings(self, saved: Session) -> None:
        """Put back what :meth:`session` gave."""
        self.model, self.seed, self.sampling = saved.model, saved.seed, saved.sampling
        self.mode = saved.mode
        self.equal_tokens, self.budget_tokens = saved.equal_tokens, saved.budget_tokens
        self.equal_seconds, self.budget_seconds = saved.equal_seconds, saved.budget_seconds
        self.repeats, self.expected = saved.repeats, saved.expected
        self.paces = dict(saved.paces)
        self.settings_changed.emit()


def _question_key(prompt: TemplatePrompt) -> bytes:
    return msgspec.json.encode((prompt.source, prompt.variables), order="sorted")
