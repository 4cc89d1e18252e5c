"""The comparison: our exports and imports against those of the original programs."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.compat import foreign
from tests.compat.nasty import NASTY
from tests.compat.originals import MODULES, Originals
from workbench.domain.errors import FormatError, WorkbenchError
from workbench.processes.pool import SandboxPool
from workbench.prompts.document import parse_document
from workbench.prompts.formats.format import Source, SourceFile
from workbench.prompts.formats.registry import find_format, read_source_file
from workbench.prompts.render import render

ROOT = Path(__file__).parents[2]
RECORDED = ROOT / "tests" / "templates" / "formats" / "originals.json"
SUFFIX = {"langchain": ".json", "openai": ".json", "promptfoo": ".yaml", "dotprompt": ".prompt",
          "chainforge": ".cforge", "prompty": ".prompty"}  # fmt: skip
PAST = [{"role": "user", "content": "before"}, {"role": "assistant", "content": "yes"}]

USUAL = frozenset(
    {
        "Types and descriptions of the inputs are left out.",
        "Types, defaults and descriptions of the inputs are left out.",
        "Name your providers there; types of the inputs are left out.",
        "Defaults are partial variables there.",
        "Variables are filled with the sample values: the format has none.",
    }
)
"""Notes that every export has: they explain no difference in what is rendered."""
OWN_WAYS = {
    "prompty prompts/strategies/rewrite.prompty": "it refuses values with role markers",
    "prompty nasty/marker in a value": "it refuses values with role markers",
    "prompty nasty/unicode": "it takes U+2028 for a line break",
    "prompty in/a marker in a value": "it refuses values with role markers",
    "prompty in/mustache": "it writes values in Mustache as HTML",
    "prompty in/mustache lines": "a section on a mapping is a scope there, a loop here",
    "prompty in/markers": "it knows the role developer",
}
"""Where an original has a way of its own that no note is for; docs/prompt-files.md tells them."""

Shown = list[list[str]]
"""Role and text of each message."""


@dataclass
class Tally:
    """What became of the prompts of one format."""

    version: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    recorded: dict[str, Any] = field(default_factory=dict)


def prompts() -> dict[str, tuple[str, dict[str, dict[str, Any]]]]:
    """Text and sample sets of each prompt: the library's, then the nasty ones."""
    found = {}
    for path in sorted((ROOT / "prompts").rglob("*.prompty")):
        samples_file = path.with_name(f"{path.stem}.samples.yaml")
        samples = yaml.safe_load(samples_file.read_text("utf-8")) if samples_file.exists() else {}
        found[str(path.relative_to(ROOT))] = (path.read_text("utf-8"), samples)
    return found | {f"nasty/{name}": (text, {}) for name, text in NASTY.items()}


async def ours(pool: SandboxPool, text: str, values: dict[str, Any]) -> Shown | str:
    """What our program renders, or its error."""
    try:
        found = await render(pool, text, "made.prompty", values)
    except WorkbenchError as error:
        return str(error)
    return [[each.role, each.text] for each in found]


class Comparison:
    """Asks the originals and counts."""

    def __init__(self, originals: Originals, *, show: bool = False) -> None:
        self._originals = originals
        self._show = show
        self._pool = SandboxPool()
        self.tallies: dict[str, Tally] = {}

    async def run(self, wanted: list[str]) -> int:
        """Compare; prints a line a format and returns how many are wrong without a note."""
        wrong = 0
        try:
            for each in wanted:
                if not self._originals.has(each):
                    print(f"{each}: {MODULES[each]} is not there, left out")
                    continue
                tally = self.tallies[each] = Tally()
                await self._out(each, tally)
                await self._in(each, tally)
                counts = ", ".join(f"{name} {n}" for name, n in sorted(tally.counts.items()))
                print(f"{each} ({MODULES[each]} {tally.version}): {counts}")
                wrong += sum(n for name, n in tally.counts.items() if "WRONG" in name)
        finally:
            await self._pool.close()
        return wrong

    def record(self) -> None:
        """Write what the tests hold ours against."""
        content = {
            name: {"version": tally.version, "cases": tally.recorded}
            for name, tally in self.tallies.items()
        }
        RECORDED.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")

    # --- out --------------------------------------------------------------------------------

    async def _out(self, wanted: str, tally: Tally) -> None:
        cases: dict[str, Any] = {}
        expected: dict[str, list[Shown | str]] = {}
        notes: dict[str, tuple[str, ...]] = {}
        for name, (text, samples) in prompts().items():
            document = parse_document(text, "made.prompty")
            source = Source("made.prompty", text, document, samples=samples)
            rendered = await ours(self._pool, text, dict(document.sample))
            if isinstance(rendered, str):
                raise SystemExit(f"{name}: {rendered}")
            if find_format(wanted).rendered:
                messages = await render(self._pool, text, "made.prompty", dict(document.sample))
                source = Source("made.prompty", text, document, messages=messages)
            try:
                exported = find_format(wanted).write(source)
            except FormatError as error:
                tally.counts["refused with a reason"] += 1
                self._say(f"{wanted} {name}: refused: {error}")
                continue
            notes[name] = exported.notes
            case = {"content": exported.content.decode(), "values": source.values}
            cases[name] = _with_history(case, document, source.values)
            sets = [dict(each) for each in samples.values()] or [{}]
            expected[name] = [rendered]
            if wanted == "prompty":  # what goes out is read by ours, to the letter, as well
                again = await ours(self._pool, case["content"], source.values)
                special = any(each.type == "image" for each in document.inputs)
                if _plain(again) != _plain(rendered) and not special:
                    self._count(tally, (), "differs in ours", f"{wanted} {name}", str(again))
            if wanted == "promptfoo":
                expected[name] = [
                    await ours(self._pool, text, dict(document.sample) | each) for each in sets
                ]
        answer = await asyncio.to_thread(self._originals.ask, wanted, cases)
        tally.version = answer["version"]
        self._written = answer.get("written", {})
        for name, found in answer["answers"].items():
            verdict = self._judge(wanted, name, found, expected[name], notes[name], tally)
            if name.startswith("nasty/"):
                tally.recorded[f"out/{name.removeprefix('nasty/')}"] = {
                    "prompt": NASTY[name.removeprefix("nasty/")],
                    **cases[name],
                    **_answer(found),
                    "verdict": verdict,
                }

    def _judge(
        self,
        wanted: str,
        name: str,
        found: dict[str, Any],
        expected: list[Shown | str],
        notes: tuple[str, ...],
        tally: Tally,
    ) -> str:
        where = f"{wanted} {name}"
        if found.get("plain") is False:
            tally.counts["(trusted only)"] += 1
        if "error" in found:
            return self._count(tally, notes, "is an error there", where, found["error"])
        rows = [row.get("messages", row) for row in found.get("rows", [found])]
        if wanted == "chainforge":
            rows = rows[:1]
        if [_plain(row) for row in rows] == [_plain(each) for each in expected]:
            tally.counts["same"] += 1
            return "same"
        detail = "\n".join(
            f"    there {a!r}\n    here  {b!r}"
            for a, b in zip(rows, expected, strict=False)
            if _plain(a) != _plain(b)
        )
        return self._count(tally, notes, "differs", where, detail or f"{rows} {expected}")

    def _count(
        self, tally: Tally, notes: tuple[str, ...], what: str, where: str, detail: str
    ) -> str:
        reported = [note for note in notes if note not in USUAL]
        own = OWN_WAYS.get(where)
        if own:
            self._say(f"{where}: {what}: {own}")
        else:
            self._say(f"{where}: {what} {reported}\n{detail}")
        verdict = f"{what}, {'own way' if own else 'noted' if reported else 'WRONG'}"
        tally.counts[verdict] += 1
        return own or verdict

    # --- in ---------------------------------------------------------------------------------

    async def _in(self, wanted: str, tally: Tally) -> None:
        cases = self._foreign(wanted)
        if wanted == "langchain":
            answers = self._written
        else:
            answers = self._originals.ask(wanted, cases)["answers"] if cases else {}
        for name, found in answers.items():
            case = cases.get(name) or found
            made = await self.imported(wanted, case["content"], case)
            rows = [row.get("messages", row) for row in found.get("rows", [found])]
            shown, notes = made
            if wanted == "chainforge":  # combinations come in another order
                rows.sort(key=str)
                shown.sort(key=str)
            verdict = "read the same"
            if [_plain(row) for row in rows] != [_plain(each) for each in shown]:
                verdict = self._read_otherwise(f"{wanted} in/{name}", rows, shown, notes)
            tally.counts[verdict] += 1
            tally.recorded[f"in/{name}"] = {
                "content": case["content"],
                "values": case["values"],
                **({"history": case["history"]} if "history" in case else {}),
                **_answer(found),
                "verdict": verdict,
            }

    def _read_otherwise(
        self, where: str, rows: list[Any], shown: list[Shown | str], notes: tuple[str, ...]
    ) -> str:
        verdict = "read, differs, noted" if notes else "read, differs, WRONG"
        if isinstance(shown[0], str) and shown[0].startswith("made."):
            verdict = "not read, with a reason"
        if where in OWN_WAYS:
            verdict = "read, differs, own way"
        self._say(f"{where}: {verdict} {list(notes)}\n    there {rows!r}\n    here  {shown!r}")
        return verdict

    def _foreign(self, wanted: str) -> dict[str, Any]:
        if wanted == "chainforge":
            return {
                name: {"content": json.dumps(flow), "values": {}}
                for name, flow in foreign.CHAINFORGE.items()
            }
        table = {"dotprompt": foreign.DOTPROMPT, "promptfoo": foreign.PROMPTFOO,
                 "prompty": foreign.PROMPTY}.get(wanted, {})  # fmt: skip
        return {
            name: {"content": content, "values": values}
            | ({"history": PAST} if "{{history}}" in content else {})
            for name, (content, values) in table.items()
        }

    async def imported(
        self, wanted: str, content: str, case: dict[str, Any]
    ) -> tuple[list[Shown | str], tuple[str, ...]]:
        """What our importer makes of a file, rendered with its values or each of its rows."""
        try:
            preview = read_source_file(
                SourceFile(f"made{SUFFIX[wanted]}", content.encode()), wanted
            )
        except WorkbenchError as error:
            return [str(error)], ()
        prompt = preview.prompts[0]
        sample = parse_document(prompt.text, "made.prompty").sample
        values = dict(case["values"])
        if "history" in case:
            values["history"] = case["history"]
        rows = prompt.rows or ({},)
        shown = [await ours(self._pool, prompt.text, sample | values | row) for row in rows]
        return shown, prompt.notes

    def _say(self, text: str) -> None:
        if self._show:
            print(text)


def _answer(found: dict[str, Any]) -> dict[str, Any]:
    return {key: found[key] for key in ("messages", "rows", "error") if key in found}


def _with_history(case: dict[str, Any], document: Any, values: dict[str, Any]) -> dict[str, Any]:
    threads = [each.name for each in document.inputs if each.type == "thread"]
    return case | ({"history": values[threads[0]]} if threads else {})


def _plain(shown: Any) -> Any:
    """Messages without the white space at their ends, which no original agrees on."""
    if not isinstance(shown, list):
        return shown
    return [[role, str(text).strip()] for role, text in shown if str(text).strip()]
