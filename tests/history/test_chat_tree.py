"""The tree of a conversation: nothing is destroyed, all is found again, undo restores exactly.

The numbers are those of the reports in which people lost messages elsewhere (CHATS 7).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, event, func, select, update

from workbench.domain.chat_tree import ConversationTree, TreeChange
from workbench.domain.errors import UsageError
from workbench.domain.runs.run_state import RunState
from workbench.history.chats import conversations, message_tree
from workbench.history.chats.branches import adding, deleting, outline, showing
from workbench.history.stored_types import read_text
from workbench.history.tables import message, metadata


@pytest.fixture
def db():
    with _memory() as connection:
        yield connection


def _memory() -> Connection:
    engine = create_engine("sqlite://")
    event.listen(engine, "connect", lambda raw, _: setattr(raw, "text_factory", read_text))
    connection = engine.connect()
    metadata.create_all(connection)
    return connection


def _chat(db: Connection, *texts: str) -> tuple[int, list[int]]:
    """A conversation of these messages, of the user and the model in turn."""
    chat = conversations.insert_conversation(db, "a chat").conversation_id
    ids: list[int] = []
    for number, text in enumerate(texts):
        role = "assistant" if number % 2 else "user"
        parent = ids[-1] if ids else None
        ids.append(message_tree.add_message(db, chat, parent, role, text).message_id)
    return chat, ids


def _shown(db: Connection, chat: int) -> list[str]:
    branch = message_tree.load_branch(db, chat, lambda _connection, _run: RunState())
    return [each.text for each in branch]


def _versions(db: Connection, chat: int, text: str) -> list[int]:
    branch = message_tree.load_branch(db, chat, lambda _connection, _run: RunState())
    return list(next(each.sibling_ids for each in branch if each.text == text))


def _count(db: Connection) -> int:
    return db.execute(select(func.count()).select_from(message)).scalar_one()


def test_report_1_one_of_three_answers_is_deleted_and_comes_back_in_its_place(db):
    chat, (question, first) = _chat(db, "q", "a1")
    second = message_tree.add_message(db, chat, question, "assistant", "a2").message_id
    third = message_tree.add_message(db, chat, question, "assistant", "a3").message_id
    showing.set_leaf(db, chat, second)
    gone = deleting.delete_branch(db, second)
    assert (gone.before, gone.after, gone.count) == (second, third, 1)
    assert _shown(db, chat) == ["q", "a3"]
    assert _versions(db, chat, "a3") == [first, third]
    deleting.restore_branch(db, second)
    assert _shown(db, chat) == ["q", "a2"]
    assert _versions(db, chat, "a2") == [first, second, third]


def test_report_2_what_is_deleted_is_in_the_bin(db):
    chat, ids = _chat(db, "q1", "a1", "the second question", "a2")
    other, _ = _chat(db, "elsewhere")
    deleting.delete_branch(db, ids[2])
    conversations.set_deleted(db, other)
    (of_chat,) = deleting.list_bin(db, chat)
    assert (of_chat.message_id, of_chat.words, of_chat.count) == (
        ids[2], "the second question", 2,
    )  # fmt: skip
    found = deleting.list_bin(db)
    assert {(each.conversation_id, each.message_id) for each in found} == {
        (chat, ids[2]), (other, None),
    }  # fmt: skip
    deleting.restore_branch(db, ids[2])
    assert deleting.list_bin(db, chat) == ()
    assert _shown(db, chat) == ["q1", "a1", "the second question", "a2"]


def test_report_3_an_edit_in_the_middle_leaves_what_followed(db):
    texts = [f"m{number}" for number in range(1, 11)]
    chat, ids = _chat(db, *texts)
    before = _count(db)
    adding.add_version(db, ids[2], "m3, better")
    assert _shown(db, chat) == ["m1", "m2", "m3, better"]
    branch = message_tree.load_branch(db, chat, lambda _connection, _run: RunState())
    assert branch[2].edited_from == ids[2]
    assert branch[2].elsewhere == 7
    assert _count(db) == before + 1
    showing.set_leaf(db, chat, ids[2])
    assert _shown(db, chat) == texts


def test_an_edited_answer_names_the_model_that_wrote_it(db):
    _, ids = _chat(db, "q", "a")
    db.execute(update(message).where(message.c.id == ids[1]).values(author="other-7b"))
    change = adding.add_version(db, ids[1], "a, corrected")
    made = message_tree.load_message(db, change.message_id)
    assert (made.role, made.author, made.edited_from, made.run_id) == (
        "assistant", "other-7b", ids[1], None,
    )  # fmt: skip


def test_what_was_deleted_before_is_not_brought_back_with_the_rest(db):
    chat, ids = _chat(db, "q1", "a1", "q2", "a2")
    deleting.delete_branch(db, ids[3])
    whole = deleting.delete_branch(db, ids[0])
    assert whole.count == 3
    deleting.restore_branch(db, ids[0])
    assert _shown(db, chat) == ["q1", "a1", "q2"]
    deleting.restore_branch(db, ids[3])
    assert _shown(db, chat) == ["q1", "a1", "q2", "a2"]


def test_what_leads_to_a_message_comes_back_with_it(db):
    chat, ids = _chat(db, "q1", "a1", "q2", "a2")
    deleting.delete_branch(db, ids[3])
    deleting.delete_branch(db, ids[0])
    back = deleting.restore_branch(db, ids[3])
    assert back.count == 4
    assert _shown(db, chat) == ["q1", "a1", "q2", "a2"]


def test_a_deleted_branch_that_was_not_shown_changes_nothing_that_is(db):
    chat, ids = _chat(db, "q1", "a1", "q2")
    message_tree.add_message(db, chat, ids[0], "assistant", "a1b")
    gone = deleting.delete_branch(db, ids[1])
    assert gone.before == gone.after
    assert _shown(db, chat) == ["q1", "a1b"]
    with pytest.raises(UsageError, match="deleted already"):
        deleting.delete_branch(db, ids[2])  # it went along


def test_a_message_that_is_inserted_begins_a_branch_on_which_the_rest_goes_on(db):
    chat, ids = _chat(db, "q1", "a1", "q2", "a2")
    before = _count(db)
    change = adding.insert_next_to(db, ids[1], "user", "by the way", after=True)
    assert _shown(db, chat) == ["q1", "a1", "by the way", "q2", "a2"]
    assert (change.count, _count(db)) == (3, before + 3)
    branch = message_tree.load_branch(db, chat, lambda _connection, _run: RunState())
    assert [each.copied_from for each in branch] == [None, None, None, ids[2], ids[3]]
    showing.set_leaf(db, chat, ids[2])
    assert _shown(db, chat) == ["q1", "a1", "q2", "a2"]
    adding.insert_next_to(db, ids[0], "user", "first of all", after=False)
    assert _shown(db, chat) == ["first of all", "q1", "a1", "q2", "a2"]


def test_a_copied_answer_has_its_run_and_nothing_of_it_is_stored_twice(db):
    _, ids = _chat(db, "q1", "a1")
    other, places = _chat(db, "elsewhere", "there")
    db.execute(update(message).where(message.c.id == ids[1]).values(run_id=7, label="good"))
    adding.copy_under(db, ids[0], other, places[1], with_rest=True)
    assert _shown(db, other) == ["elsewhere", "there", "q1", "a1"]
    copy = db.execute(select(message).where(message.c.copied_from == ids[1])).one()
    assert (copy.run_id, copy.label) == (7, "")
    adding.copy_under(db, ids[1], other, places[0], with_rest=False)
    assert _shown(db, other) == ["elsewhere", "a1"]
    with pytest.raises(UsageError, match="does not belong"):
        adding.copy_under(db, ids[1], other, ids[0], with_rest=False)


def test_a_fork_has_the_way_to_a_message_or_every_branch(db):
    chat, ids = _chat(db, "q1", "a1", "q2", "a2")
    message_tree.add_message(db, chat, ids[0], "assistant", "a1b")
    showing.set_leaf(db, chat, ids[3])
    conversations.set_options(db, chat, {"strategy": "cot"})
    path = adding.fork(db, ids[1], "one way", whole=False)
    assert _shown(db, path) == ["q1", "a1"]
    made = outline.load_tree(db, path)
    assert (made.forked_from, len(made.nodes)) == (ids[1], 2)
    assert conversations.load_conversation(db, path).options == {"strategy": "cot"}
    whole = adding.fork(db, ids[1], "all of it", whole=True)
    assert len(outline.load_tree(db, whole).nodes) == 5
    assert _shown(db, whole) == ["q1", "a1", "q2", "a2"]
    assert _shown(db, chat) == ["q1", "a1", "q2", "a2"]


def test_names_and_pins_stay_with_their_message(db):
    chat, ids = _chat(db, "q1", "a1")
    adding.set_label(db, ids[1], "  the good\n one ")
    adding.set_pinned(db, ids[0])
    tree = outline.load_tree(db, chat)
    assert [(each.label, each.pinned) for each in tree.nodes] == [
        ("", True),
        ("the good one", False),
    ]
    adding.set_pinned(db, ids[0], pinned=False)
    assert not outline.load_tree(db, chat, with_texts=False).nodes[0].pinned


def test_the_tree_has_every_message_with_what_is_known_of_it(db):
    chat, ids = _chat(db, "q1", "a1", "q2")
    again = message_tree.add_message(db, chat, ids[0], "assistant", "a1b").message_id
    db.execute(update(message).where(message.c.id == ids[0]).values(reasoning="hm"))
    deleting.delete_branch(db, ids[1])
    tree = outline.load_tree(db, chat)
    assert [each.message_id for each in tree.nodes] == [*ids, again]
    assert [each.deleted for each in tree.nodes] == [False, True, True, False]
    assert tree.nodes[2].deleted_with == ids[1]
    assert [each.is_shown for each in tree.nodes] == [True, False, False, True]
    assert tree.nodes[3].sibling_ids == (again,)
    assert (tree.leaf_id, tree.branch_count, tree.nodes[0].reasoning) == (again, 1, "hm")
    light = outline.load_tree(db, chat, with_texts=False)
    assert [each.text for each in light.nodes] == [""] * 4
    assert outline.load_beginnings(db, [ids[0], again]) == {ids[0]: "q1", again: "a1b"}


# --- report 5: whatever is done, nothing is lost --------------------------------------------------

DOINGS = ("flip", "edit", "again", "say", "before", "after", "copy", "delete", "restore", "undo")


def _state(db: Connection, chat: int) -> tuple[object, ...]:
    """All that undoing has to bring back."""
    rows = db.execute(
        select(message.c.id, message.c.parent_id, message.c.text)
        .where(message.c.deleted_at.is_(None))
        .order_by(message.c.id)
    ).all()
    return showing.shown_leaf(db, chat), rows


def _check(tree: ConversationTree, stored: int) -> None:
    """Every stored message is on the map, under one that is, and what is shown is a living path."""
    ids = {each.message_id for each in tree.nodes}
    assert len(tree.nodes) == stored
    by_id = {each.message_id: each for each in tree.nodes}
    for node in tree.nodes:
        assert node.parent_id is None or node.parent_id in ids
        assert node.parent_id is None or node.parent_id < node.message_id
        parent = by_id.get(node.parent_id or 0)
        if parent is not None and parent.deleted:
            assert node.deleted  # nothing that is not deleted follows what is
        if not node.deleted:
            assert node.message_id in node.sibling_ids
        if node.deleted_with is not None:
            assert by_id[node.deleted_with].deleted
    if tree.leaf_id is None:
        assert all(each.deleted for each in tree.nodes)
    else:
        assert not by_id[tree.leaf_id].deleted


class _Doer:
    """Does things to a conversation as somebody at the window can."""

    def __init__(self, db: Connection, chat: int) -> None:
        self.db, self.chat, self.number = db, chat, 0
        self.done: list[tuple[TreeChange, tuple[object, ...]]] = []

    def do(self, doing: str, pick: int) -> None:
        db, chat = self.db, self.chat
        nodes = outline.load_tree(db, chat, with_texts=False).nodes
        living = [each.message_id for each in nodes if not each.deleted]
        gone = [each.message_id for each in nodes if each.deleted]
        self.number += 1
        if doing == "undo":
            self.undo()
        elif doing == "restore":
            self._change(lambda: deleting.restore_branch(db, gone[pick % len(gone)]), bool(gone))
        elif not living or doing in ("say", "again", "flip"):
            self._go_on(doing, living[pick % len(living)] if living else None)
        else:
            chosen, text = living[pick % len(living)], f"t{self.number}"
            self._change(
                {
                    "edit": lambda: adding.add_version(db, chosen, text),
                    "before": lambda: adding.insert_next_to(db, chosen, "user", text, after=False),
                    "after": lambda: adding.insert_next_to(db, chosen, "user", text, after=True),
                    "copy": lambda: adding.copy_under(
                        db, chosen, chat, living[-1], with_rest=len(nodes) < 80
                    ),
                    "delete": lambda: deleting.delete_branch(db, chosen),
                }[doing]
            )

    def _change(self, make: Callable[[], TreeChange], possible: bool = True) -> None:
        if possible:
            before = _state(self.db, self.chat)
            self.done.append((make(), before))

    def _go_on(self, doing: str, chosen: int | None) -> None:
        """What is written, answered again, or shown: what came before is not undone any more."""
        db, chat = self.db, self.chat
        self.done.clear()
        if doing == "flip" and chosen is not None:
            showing.set_leaf(db, chat, chosen)
            return
        parent = showing.shown_leaf(db, chat)
        if doing == "again" and chosen is not None:
            nodes = outline.load_tree(db, chat).nodes
            parent = next(each.parent_id for each in nodes if each.message_id == chosen)
        message_tree.add_message(db, chat, parent, "assistant", f"t{self.number}")

    def undo(self) -> None:
        """Take the last change back: all is as it was, but that what was added is in the bin."""
        if not self.done:
            return
        change, before = self.done.pop()
        after = _state(self.db, self.chat)
        deleting.undo_change(self.db, change)
        assert _state(self.db, self.chat) == before
        deleting.redo_change(self.db, change)
        assert _state(self.db, self.chat) == after
        deleting.undo_change(self.db, change)
        assert _state(self.db, self.chat) == before


@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(
    st.lists(st.tuples(st.sampled_from(DOINGS), st.integers(0, 10**6)), min_size=200, max_size=200)
)
def test_report_5_whatever_is_done_every_message_is_on_the_map(doings):
    with _memory() as db:
        chat, _ = _chat(db, "q1", "a1", "q2", "a2")
        doer, stored = _Doer(db, chat), _count(db)
        for doing, pick in doings:
            doer.do(doing, pick)
            now = _count(db)
            assert now >= stored  # only ever more
            stored = now
            _check(outline.load_tree(db, chat, with_texts=False), stored)


def test_a_branch_is_left_and_found_again_whatever_was_deleted_beside_it(db):
    chat, ids = _chat(db, "q1", "a1", "q2", "a2")
    other = message_tree.add_message(db, chat, ids[0], "assistant", "b1").message_id
    message_tree.add_message(db, chat, other, "user", "b2")
    showing.set_leaf(db, chat, ids[2])
    assert _shown(db, chat) == ["q1", "a1", "q2", "a2"]
    deleting.delete_branch(db, ids[3])
    showing.set_leaf(db, chat, other)
    assert _shown(db, chat) == ["q1", "b1", "b2"]
    showing.set_leaf(db, chat, ids[1])
    assert _shown(db, chat) == ["q1", "a1", "q2"]
