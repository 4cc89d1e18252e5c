"""Text arrives whole (R13) and stop texts never show."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from workbench.engine.worker.sampling.repetition import LoopDetector
from workbench.engine.worker.text import TextStream


def pieces_of(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in itertools.pairwise(edges)]


@given(st.binary(max_size=200), st.lists(st.integers(0, 10_000), max_size=20))
def test_any_bytes_in_any_pieces_become_the_text_python_makes_of_them(data, cuts):
    stream = TextStream()
    text = "".join(stream.feed(piece) for piece in pieces_of(data, cuts)) + stream.finish()
    assert text == data.decode("utf-8", "replace")


@given(st.text(max_size=60), st.lists(st.integers(0, 10_000), max_size=20))
def test_no_piece_ends_inside_a_character(text, cuts):
    data = text.encode("utf-8", "replace")
    stream = TextStream()
    shown = [stream.feed(piece) for piece in pieces_of(data, cuts)]
    assert "�" not in "".join(shown) or "�" in text
    assert "".join(shown) + stream.finish() == data.decode()


@given(
    st.text("abc", max_size=60),
    st.lists(st.text("abc", min_size=1, max_size=4), min_size=1, max_size=3),
    st.lists(st.integers(0, 10_000), max_size=20),
)
def test_text_ends_before_a_stop_and_nothing_is_taken_back(text, stops, cuts):
    stream = TextStream(stops)
    shown = ""
    for piece in pieces_of(text.encode(), cuts):
        shown += stream.feed(piece)
        if stream.stopped:
            break
    shown += stream.finish()
    assert text.startswith(shown)
    assert not any(stop in shown for stop in stops)
    if not any(stop in text for stop in stops):
        assert shown == text
    else:
        assert stream.stopped


def test_the_start_of_a_stop_text_is_held_back_until_it_is_none():
    stream = TextStream(("\nUser:",))
    assert stream.feed(b"Yes.\nUs") == "Yes."
    assert stream.feed(b"e it") == "\nUse it"
    assert stream.feed(b"\nUser: what") == ""
    assert stream.stopped
    assert stream.finish() == ""


def test_an_unfinished_character_ends_as_a_replacement_character():
    stream = TextStream()
    assert stream.feed("ok 🌍".encode()[:-1]) == "ok "
    assert stream.finish() == "�"


def first_loop(tokens: list[int]) -> int | None:
    detector = LoopDetector()
    for end in range(1, len(tokens) + 1):
        if detector.is_loop(tokens[:end]):
            return end
    return None


def test_a_window_that_comes_four_times_is_a_loop():
    window = list(range(32))
    assert first_loop([99, *window * 4]) == 1 + 128
    assert first_loop([*window * 3, 99, *window]) is None


@given(st.integers(1, 31))
def test_short_loops_are_found_whatever_their_length(period):
    end = first_loop([*range(1000, 1010), *(list(range(period)) * 200)])
    assert end is not None
    assert end <= 10 + 4 * (32 + period)


def test_long_loops_are_found_and_four_dashes_lines_are_none():
    assert first_loop(list(range(100)) * 6) is not None
    assert first_loop(([7] * 30 + [8, 9]) * 3) is None
    assert first_loop([token for token in range(40) for _ in range(20)]) is None
