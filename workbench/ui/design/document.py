"""An open prompt: its text, values, and what is known of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from workbench.domain.prompts import Draft, Preview, TemplateAnalysis
from workbench.domain.spec import Json


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
    """The text of which ``analysis`` is."""
    expected: str = ""
    """The right answer for these values, where a data set told it."""
    seeded: set[str] | None = field(default_factory=set)
    """Inputs whose sample value was offered: one that was emptied since stays empty. None where
    the values were given, so that the first samples count as offered."""

    @property
    def dirty(self) -> bool:
        """Whether there is something to save."""
        return self.text != self.saved

    def take_analysis(self, text: str, analysis: TemplateAnalysis) -> None:
        """Keep what is known of a text, and fill inputs from samples that were not offered yet.

        While a text cannot be read, inputs that were known before stay.
        """
        self.analysed = text
        if self.seeded is None:
            self.seeded = set(analysis.sample)
        for name in analysis.sample.keys() - self.seeded:
            self.values.setdefault(name, analysis.sample[name])
        self.seeded.update(analysis.sample)
        if not analysis.readable:
            before = self.analysis.inputs
            names = {each.name for each in before}
            inputs = (*before, *(each for each in analysis.inputs if each.name not in names))
            analysis = msgspec.structs.replace(analysis, inputs=inputs)
        self.analysis = analysis

    def draft(self) -> Draft:
        """What is kept so that a crash loses none of it."""
        return Draft(
            path=self.path,
            text=self.text,
            base_sha256=self.sha256,
            variables=self.values,
        )

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
