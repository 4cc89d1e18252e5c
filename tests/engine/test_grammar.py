"""Grammars are refused with a sentence, and what is read allows what was written (bar S7)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llguidance import LLMatcher, LLTokenizer

from workbench.domain.errors import GrammarError
from workbench.engine.constraints.grammar import check_grammar
from workbench.engine.constraints.job import read_job
from workbench.engine.constraints.lark import HEADER
from workbench.engine.worker.sampling.matching import Matcher

from .deriving import allows

GOOD = {
    "choice": 'root ::= "yes" | "no"',
    "classes": 'root ::= [a-zA-Z_] [^"\\\\\\n]* # a comment\n',
    "repetition": 'root ::= item{2,5} item? item+ ("," item)*\nitem ::= [0-9]{1,3}',
    "nested": 'root ::= (\n  "a"\n  | ("b" "c")\n)\n',
    "right recursion": 'root ::= "a" root | "b"',
    "tokens": "root ::= <think> [^<]* </think> . !<[7]>",
    "json": (
        "root ::= object\nvalue ::= object | string\n"
        'object ::= "{" ws (string ":" ws value ("," ws string ":" ws value)*)? "}"\n'
        'string ::= "\\"" [^"\\x00-\\x1f]* "\\"" ws\nws ::= [ \\t\\n]{0,20}\n'
    ),
    "escapes": r'root ::= "\x41\u00e9\U0001F600\t\"" [\[\]\-\\]',
}
BAD = {
    "undefined rule": ('root ::= "a" other', 1, "no rule called other"),
    "no root": ('start ::= "a"', 0, "no rule called root"),
    "empty": ("", 0, "no rule called root"),
    "unclosed quote": ('root ::= "abc', 1, "closing"),
    "unclosed class": ("root ::= [abc", 1, "closing"),
    "unclosed group": ('root ::= ("a"', 1, r"\) is missing"),
    "left recursion": ('root ::= root "a" | "b"', 1, "begins with itself"),
    "indirect": ('root ::= a\na ::= b "x"\nb ::= a | "y"', 2, "begins with itself"),
    "hidden": ('root ::= ws root "a"\nws ::= " "*', 1, "begins with itself"),
    "empty loop": ('root ::= ("a"?)*', 1, "may be empty"),
    "star of star": ('root ::= "a"**', 1, "may be empty"),
    "backwards": ("root ::= [z-a]", 1, "runs backwards"),
    "nothing to repeat": ("root ::= *", 1, "repeats nothing"),
    "too many": ('root ::= (("a"{0,99}){0,99}){0,99}', 1, "multiply to more"),
    "brackets": ("root ::= " + "(" * 60_000 + '"a"' + ")" * 1_000, 1, "deeper"),
    "many brackets": ("root ::= " + "(" * 500 + '"a"' + ")" * 500, 1, "deeper than 200"),
    "size": ('root ::= "' + "a" * 70_000 + '"', 0, "64 KB"),
    "escape": (r'root ::= "\q"', 1, "no escape"),
    "no sign": ('root = "a"', 1, "::= is missing"),
    "second line": ('root ::= a\na ::= "x" )', 2, r"'\)' does not fit"),
    "less than least": ('root ::= "a"{3,1}', 1, "fewer at most"),
    "nul": ('root ::= "a\0"', 0, "NUL"),
    "nul by its number": (r'root ::= "a\x00b"', 1, "NUL"),
    "nul alone": (r"root ::= [\x00]", 1, "NUL"),
}


@pytest.mark.parametrize("name", GOOD)
def test_sound_grammars_pass(name):
    assert read_job(GOOD[name], "")["notes"] == []


LANGUAGES = [
    ('root ::= "a" "bc" | "ab" "d"', ["abc", "abd"], ["ab", "abcd", "bc"]),
    ('root ::= w w\nw ::= [a-z]+ "1"?', ["ab", "a1b", "ab1c1"], ["a", "1a"]),
    ('root ::= a+ "aab"\na ::= "a"', ["aaab", "aaaaab"], ["aab"]),
    ('root ::= [^"]* "\\""', ['é<\n"', '"'], ['""', "a"]),
    ('root ::= .{2,3} "<b>"', ["éx<b>", "a\nb<b>"], ["a<b>"]),
    ('root ::= ("x" [0-9]){0,2} "\\u00e9"', ["é", "x1x2é"], ["x1x2x3é", "xé"]),
]


@pytest.mark.parametrize(("grammar", "fitting", "others"), LANGUAGES)
def test_a_grammar_allows_what_it_says_however_it_is_cut(grammar, fitting, others):
    read = read_job(grammar, "")["grammar"]
    assert [text for text in fitting if not allows(read, text)] == []
    assert [text for text in others if allows(read, text)] == []


@pytest.mark.parametrize("name", BAD)
def test_bad_grammars_are_refused_at_their_line(name):
    text, line, message = BAD[name]
    with pytest.raises(GrammarError, match=message) as caught:
        check_grammar(text)
    assert caught.value.line == line
    assert "\n" not in str(caught.value)


@settings(max_examples=300)
@given(st.text(alphabet='root ::=ab"[]()|*+?{}0,9-\\\n#<>!.^', max_size=60))
def test_any_text_passes_or_is_refused_in_words(text):
    message = "fine."
    try:
        check_grammar("root ::= " + text)
    except GrammarError as error:
        message = str(error)
    assert message.endswith(".")


def test_a_copy_of_a_matcher_goes_its_own_way():
    native = LLMatcher(LLTokenizer("byte"), HEADER + 'start: "a" ("b" | "c" "d")\n', log_level=0)
    first = Matcher(native, 256)
    first.accept(ord("a"))
    second = first.copy()
    second.accept(ord("c"))
    assert [first.allows(ord(char)) for char in "bcd"] == [True, True, False]
    assert [second.allows(ord(char)) for char in "bcd"] == [False, False, True]
    assert first.mask().nonzero()[0].tolist() == [ord("b"), ord("c")]
    first.accept(ord("b"))
    assert (first.at_end, second.at_end) == (True, False)


def test_a_matcher_allows_nothing_after_an_error():
    matcher = Matcher(LLMatcher(LLTokenizer("byte"), HEADER + 'start: "a"\n', log_level=0), 256)
    matcher.accept(ord("b"))
    assert not matcher.allows(ord("a"))
    assert not matcher.mask().any()
    assert not matcher.at_end
