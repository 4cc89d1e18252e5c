"""Several answers to one message: by several models or strategies, asked for together."""

from __future__ import annotations

import pytest

from workbench.domain.chat import Answerer, ChatOptions
from workbench.domain.chat_sides import asked_together, columns
from workbench.domain.errors import ModelError
from workbench.engine.simulated import SimulatedEngine
from workbench.service import Workbench


@pytest.fixture
def models(tmp_path):
    made = [tmp_path / f"{name}.gguf" for name in ("one", "two", "three")]
    for each in made:
        each.write_bytes(b"")
    return [str(each) for each in made]


@pytest.fixture
def engine() -> SimulatedEngine:
    texts = iter(f"Answer {number}." for number in range(1, 100))
    return SimulatedEngine(lambda _prompt: [next(texts)])


@pytest.fixture
async def core(paths, models, engine):
    made = Workbench(paths, engine=engine)
    await made.open()
    await made.models.load(models[0])
    yield made
    await made.close()


def by(*models: str, **options) -> ChatOptions:
    others = tuple(Answerer(model=each) for each in models[1:])
    return ChatOptions(model=models[0], others=others, **options)


async def ended(core, answer):
    """The versions in the place of an answer, when all are written."""
    for run_id in await core.chats.answering(answer.conversation_id):
        await core.runs.wait(run_id)
    return await core.chats.versions(answer.message_id)


async def test_each_model_answers_one_message_and_the_first_goes_on(core, models):
    answer = await core.chats.send(None, "Hello", by(*models))
    assert len(await core.chats.answering(answer.conversation_id)) == 3
    versions = await ended(core, answer)
    assert [each.model for each in versions] == models
    assert {each.parent_id for each in versions} == {answer.parent_id}
    assert all(each.text.startswith("Answer ") for each in versions)
    assert asked_together(versions, answer.message_id) == versions
    shown = await core.chats.messages(answer.conversation_id)
    assert [each.message_id for each in shown] == [answer.parent_id, answer.message_id]
    assert shown[-1].sibling_ids == tuple(each.message_id for each in versions)


async def test_the_loaded_model_answers_first_and_none_is_loaded_twice(core, models, engine):
    loaded = []
    load = engine.load

    async def noted(path, *rest):
        loaded.append(path)
        return await load(path, *rest)

    engine.load = noted
    answer = await core.chats.send(None, "Hello", by(models[1]))
    await ended(core, answer)
    loaded.clear()
    options = ChatOptions(
        model=models[0],
        others=(Answerer(model=models[1]), Answerer(model=models[0], strategy="cot")),
    )
    answer = await core.chats.send(answer.conversation_id, "More", options)
    versions = await ended(core, answer)
    assert [each.model for each in versions] == [models[0], models[1], models[0]]
    assert loaded == [models[1], models[0], models[0]]


async def test_a_model_and_strategy_answers_once_and_four_answer_at_most(models):
    options = by(models[0], models[0], models[1], models[2])
    assert [each.model for each in options.answerers] == models
    many = ChatOptions(others=tuple(Answerer(model=str(each)) for each in range(9)))
    assert len(many.answerers) == 4


async def test_who_answers_is_kept_with_the_conversation(core, models):
    answer = await core.chats.send(None, "Hello", by(*models[:2]))
    await ended(core, answer)
    opened = await core.chats.open(answer.conversation_id)
    assert opened.conversation.options["others"] == [
        {"model": models[1], "strategy": "direct", "params": {}}
    ]


async def test_a_model_that_is_gone_leaves_nothing_of_the_message(core, models):
    with pytest.raises(ModelError):
        await core.chats.send(None, "Hello", by(models[0], "/gone/model.gguf"))
    assert await core.chats.all() == ()


async def test_going_on_with_another_answer_sends_that_one(core, models):
    answer = await core.chats.send(None, "Hello", by(*models[:2]))
    versions = await ended(core, answer)
    await core.chats.show_branch(answer.conversation_id, versions[1].message_id)
    more = await core.chats.send(answer.conversation_id, "More", by(models[0]))
    await core.runs.wait(more.run_id)
    sent = (await core.runs.spec(more.run_id)).prompt.messages
    assert [each.text for each in sent] == ["Hello", versions[1].text, "More"]


async def test_another_answer_of_a_column_is_by_its_model_and_the_others_are_kept(core, models):
    options = by(*models[:2])
    answer = await core.chats.send(None, "Hello", options)
    second = (await ended(core, answer))[1]
    again = await core.chats.again(second, options)
    await core.runs.wait(again.run_id)
    versions = await core.chats.versions(answer.message_id)
    found = columns(versions, again.message_id)
    assert [[each.model for each in column.versions] for column in found] == [
        [models[0]],
        [models[1], models[1]],
    ]
    opened = await core.chats.open(answer.conversation_id)
    assert [each["model"] for each in opened.conversation.options["others"]] == [models[1]]
    assert opened.conversation.options["model"] == models[0]
    shown = found[1].showing(None)
    assert (shown.message_id, shown.sibling_ids) == (
        again.message_id,
        (second.message_id, again.message_id),
    )


async def test_other_answers_by_several_are_undone_and_done_again_together(core, models):
    first = await core.chats.send(None, "Hello", by(models[0]))
    await core.runs.wait(first.run_id)
    conversation = first.conversation_id
    second = await core.chats.regenerate(first, by(*models))
    assert len(await ended(core, second)) == 4
    assert await core.chats.undo(conversation)
    assert [each.message_id for each in await core.chats.versions(first.message_id)] == [
        first.message_id
    ]
    assert (await core.chats.messages(conversation))[-1].message_id == first.message_id
    assert await core.chats.redo(conversation)
    assert len(await core.chats.versions(first.message_id)) == 4
    assert (await core.chats.messages(conversation))[-1].message_id == second.message_id


async def test_an_edit_answered_by_several_is_undone_with_its_answers(core, models):
    first = await core.chats.send(None, "Hello", by(models[0]))
    await core.runs.wait(first.run_id)
    question = (await core.chats.messages(first.conversation_id))[0]
    edited = await core.chats.edit(question, "Good day", by(*models[:2]))
    assert len(await ended(core, edited)) == 2
    change = await core.chats.undo(first.conversation_id)
    assert change.count == 3
    shown = await core.chats.messages(first.conversation_id)
    assert [each.message_id for each in shown] == [question.message_id, first.message_id]


async def test_versions_of_one_model_have_a_column_each_up_to_four(core, models):
    answer = await core.chats.send(None, "Hello", by(models[0]))
    await core.runs.wait(answer.run_id)
    for _ in range(5):
        last = await core.chats.regenerate(answer, by(models[0]))
        await core.runs.wait(last.run_id)
    versions = await core.chats.versions(answer.message_id)
    assert not asked_together(versions, answer.message_id)
    found = columns(versions, answer.message_id)
    ids = [each.message_id for each in versions]
    assert [column.versions[0].message_id for column in found] == [ids[0], *ids[-3:]]
