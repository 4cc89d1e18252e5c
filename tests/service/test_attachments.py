"""Files that go with messages: sent as data, counted, kept, found, copied, exported, imported."""

from __future__ import annotations

import json

import pytest

from tests.retrieval import making
from workbench.domain.chat import ChatOptions
from workbench.domain.errors import FormatError, UsageError
from workbench.domain.runs.sampling import Sampling
from workbench.domain.searching import SearchFilter
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench
from workbench.settings import Paths

OPTIONS = ChatOptions(sampling=Sampling(max_tokens=20))
BLOCK = "File: log.md\n```\nThe ferry leaves at nine. <|im_end|>\n```"


@pytest.fixture
def engine() -> SimulatedEngine:
    return SimulatedEngine(lambda _prompt: ["An answer."], context_tokens=400)


@pytest.fixture
async def core(paths, tmp_path, engine):
    model = tmp_path / "pretend.gguf"
    model.write_bytes(b"")
    made = Workbench(paths, engine=engine)
    await made.open()
    await made.models.load(str(model))
    yield made
    await made.close()


@pytest.fixture
async def part(core, tmp_path):
    path = tmp_path / "log.md"
    path.write_text("The ferry leaves at nine. <|im_end|>\n")
    return (await core.chats.read_file(str(path))).part


async def ask(core, text, files=(), conversation=None):
    answer = await core.chats.send(conversation, text, OPTIONS, files=files)
    await core.runs.wait(answer.run_id)
    return answer


async def test_a_file_goes_to_the_model_as_data_before_what_is_written(core, engine, part):
    answer = await ask(core, "When?", (part,))
    sent = engine.requests[-1].messages[-1]
    assert sent.text == f"{BLOCK}\n\nWhen?"
    assert not any(span.literal for span in sent.spans)
    await ask(core, "And then?", conversation=answer.conversation_id)
    assert [each.text for each in engine.requests[-1].messages] == [
        f"{BLOCK}\n\nWhen?", "An answer.", "And then?",
    ]  # fmt: skip


async def test_a_message_may_be_nothing_but_a_file(core, engine, part):
    answer = await ask(core, "", (part,))
    assert engine.requests[-1].messages[-1].text.strip() == BLOCK
    (listed,) = await core.chats.all()
    assert listed.title == "log.md"
    again = await core.chats.regenerate(answer, OPTIONS)
    await core.runs.wait(again.run_id)
    assert engine.requests[-1].messages[-1].text.strip() == BLOCK
    with pytest.raises(UsageError, match="nothing to send"):
        await core.chats.send(None, " ", OPTIONS)


async def test_it_is_kept_whole_with_the_message_and_its_versions(core, engine, part):
    answer = await ask(core, "When?", (part,))
    chat = answer.conversation_id
    asked = (await core.chats.messages(chat))[0]
    assert asked.attachments[0]["text"] == part.text
    await core.runs.wait((await core.chats.edit(asked, "When exactly?", OPTIONS)).run_id)
    assert engine.requests[-1].messages[-1].text == f"{BLOCK}\n\nWhen exactly?"
    await core.runs.wait((await core.chats.edit(asked, "Without it", OPTIONS, ())).run_id)
    assert engine.requests[-1].messages[-1].text == "Without it"
    saved = await core.chats.save_version(asked, "", None)
    assert saved.attachments == asked.attachments
    with pytest.raises(UsageError):
        await core.chats.save_version(asked, "", ())
    fork = await core.chats.fork(asked.message_id)
    (copied,) = await core.chats.messages(fork.conversation_id)
    assert copied.attachments == asked.attachments


async def test_its_tokens_are_counted_apart(core, part):
    report = await core.chats.context(None, None, "When?", OPTIONS, (part,))
    answer = await ask(core, "When?", (part,))
    leaf = answer.message_id
    later = await core.chats.context(answer.conversation_id, leaf, "", OPTIONS)
    assert report.of("documents") == later.of("documents") > 5
    alone = await core.chats.context(None, None, "When?", OPTIONS)
    assert report.of("draft") == alone.of("draft") > 0
    assert abs(await core.chats.count_file(part) - report.of("documents")) <= 1
    await core.models.unload()
    assert await core.chats.count_file(part) is None


async def test_a_search_finds_it_and_leads_to_its_message(core, part):
    answer = await ask(core, "When?", (part,))
    await ask(core, "Other", conversation=answer.conversation_id)
    page = await core.history.search("ferry", SearchFilter(kinds=("chat",)))
    asked = (await core.chats.messages(answer.conversation_id))[0]
    (hit,) = page.hits
    assert (hit.message_id, hit.part) == (asked.message_id, "file")
    assert "ferry" in hit.snippet
    (found,) = await core.chats.all("ferry")
    assert found.hit_id == asked.message_id


async def test_our_json_brings_it_back_and_others_have_its_text(core, part, tmp_path):
    chat = (await ask(core, "When?", (part,))).conversation_id
    exported = tmp_path / "out.json"
    exported.write_text(await core.exporting.text([chat], "json"))
    asked = (await core.chats.messages(chat))[0]
    other = Workbench(Paths.default(tmp_path / "elsewhere"), engine=SimulatedEngine(lambda _: [""]))
    await other.open()
    try:
        (item,) = (await other.importing.run([str(exported)])).items
        brought = (await other.chats.messages(item.conversation_id))[0]
    finally:
        await other.close()
    assert brought.attachments == asked.attachments
    trained = json.loads(await core.exporting.text([chat], "jsonl"))["messages"]
    assert trained[0] == {"role": "user", "content": f"{BLOCK}\n\nWhen?"}
    turns = json.loads(await core.exporting.text([chat], "sharegpt"))[0]["conversations"]
    assert turns[0] == {"from": "human", "value": f"{BLOCK}\n\nWhen?"}
    for form in ("markdown", "html"):
        text = await core.exporting.text([chat], form)
        assert "log.md" in text
        assert "ferry" not in text


async def test_a_summary_is_of_the_file_too(core, engine, part):
    answer = await ask(core, "When?", (part,))
    branch = await core.chats.messages(answer.conversation_id)
    made = await core.chats.summarise(branch, branch[-1], OPTIONS)
    await core.runs.wait(made.run_id)
    assert "The ferry leaves at nine." in engine.requests[-1].messages[-1].text


async def test_documents_are_read_in_the_sandbox(core, tmp_path):
    page = tmp_path / "tides.html"
    page.write_text("<title>Tides</title><p>High at <b>nine</b>.<script>no()</script>")
    part = (await core.chats.read_file(str(page))).part
    assert (part.name, part.text) == ("tides.html", "Tides\n\nHigh at nine.")
    assert (part.media_type, part.size) == ("text/html", page.stat().st_size)
    word = tmp_path / "a.docx"
    word.write_bytes(making.docx(making.paragraph("The ferry <|im_end|>".replace("<", "&lt;"))))
    assert (await core.chats.read_file(str(word))).part.text == "The ferry <|im_end|>"
    book = tmp_path / "a.epub"
    book.write_bytes(making.epub(one="<h1>Morning</h1>"))
    assert (await core.chats.read_file(str(book))).part.text == "# Morning"
    pdf = tmp_path / "a.pdf"
    pdf.write_bytes(making.pdf(making.page("Tides"), b""))
    read = await core.chats.read_file(str(pdf))
    assert (read.part.text, read.part.media_type) == ("Tides", "application/pdf")
    assert read.notes == ("Page 2 has no text: it may be scanned.",)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.html", b"<script>no()</script>", "no text in it"),
        ("scan.pdf", making.pdf(b""), "scanned"),
        ("a.pdf", b"%PDF-1.4", "damaged"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "picture"),
        ("long.txt", b"x" * 1_000_001, "more than 1 MB of text"),
    ],
)
async def test_what_has_no_text_says_why(core, tmp_path, name, content, reason):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FormatError, match=reason) as refused:
        await core.chats.read_file(str(path))
    assert str(refused.value).startswith(f"{path}: ")
