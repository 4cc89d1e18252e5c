"""Orders and measures against the vectors of shared/field/EVALUATION.md, 4.4 and 4.5."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.retrieval.ranking.diversity import diverse_order
from workbench.retrieval.ranking.fusion import fuse
from workbench.retrieval.ranking.measures import (
    average_precision,
    hit_at,
    ndcg,
    ndcg_at,
    precision_at,
    recall_at,
    reciprocal_rank,
    span_recall,
)
from workbench.retrieval.ranking.overlaps import Span, merge_spans, repeats
from workbench.retrieval.ranking.query_words import MOST_WORDS, match_query, search_words

FOUND, WANTED = ["d3", "d1", "d7", "d2", "d9"], {"d1", "d2", "d5"}


def test_reciprocal_ranks_count_from_one():
    fused = fuse([["a", "b", "c", "d"], ["c", "a", "e"]])
    assert [key for key, _ in fused] == ["a", "c", "b", "e", "d"]
    expected = [0.032522, 0.032266, 0.016129, 0.015873, 0.015625]
    assert [score for _, score in fused] == pytest.approx(expected, abs=1e-6)


def test_equal_sums_go_by_the_best_rank_then_the_key():
    assert [key for key, _ in fuse([[2, 1], [1, 2]])] == [1, 2]
    assert [key for key, _ in fuse([[9], [4]])] == [4, 9]
    assert fuse([]) == []


def test_what_is_twice_in_a_ranking_counts_once():
    assert fuse([["a", "a", "b"]]) == fuse([["a", "b"]])


@pytest.mark.parametrize(
    ("nearness", "order"), [(1, [0, 1, 2]), (0.7, [0, 1, 2]), (0.5, [0, 2, 1]), (0.3, [0, 2, 1])]
)
def test_diversity(nearness, order):
    question = np.array([1.0, 0.0])
    vectors = np.array([[1, 0.1], [1, 0.12], [0.8, -0.6]], dtype=np.float32)
    cosines = vectors @ question / np.linalg.norm(vectors, axis=1)
    assert diverse_order(cosines, vectors, 3, nearness) == order


def test_measures_of_one_ranking():
    assert [recall_at(FOUND, WANTED, k) for k in (1, 3, 5)] == pytest.approx(
        [0, 0.333333, 0.666667], abs=1e-6
    )
    assert precision_at(FOUND, WANTED, 5) == pytest.approx(0.4)
    assert hit_at(FOUND, WANTED, 3) is True
    assert hit_at(FOUND, WANTED, 1) is False
    assert reciprocal_rank(FOUND, WANTED) == 0.5
    assert average_precision(FOUND, WANTED) == pytest.approx(0.333333, abs=1e-6)
    assert ndcg_at(FOUND, WANTED, 5) == pytest.approx(0.498189, abs=1e-6)
    assert reciprocal_rank(["x"], WANTED) == 0


def test_graded_gains():
    gains, ideal = [3, 2, 3, 0, 1, 2], [3, 3, 3, 2, 2, 2, 1, 0]
    assert ndcg(gains, ideal, 6) == pytest.approx(0.785002, abs=1e-6)
    assert ndcg(gains, ideal, 6, exponential=True) == pytest.approx(0.751083, abs=1e-6)
    assert ndcg([0, 1, 0, 1, 0], [1, 1], 5) == pytest.approx(0.650921, abs=1e-6)
    assert ndcg([1, 0, 0], [1, 1, 1], 3) == pytest.approx(0.469279, abs=1e-6)


def test_what_is_retrieved_again_counts_once():
    assert recall_at(["d1", "d1", "d1"], {"d1", "d2", "d3"}, 3) == pytest.approx(1 / 3)


def test_without_anything_relevant_nothing_is_known():
    for measure in (recall_at, precision_at, hit_at, ndcg_at):
        assert measure(FOUND, set(), 5) is None
    assert reciprocal_rank(FOUND, set()) is None
    assert average_precision(FOUND, set()) is None
    assert span_recall([Span(1, 0, 9)], []) is None


def test_gold_spans_do_not_depend_on_how_documents_are_cut():
    gold = [Span(1, 10, 20)]
    whole = span_recall([Span(1, 0, 30)], gold)
    cut = span_recall([Span(1, 0, 15), Span(1, 15, 30)], gold)
    assert whole == cut == 1
    assert span_recall([Span(1, 0, 15), Span(2, 15, 30)], gold) == 0.5


@given(st.lists(st.integers(0, 9)), st.sets(st.integers(0, 9), min_size=1), st.integers(1, 12))
def test_measures_are_shares(retrieved, relevant, count):
    for measure in (recall_at, precision_at, ndcg_at):
        assert 0 <= measure(retrieved, relevant, count) <= 1 + 1e-9
    assert 0 <= average_precision(retrieved, relevant) <= 1 + 1e-9


def test_overlapping_passages_of_one_document_are_one():
    spans = [Span(1, 0, 10), Span(2, 5, 9), Span(1, 8, 20), Span(1, 20, 30)]
    assert merge_spans(spans) == [[0, 2], [1], [3]]
    assert merge_spans([Span(1, 0, 10), Span(1, 15, 20), Span(1, 9, 16)]) == [[0, 1, 2]]
    assert repeats(["Free  returns", "other", "Free\nreturns"]) == {2: 0}


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("fox-hound", '"fox" OR "hound"'),
        ("C++", '"c"'),
        ("what is foo?", '"foo"'),
        ("don't", '"don" OR "t"'),
        ("AND", ""),
        ('"x', '"x"'),
        ("", ""),
        ("what is it", ""),
        ("Café café", '"café"'),
    ],
)
def test_what_is_typed_becomes_a_query(typed, query):
    assert match_query(typed, "porter") == query


def test_text_without_spaces_is_found_by_its_triples():
    assert (
        match_query("東京タワー 東京 tower", "trigram")
        == '"東京タ" OR "京タワ" OR "タワー" OR "tower"'
    )


def test_a_whole_page_is_no_longer_a_query_than_others():
    assert len(search_words(" ".join(f"word{n}" for n in range(500)))) == MOST_WORDS
