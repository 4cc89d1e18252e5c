"""A run keeps the passages that it had, and goes on with the same ones."""

from __future__ import annotations

from tests.runs.keeping import InProcessPool, bench
from workbench.domain.runs.events import CallStarted, PassagesFound
from workbench.domain.runs.run_state import fold_all
from workbench.domain.runs.spec import RunSpec, TemplatePrompt
from workbench.domain.sources.passages import Passage, PassageQuery
from workbench.engine.simulated import SimulatedEngine

TEXT = "From {{ retrieve(question, k=2) }}:\n{{ question }}"
SPEC = RunSpec(
    prompt=TemplatePrompt("a.j2", TEXT, {"question": "When?"}), strategy="direct", seed=1
)


class Shop:
    """Its documents say something else each time."""

    def __init__(self) -> None:
        self.asked: list[PassageQuery] = []

    async def __call__(self, asked: PassageQuery) -> tuple[Passage, ...]:
        self.asked.append(asked)
        return (Passage(text=f"Version {len(self.asked)}.", file="returns.md", chunk=3),)


async def test_the_run_has_the_passages_and_the_model_got_them(tmp_path):
    async with bench(SimulatedEngine(), tmp_path, InProcessPool()) as it:
        it.find = Shop()
        state = await it.run(SPEC)
        assert state.status == "done"
        assert [each.text for each in state.passages] == ["Version 1."]
        (found,) = it.store.of(PassagesFound)
        assert found.asked == PassageQuery("When?", 2)
        (call,) = it.store.of(CallStarted)
        assert "[1] returns.md\nVersion 1." in call.messages[0].text
        assert [s.text for s in call.messages[0].spans if s.at.passage == 1] == ["Version 1."]
        order = it.store.order
        assert order.index("RunStarted") < order.index("PassagesFound") < order.index("CallStarted")


async def test_cut_anywhere_it_goes_on_with_the_passages_it_had(tmp_path):
    async with bench(SimulatedEngine(), tmp_path, InProcessPool()) as it:
        it.find = Shop()
        whole = await it.run(SPEC)
        log = list(it.store.events)
        for length in range(len(log) - 1):
            it.find = shop = Shop()
            shop.asked.append(PassageQuery("before"))  # it would say "Version 2." now
            it.store.events[:] = log[:length]
            had = bool(it.store.of(PassagesFound))
            resumed = await it.resume(SPEC)
            assert (resumed.status, len(shop.asked)) == ("done", 1 if had else 2)
            assert [e.text for e in resumed.passages] == ["Version 1." if had else "Version 2."]
            assert fold_all(it.store.events) == resumed
            if had:
                assert resumed.output == whole.output


async def test_where_there_are_no_documents_the_run_says_so(tmp_path):
    async with bench(SimulatedEngine(), tmp_path, InProcessPool()) as it:
        state = await it.run(SPEC)
        assert state.status == "failed"
        assert "no documents to look in" in str(state.error)
