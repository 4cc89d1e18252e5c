"""Reads LangChain's JSON with LangChain. Runs in a Python that has ``langchain-core``."""

from __future__ import annotations

import json
import sys
import warnings
from importlib.metadata import version
from typing import Any

from langchain_core.load import dumps, loads
from langchain_core.prompts import (
    ChatPromptTemplate,
    FewShotChatMessagePromptTemplate,
    FewShotPromptTemplate,
    MessagesPlaceholder,
    PromptTemplate,
)

ROLES = {"human": "user", "ai": "assistant", "system": "system"}


def _loaded(content: str) -> tuple[Any, bool]:
    """The prompt, and whether LangChain reads it without an order to trust it."""
    try:
        return loads(content, allowed_objects="core"), True
    except ValueError:
        return loads(content, allowed_objects="core", init_validator=None), False


def _messages(prompt: Any, values: dict[str, Any]) -> list[list[str]]:
    value = prompt.invoke(values)
    return [[ROLES[each.type], each.content] for each in value.to_messages()]


def _case(case: dict[str, Any]) -> dict[str, Any]:
    try:
        prompt, plain = _loaded(case["content"])
        needed = {*prompt.input_variables, *prompt.optional_variables, *prompt.partial_variables}
        values = {name: value for name, value in case["values"].items() if name in needed}
        return {"messages": _messages(prompt, values), "plain": plain}
    except Exception as error:  # whatever the original says of it is the answer
        return {"error": f"{type(error).__name__}: {error}"[:300]}


def _written() -> dict[str, Any]:
    """Prompts made and written by LangChain itself, for our importer."""
    pair = PromptTemplate.from_template("{q}? {a}!")
    example = ChatPromptTemplate.from_messages([("human", "{q}"), ("ai", "{a}")])
    rows = [{"q": "1+1", "a": "2"}, {"q": "2+2", "a": "4"}]
    mustache = "{{#rows}}\n- {{name}}\n{{/rows}}\n{{^rows}}none{{/rows}}Hi {{{who}}} & {{& who}}"
    made: dict[str, tuple[Any, dict[str, Any]]] = {
        "plain": (PromptTemplate.from_template("Hi {who}, {{not}} it: {n:.2f}?"),
                  {"who": "Ada", "n": 3}),
        "chat": (ChatPromptTemplate.from_messages(
            [("system", "Be {tone}."), MessagesPlaceholder("past", optional=True),
             ("human", "{q}")]),
            {"tone": "brief", "q": "Why?", "past": [{"role": "user", "content": "a {b}"},
                                                    {"role": "assistant", "content": "c"}]}),
        "partial": (ChatPromptTemplate.from_messages([("human", "{a} {b}")]).partial(b="B"),
                    {"a": "A"}),
        "mustache": (ChatPromptTemplate.from_messages(
            [("human", mustache)], template_format="mustache"),
            {"rows": [{"name": "x"}, {"name": "<y>"}], "who": "A<b>"}),
        "few-shot": (FewShotPromptTemplate(
            examples=rows, example_prompt=pair, prefix="Sums of {topic}:",
            suffix="{q}?", input_variables=["topic", "q"]), {"topic": "one", "q": "3+3"}),
        "few-shot chat": (ChatPromptTemplate.from_messages(
            [("system", "Add."), FewShotChatMessagePromptTemplate(
                examples=rows, example_prompt=example), ("human", "{q}")]), {"q": "5"}),
        "image": (ChatPromptTemplate.from_messages(
            [("human", [{"type": "text", "text": "See {what}"},
                        {"type": "image_url", "image_url": {"url": "{place}"}}])]),
            {"what": "it", "place": "a.png"}),
    }  # fmt: skip
    found = {}
    for name, (prompt, values) in made.items():
        content = dumps(prompt, pretty=True)
        try:
            messages: Any = _messages(prompt, values)
        except Exception as error:
            messages = str(error)
        found[name] = {"content": content, "values": values, "messages": messages}
    return found


def main() -> None:
    warnings.simplefilter("ignore")
    cases = json.load(sys.stdin)
    answers = {name: _case(case) for name, case in cases.items()}
    json.dump(
        {"version": version("langchain-core"), "answers": answers, "written": _written()},
        sys.stdout,
    )


main()
