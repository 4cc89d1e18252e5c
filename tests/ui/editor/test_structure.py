"""What the editor knows of a text at once: what folds and what belongs together."""

from hypothesis import given
from hypothesis import strategies as st

from workbench.ui.editor.structure import Structure, python_offset, qt_offset

TEXT = """---
name: T
inputs:
  a: string
---
system:
Be kind.
{% if a %}
Say {{ f(a[0]) }}.
{% else %}
Nothing.
{% endif %}

user:
{% for x in a %}
{{ x }}
user:
inner
{% endfor %}
end
"""


def test_head_messages_and_blocks_fold() -> None:
    found = {(r.first, r.last, r.kind) for r in Structure(TEXT).regions.values()}
    assert found == {
        (1, 5, "head"),
        (6, 12, "message"),
        (8, 9, "block"),
        (10, 11, "block"),
        (14, 16, "message"),
        (15, 18, "block"),
        (17, 18, "message"),
    }


def test_each_branch_folds_by_itself_and_ends_a_message_in_it() -> None:
    text = """{% if a %}
user:
one
{% elif b %}
{% if c %}
two
three
{% endif %}
{% else %}{{ x }}
four
{% endif %}
{% for x in a %}{{ x }}{% else %}none{% endfor %}
"""
    found = {(r.first, r.last, r.kind) for r in Structure(text).regions.values()}
    assert found == {
        (1, 3, "block"),
        (2, 3, "message"),
        (4, 8, "block"),
        (5, 7, "block"),
        (9, 10, "block"),
    }
    regions = Structure(text).regions
    assert [regions[line].hidden for line in (1, 4, 9)] == ["2 lines", "4 lines", "1 line"]


def _word(text: str, start: int, length: int) -> str:
    return text[start : start + length]


def test_brackets_beside_the_cursor_belong_together() -> None:
    structure = Structure(TEXT)
    place = TEXT.index("a[0]")
    assert [_word(TEXT, *p) for p in structure.pairs_at(place)] == ["(", ")"]
    assert [_word(TEXT, *p) for p in structure.pairs_at(place + 2)] == ["[", "]"]
    assert [_word(TEXT, *p) for p in structure.pairs_at(TEXT.index("{{ f"))] == ["{{", "}}"]
    assert structure.pairs_at(TEXT.index("Be kind")) == ()


def test_statements_belong_together_and_lead_round() -> None:
    structure = Structure(TEXT)
    place = TEXT.index("if a")
    assert [tag.word for tag in structure.group_at(place)] == ["if", "else", "endif"]
    words = []
    for _ in range(3):
        place = structure.partner(place)
        words.append(TEXT[place:].split(maxsplit=1)[0])
    assert words == ["else", "endif", "if"]


def test_positions_count_as_qt_counts() -> None:
    text = "a😀b"
    assert [qt_offset(text, n) for n in range(4)] == [0, 1, 3, 4]
    assert [python_offset(text, n) for n in (0, 1, 3, 4)] == [0, 1, 2, 3]


@given(st.text(alphabet="{}%#-:'\"() \nifendforuser", max_size=120))
def test_regions_never_cross_the_end(text: str) -> None:
    structure = Structure(text)
    for region in structure.regions.values():
        assert 1 <= region.first < region.last <= text.count("\n") + 1
    for offset in range(len(text) + 1):
        structure.pairs_at(offset)
        structure.partner(offset)
