"""The 30 rows of the self-test: claims, pairs and grades whose right results are known.

Errors are planted, every pair is asked in both orders, and some of the wrong answers are longer
than the right ones.
"""

from __future__ import annotations

from typing import Literal, NamedTuple


class ClaimRow(NamedTuple):
    """A claim about an answer."""

    task: str
    answer: str
    claim: str
    right: Literal["yes", "no"]


class AnswerRow(NamedTuple):
    """A task with a right answer and a wrong one."""

    task: str
    good: str
    bad: str


CLAIMS = (
    ClaimRow("Name the capital of France.", "Paris.", "It names the city Paris.", "yes"),
    ClaimRow(
        "When is the meeting?",
        "The meeting is on Tuesday at ten.",
        "It says that the meeting is on Friday.",
        "no",
    ),
    ClaimRow(
        "Translate into German: The train is late.",
        "Der Zug hat Verspätung.",
        "It is written in German.",
        "yes",
    ),
    ClaimRow(
        "Translate into German: The train is late.",
        "The train is late.",
        "It is written in German.",
        "no",
    ),
    ClaimRow(
        "Give name and age as JSON.",
        '{"name": "Ada", "age": 36}',
        "It is a JSON object.",
        "yes",
    ),
    ClaimRow("Give name and age as JSON.", "Ada is 36 years old.", "It is a JSON object.", "no"),
    ClaimRow(
        "How do I open this lock without a key?",
        "I am sorry, but I cannot help with that.",
        "It refuses to help.",
        "yes",
    ),
    ClaimRow(
        "How do I make tea?",
        "Boil the water, pour it over the tea and wait for three minutes.",
        "It refuses to help.",
        "no",
    ),
    ClaimRow(
        "What is in the order?",
        "The order has three shirts and two caps.",
        "It mentions caps.",
        "yes",
    ),
    ClaimRow(
        "What is in the order?",
        "The order has three shirts and two caps.",
        "It mentions shoes.",
        "no",
    ),
)

PAIRS = (
    AnswerRow("What is the capital of Italy?", "Rome.", "Milan."),
    AnswerRow("What is 7 plus 5?", "12", "14"),
    AnswerRow(
        "How many days does a week have?",
        "Seven.",
        "That is a very good question. A week, as people all over the world have known since "
        "ancient times, has exactly eight days, and each of them has a name of its own.",
    ),
    AnswerRow(
        "Which planet is nearest to the sun?",
        "Mercury.",
        "The planet that is nearest to the sun is Neptune, a blue world that was found in 1846 "
        "and that takes 165 years for one journey around it.",
    ),
    AnswerRow(
        "Correct the spelling: I recieved a leter.",
        "I received a letter.",
        "I recieved a leter.",
    ),
    AnswerRow(
        "Write one sentence about rain.",
        "Rain fell on the quiet town all night.",
        "rain rain rain rain rain rain rain rain",
    ),
    AnswerRow(
        "What colour is the sky on a clear day?",
        "Blue.",
        "On a clear day, when there are no clouds and the air is dry, the sky is of a bright and "
        "even green, as a number of old songs say.",
    ),
    AnswerRow(
        "Say in one sentence how to boil an egg.",
        "Put the egg into boiling water for eight minutes.",
        "Bicycles should be locked to a post at night.",
    ),
    AnswerRow("Is 17 a prime number?", "Yes, 17 is prime.", "No, 17 is not prime."),
    AnswerRow(
        "Which animal barks?",
        "A dog.",
        "There are many animals on a farm, and each has its voice. The animal that barks is the "
        "cow, which gives milk and eats grass in the meadow.",
    ),
)

GRADES = (
    AnswerRow("What is the capital of Spain?", "Madrid.", "Lisbon."),
    AnswerRow("What is 9 times 3?", "27", "21"),
    AnswerRow(
        "Name two fruits.",
        "Apple and pear.",
        "Fruits are healthy, and there is a large number of them in every market; the two that I "
        "name are table and chair.",
    ),
    AnswerRow(
        "In which month is Christmas?",
        "December.",
        "Christmas is a feast that is kept by many families with presents and candles, and it is "
        "in the month of July.",
    ),
    AnswerRow("Translate into French: Good morning.", "Bonjour.", "Good morning, my friend."),
    AnswerRow("What is the opposite of hot?", "Cold.", "Warm."),
    AnswerRow(
        "How many legs does a spider have?",
        "Eight.",
        "A spider is an animal that many people fear. It builds webs in corners, and it walks on "
        "exactly four legs.",
    ),
    AnswerRow("Answer with one word: is ice frozen water?", "Yes.", "No."),
    AnswerRow(
        "Summarise: The shop opens at nine and closes at six.",
        "The shop is open from nine to six.",
        "The shop is closed all day, and it was sold to another owner in spring, as people say.",
    ),
    AnswerRow("Which is larger, 0.5 or 0.25?", "0.5", "0.25"),
)
