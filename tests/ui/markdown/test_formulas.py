"""Formulas in answers: which pieces of a text are some, how they are drawn, copied and found."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication, QTextCursor

from tests.ui.conftest import WAIT_MS
from workbench.domain.formula_rules import FORMULA, UNCLOSED
from workbench.ui.kit.text.copied import OBJECT
from workbench.ui.markdown.body import MarkdownBody
from workbench.ui.markdown.formulas import formulas
from workbench.ui.markdown.parts import parse
from workbench.ui.markdown.shown import shown_pieces
from workbench.ui.markdown.view import MarkdownView
from workbench.ui.theme import theme


@pytest.fixture
def view(qtbot, bridge) -> MarkdownView:
    formulas().use(bridge)
    made = MarkdownView("Message")
    qtbot.addWidget(made)
    made.show()
    made.fit(500)
    yield made
    formulas().use(None)


def found(text: str) -> list[str]:
    """The formulas of a text, in order."""
    pieces = []
    for token in parse(text):
        pieces += [each.content for each in (token.children or [token]) if each.type == FORMULA]
    return pieces


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"Mass $E=mc^2$ and \(a_b * c_d\).", ["$E=mc^2$", r"\(a_b * c_d\)"]),
        ("$$\nx\n+ 2\n- 3\n$$\nafter", ["$$\nx\n+ 2\n- 3\n$$"]),
        ("So:\n\\[\nx\n\n= y\n\\]\nafter", ["\\[\nx\n\n= y\n\\]"]),
        ("- item\n  $$a$$\n  more\n\n> \\[q\\]\n> r", ["$$a$$", r"\[q\]"]),
        ("a $$x^2$$ b, **$y$**, ($z$), $n$-th", ["$$x^2$$", "$y$", "$z$", "$n$"]),
        (r"$3 \times 4$, $2x + 3$, $5$", [r"$3 \times 4$", "$2x + 3$", "$5$"]),
        (r"$a \$ b$", [r"$a \$ b$"]),
        ("| a |\n|--|\n| $x$ |", ["$x$"]),
        ("| a | b |\n|--|--|\n| $P(A|B)$ | \\(|x|\\) |", ["$P(A|B)$", r"\(|x|\)"]),
        ("| $|a|$ | b |\n|--|--|\n| 1 | $y$ |", ["$|a|$", "$y$"]),
    ],
)
def test_formulas_are_found_with_all_four_delimiters(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 and $6.",
        "| from | to |\n|--|--|\n| $5 | 3$ |",
        "$5-$6, then $7, US$8 or A$ and $9/month or $10.",
        "between $1,000 and 2,000$ in cash",
        "`$x$` and \\$y$ and $ z $",
        "```\n$x$\n```",
        "echo $HOME and$PATH",
    ],
)
def test_amounts_code_and_variables_are_no_formulas(text: str) -> None:
    assert found(text) == []


def test_what_is_not_closed_is_its_source() -> None:
    assert shown_pieces("\\[\n a_1 *b*\n+ c") == ("\\[\u2028 a_1 *b*\u2028+ c",)
    assert [each.type for each in parse("\\[\n a_1 *b*\n+ c")] == [UNCLOSED]
    assert shown_pieces(r"open \(a_b *c* d") == (r"open \(a_b *c* d",)


def test_a_formula_is_its_source_until_it_is_drawn(view, qtbot) -> None:
    view.set_markdown(r"Mass $E=mc^2$ is energy." + "\n\n" + r"\[\frac{a}{b}\]")
    assert view.toPlainText() == "Mass $E=mc^2$ is energy.\n\\[\\frac{a}{b}\\]"
    before = view.height()
    qtbot.waitUntil(lambda: view.toPlainText().count(OBJECT) == 2, timeout=WAIT_MS)
    assert view.toPlainText() == f"Mass {OBJECT} is energy.\n{OBJECT}"
    assert view.height() > before  # a fraction is higher than a line


def test_a_formula_that_cannot_be_drawn_stays_its_source(view, qtbot) -> None:
    text = r"Bad: $\frac{1}{$ and $\nocommand{x}$, good: $x$"
    view.set_markdown(text)
    qtbot.waitUntil(lambda: OBJECT in view.toPlainText(), timeout=WAIT_MS)
    assert view.toPlainText() == text.replace("$x$", OBJECT)


def test_copying_gives_the_source(view, qtbot) -> None:
    view.set_markdown(r"If $x$ then $x$$y$: \[z\]")
    qtbot.waitUntil(lambda: view.toPlainText().count(OBJECT) == 4, timeout=WAIT_MS)
    view.selectAll()
    view.copy()
    assert QGuiApplication.clipboard().text() == r"If $x$ then $x$$y$: \[z\]"
    cursor = view.textCursor()
    cursor.setPosition(0)
    cursor.setPosition(4, QTextCursor.MoveMode.KeepAnchor)
    view.setTextCursor(cursor)
    view.copy()
    assert QGuiApplication.clipboard().text() == "If $x$"


def test_what_is_found_in_a_view_is_what_is_counted(view, qtbot) -> None:
    text = r"alpha and $\alpha + \ALPHA$ and `alpha`" + "\n\n$$\n\\alpha\n$$"
    view.set_markdown(text)
    source = [each.selectedText() for each in view.places("alpha")]
    qtbot.waitUntil(lambda: OBJECT in view.toPlainText(), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not view._formulas.waiting, timeout=WAIT_MS)
    drawn = view.places("alpha")
    counted = sum(each.lower().count("alpha") for each in shown_pieces(text))
    assert len(source) == len(drawn) == counted


def test_a_wide_formula_is_drawn_as_wide_as_the_text(view, qtbot) -> None:
    view.set_markdown("$$" + "+".join(f"a_{{{number}}}" for number in range(60)) + "$$")
    qtbot.waitUntil(lambda: OBJECT in view.toPlainText(), timeout=WAIT_MS)
    assert view.document().idealWidth() <= 500
    view.fit(300)
    assert view.document().idealWidth() <= 300


def test_other_colours_draw_it_again_without_asking(view, qtbot) -> None:
    view.set_markdown("$x$")
    qtbot.waitUntil(lambda: OBJECT in view.toPlainText(), timeout=WAIT_MS)
    formulas().use(None)
    theme().choose("light")
    assert view.toPlainText() == OBJECT


def test_a_text_that_grows_shows_the_source_until_the_formula_is_closed(qtbot, bridge) -> None:
    formulas().use(bridge)
    body = MarkdownBody("Answer")
    qtbot.addWidget(body)
    body.show()
    body.fit(500)
    body.stream(r"So \(a^2")
    qtbot.waitUntil(lambda: bool(body.widgets), timeout=WAIT_MS)
    assert body.widgets[0].toPlainText() == r"So \(a^2"
    body.stream(r"So \(a^2\) is")
    qtbot.waitUntil(lambda: body.widgets[0].toPlainText() == f"So {OBJECT} is", timeout=WAIT_MS)
    formulas().use(None)
