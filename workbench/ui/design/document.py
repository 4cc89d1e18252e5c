"""An open prompt: its text, values, and what is known of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from workbench.domain.prompts.prompt import Draft, Preview, TemplateAnalysis
from workbench.domain.runs.spec import Json
from workbench.domain.text import replace_surrogates


@dataclass
class Document:
    """An open prompt. ``text`` is the editor's, ``saved`` the file's when last read or written."""

    path: str
    text: str
    saved: str
    sha256: str
    values: dict[str, Json] = field(default_factory=dict)
    analysis: TemplateAnalysis = field(default_factory=lambda: TemplateAnalysis(name=""))
    preview: Preview = field(default_factory=Preview)
    cursor: int = 0
    analysed: str | None = None
    """The text that ``analysis`` is of."""
    being_saved: str | None = None
    """The text that is on its way to the file."""
    save_again: bool = False
    """Saving was asked for meanwhile."""
    expected: str = ""
    """The right answer for these values, where a data set has it."""
    seeded: set[str] | None = field(default_factory=set)
    """Inputs whose sample value was offered: one that was emptied since stays empty. None where
    the values were given, so that the first samples count as offered."""

    @property
    def dirty(self) -> bool:
        """Whether there is something to save."""
        return self.text != self.saved

    offered: dict[str, Json] = field(default_factory=dict)
    """Samples of the front matter that fill inputs. An unchanged value is the front matter's:
    it follows while the front matter is edited."""

    def take_analysis(self, text: str, analysis: TemplateAnalysis) -> bool:
        """Keep what is known of a text, and fill inputs from samples that were not offered yet.

        While a text cannot be read, inputs that were known before stay.

        Returns:
            Whether a value followed the front matter.
        """
        offered = {name: self.values.get(name) for name in self.offered}
        self.analysed = text
        if self.seeded is None:
            self.seeded = set(analysis.sample)
        if analysis.readable:
            self._follow_samples(analysis.sample)
        for name in analysis.sample.keys() - self.seeded:
            if name not in self.values:
                self.values[name] = self.offered[name] = analysis.sample[name]
        self.seeded.update(analysis.sample)
        if not analysis.readable:
            before = self.analysis.inputs
            names = {each.name for each in before}
            inputs = (*before, *(each for each in analysis.inputs if each.name not in names))
            analysis = msgspec.structs.replace(analysis, inputs=inputs)
        self.analysis = analysis
        return any(self.values.get(name) != value for name, value in offered.items())

    def _follow_samples(self, sample: Mapping[str, Json]) -> None:
        """Clear unchanged values whose sample is no longer in the front matter."""
        assert self.seeded is not None
        for name, value in list(self.offered.items()):
            if self.values.get(name) != value:
                del self.offered[name]
            elif sample.get(name) != value:
                del self.offered[name], self.values[name]
                self.seeded.discard(name)

    def rename_value(self, old: str, new: str) -> None:
        """An input has another name: its value goes with it."""
        self.values = {new if name == old else name: each for name, each in self.values.items()}
        if old in self.offered:
            self.offered[new] = self.offered.pop(old)
        if self.seeded is not None and old in self.seeded:
            self.seeded = (self.seeded - {old}) | {new}

    def draft(self) -> Draft:
        """What is kept so that a crash loses none of it."""
        return Draft(
            path=self.path,
            text=self.text,
            base_sha256=self.sha256,
            variables=self.values,
        )

    def take_draft(self, draft: Draft) -> None:
        """Take the unsaved text and values that were kept for this prompt."""
        if not _is_clean(draft):
            self.text, self.sha256 = draft.text, draft.base_sha256 or self.sha256
        self.values = dict(draft.variables) | self.values

    def unfilled(self) -> tuple[str, ...]:
        """Required inputs without a value, as the last preview of these values found them."""
        given = self.given_values()
        return tuple(name for name in self.preview.missing if name not in given)

    def given_values(self) -> dict[str, Json]:
        """The values of the variables that the template has; those left empty are not given."""
        found: dict[str, Json] = {}
        for each in self.analysis.inputs:
            value = self.values.get(each.name)
            is_blank = isinstance(value, str) and not value.strip()
            if value is not None and not (is_blank and each.required):
                found[each.name] = value
        return found


def empty_inputs(names: Sequence[str]) -> str:
    """One sentence such as "topic and style are empty."."""
    shown = [*names[:3], f"{len(names) - 3} more"] if len(names) > 4 else [*names]
    listed = " and ".join([part for part in (", ".join(shown[:-1]), shown[-1]) if part])
    return f"{listed} {'is' if len(names) == 1 else 'are'} empty."


def _is_clean(draft: Draft) -> bool:
    """Whether a draft holds values only: its text is that of the file it was made from."""
    return hashlib.sha256(replace_surrogates(draft.text).encode()).hexdigest() == draft.base_sha256
