"""A message that names a collection (#shop) has its passages attached."""

from __future__ import annotations

import pytest

from workbench.domain.attachments import attached_files
from workbench.domain.chat import ChatOptions
from workbench.domain.errors import UsageError
from workbench.domain.sources.collection import Collection
from workbench.domain.sources.mentions import mentions_of
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench

PLAIN = ChatOptions()


@pytest.mark.parametrize(
    ("text", "names", "question"),
    [
        ("#shop When is it paid?", ("shop",), "When is it paid?"),
        ("When is it\npaid, #Shop?", ("shop",), "When is it paid, ?"),
        ("#my shop and #shop: open?", ("my shop", "shop"), "and : open?"),
        ("# A heading\n#other text", (), "# A heading #other text"),
        ("#shopping a#shop", (), "#shopping a#shop"),
        ("#shop #shop hours", ("shop",), "hours"),
        ("#c++ pointers", ("c++",), "pointers"),
    ],
)
def test_collections_are_named_with_a_hash(text, names, question):
    found = mentions_of(text, ["shop", "my shop", "c++"])
    assert found.names == names
    assert found.question == question


def test_without_collections_a_text_stays_as_it_is():
    assert mentions_of("#shop\n  x", []).question == "#shop\n  x"


@pytest.fixture
async def core(paths, tmp_path):
    model = tmp_path / "pretend.gguf"
    model.write_bytes(b"")
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "returns.md").write_text("# Returns\n\nA refund is paid within 14 days.\n")
    (folder / "hours.txt").write_text("The shop is open from nine to six.\n")
    made = Workbench(paths, engine=SimulatedEngine(lambda _prompt: ["14 days"]))
    await made.open()
    await made.models.load(str(model))
    kept = await made.sources.save(Collection(name="shop", paths=(str(folder),)))
    await made.sources.index(kept.collection_id)
    yield made
    await made.close()


async def question_of(core, answer):
    await core.runs.wait(answer.run_id)
    branch = await core.chats.messages(answer.conversation_id)
    return [each for each in branch if each.role == "user"][-1]


async def test_the_passages_go_with_the_message_and_the_model_gets_them_as_data(core):
    answer = await core.chats.send(None, "#shop When is the refund paid?", PLAIN)
    asked = await question_of(core, answer)
    assert asked.text == "#shop When is the refund paid?"
    (passage,) = attached_files(asked.attachments)
    assert passage.name == "returns.md › Returns"
    assert "within 14 days" in passage.text
    state = await core.runs.load(answer.run_id)
    (call,) = state.calls.values()
    sent = call.messages[-1]
    assert "A refund is paid within 14 days." in sent.text
    assert not any(span.literal for span in sent.spans)


async def test_an_edit_looks_again_and_leaves_other_files(core):
    answer = await core.chats.send(None, "#shop When is the refund paid?", PLAIN)
    asked = await question_of(core, answer)
    again = await core.chats.edit(asked, "#shop When is it open?", PLAIN)
    (passage,) = attached_files((await question_of(core, again)).attachments)
    assert passage.name == "hours.txt"


async def test_where_nothing_fits_nothing_is_sent(core):
    with pytest.raises(UsageError, match="shop has no passage that fits"):
        await core.chats.send(None, "#shop zeppelin", PLAIN)
    assert await core.chats.all() == ()


async def test_what_is_no_collection_is_text(core):
    answer = await core.chats.send(None, "#nine lives", PLAIN)
    assert (await question_of(core, answer)).attachments in ((), [])
