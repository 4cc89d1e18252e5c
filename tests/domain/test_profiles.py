"""Names and the conversation's own system prompt in the texts of a profile."""

import pytest

from workbench.domain.profiles import Profile

ADA = Profile(name="Ada", system="You are {{char}}. You help {{ User }}.")


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{{char}} and {{user}}", "Ada and Bo"),
        ("{{ CHAR }}, <BOT> meets <USER>", "Ada, Ada meets Bo"),
        ("{{date}} and {char} stay", "{{date}} and {char} stay"),
    ],
)
def test_names_take_the_place_of_their_variables(text, filled):
    assert ADA.filled(text, "Bo") == filled


def test_the_conversations_own_prompt_follows_or_is_put_where_the_profile_wants_it():
    assert ADA.system_with("Be brief.") == ("You are Ada. You help User.", "Be brief.")
    wrapped = Profile(name="Ada", system="Before. {{original}} After.")
    assert wrapped.system_with("Be brief.") == ("Before. Be brief. After.", "")


def test_a_name_with_backslashes_is_taken_as_it_is():
    odd = Profile(name=r"A\1", system="I am {{char}}. {{original}}")
    assert odd.system_with(r"\g<0>") == ("I am A\\1. \\g<0>", "")
