"""Checks that the strategy named in front matter, and its parameters, can be used here."""

from __future__ import annotations

import difflib
import re

import msgspec

from workbench.domain.errors import UsageError
from workbench.domain.parameters import build
from workbench.domain.prompts.model_options import HeadOptions
from workbench.domain.prompts.prompt import Problem, TemplateAnalysis
from workbench.domain.runs.spec import Json
from workbench.strategies import STRATEGIES


def with_strategy_checked(analysis: TemplateAnalysis, text: str) -> TemplateAnalysis:
    """The analysis with what can be used of its front matter's strategy.

    What cannot be used is left out, is a warning at its line, and is among the faults of the
    options.

    Args:
        analysis: of the prompt.
        text: the whole file.
    """
    options = analysis.options
    if not options.strategy:
        return analysis
    usable, faults = _usable(options)
    if not faults:
        return msgspec.structs.replace(analysis, options=usable)
    found = [
        Problem(severity="warning", message=sentence, line=_line(text, key))
        for key, sentence in faults.items()
    ]
    problems = sorted((*analysis.problems, *found), key=lambda each: (each.line, each.column))
    usable = msgspec.structs.replace(usable, faults=(*options.faults, *faults.values()))
    return msgspec.structs.replace(analysis, options=usable, problems=tuple(problems))


def _usable(options: HeadOptions) -> tuple[HeadOptions, dict[str, str]]:
    """The options with the strategy as it can be used, and a sentence for each key that cannot."""
    if options.strategy not in STRATEGIES.ids():
        near = difflib.get_close_matches(options.strategy, STRATEGIES.ids(), 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        sentence = f"The strategy {options.strategy} is not known here and has no effect.{hint}"
        return msgspec.structs.replace(options, strategy="", params={}), {"strategy": sentence}
    entry = STRATEGIES.get(options.strategy)
    params: dict[str, Json] = {}
    faults: dict[str, str] = {}
    for name, value in options.params.items():
        try:
            made = build(entry.params, {name: value}, entry.title)
        except UsageError as error:
            faults[name] = str(error)
        else:
            params[name] = msgspec.to_builtins(getattr(made, name))
    return msgspec.structs.replace(options, params=params), faults


def _line(text: str, key: str) -> int:
    """The line of a key of the front matter's strategy; the first line where it is not found."""
    below = False
    for number, line in enumerate(text.splitlines(), 1):
        below |= line.startswith("strategy")
        if below and re.match(rf"""[\s{{,'"-]*{re.escape(key)}['"]?\s*:""", line):
            return number
    return 1
