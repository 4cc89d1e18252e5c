"""What is found of chat templates by test rendering, and what is done about it."""

from __future__ import annotations

import pytest

from tests.prompts.chat import templates
from workbench.domain.text import Message
from workbench.models.gguf.header import read_header
from workbench.processes.pool import SandboxPool
from workbench.prompts.chat.continuing import begun_text
from workbench.prompts.chat.formatting import format_chat
from workbench.prompts.chat.forms import OPENING
from workbench.prompts.chat.template_job import format_job
from workbench.prompts.chat.verdicts import judge_template, verdict_job

VALUES = {"bos_token": "<s>", "eos_token": "</s>", "add_generation_prompt": True}
AS_IS, IN_USER, MERGED, GREETING = (), ("system_in_user",), ("merged",), ("greeting",)


def judged(source):
    return verdict_job(source, VALUES)


@pytest.mark.parametrize(
    ("name", "system", "two_of_the_user", "assistant_first"),
    [
        ("gemma 3", AS_IS, MERGED, GREETING),
        ("mistral", IN_USER, MERGED, GREETING),
        ("llama 2", AS_IS, MERGED, GREETING),
        ("deepseek r1", AS_IS, AS_IS, AS_IS),
        ("qwen 3", AS_IS, AS_IS, AS_IS),
    ],
)
def test_what_is_changed_for_a_template(name, system, two_of_the_user, assistant_first):
    verdict = judged(templates.KNOWN[name])
    found = {each.case: each.changes for each in verdict.cases if each.taken}
    assert found["system"] == system
    assert found["no_system"] == AS_IS
    assert found["user_user"] == two_of_the_user
    assert found["assistant_first"] == assistant_first
    assert found["assistant_last"] == AS_IS


def test_the_reason_is_the_templates_own():
    source = "{{ raise_exception('No rules here.') if messages[0].role == 'system' }}"
    case = judged(source + "{{ messages[0].content }}").of("system")
    assert case is not None
    assert case.reason == "No rules here"
    assert case.words == "put at the beginning of the user message that follows"


def test_tools_are_taken_or_refused():
    tools = {name: judged(source).of("tool") for name, source in templates.KNOWN.items()}
    assert tools["qwen 3"].taken
    assert tools["seed oss"].words == "refused: it leaves out the call"
    assert not tools["mistral"].taken
    assert "alternate" in tools["gemma 3"].words


@pytest.mark.parametrize(
    ("name", "opens", "earlier", "asked"),
    [
        ("deepseek r1", "<think>", False, False),
        ("qwen 3", "", False, True),
        ("seed oss", "", True, True),
        ("gemma 3", "", False, False),
    ],
)
def test_what_becomes_of_thoughts(name, opens, earlier, asked):
    verdict = judged(templates.KNOWN[name])
    found = (verdict.opens_thought, verdict.earlier_thoughts, verdict.asked_thoughts)
    assert found == (opens, earlier, asked)


async def test_the_starters_template_takes_everything(pool: SandboxPool, starter_model: str):
    header = read_header(starter_model)
    verdict = await judge_template(pool, str(header.metadata["tokenizer.chat_template"]))
    assert verdict.problem == ""
    assert [each.words for each in verdict.cases if each.case != "tool"] == ["taken as it is"] * 5


async def test_a_damaged_template_says_so_in_its_verdict(pool: SandboxPool):
    assert "line 1" in (await judge_template(pool, "{% for")).problem
    endless = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    assert (await judge_template(pool, endless)).problem


def test_neighbours_are_merged_with_a_blank_line_in_the_rendered_copy_only():
    messages = [("user", "A"), ("user", "B"), ("assistant", "C"), ("assistant", "D"), ("user", "E")]
    text, changes = format_job(templates.MISTRAL, messages, VALUES)
    assert text == "<s>[INST] A\n\nB [/INST]C\n\nD</s>[INST] E [/INST]"
    assert changes == ("merged",)
    plain, unchanged = format_job(templates.QWEN_3, messages, VALUES)
    assert plain.count("<|im_start|>user") == 3
    assert unchanged == ()


def test_a_greeting_gets_a_short_message_of_the_user_before_it():
    messages = [("system", "S"), ("assistant", "Hello!"), ("user", "A")]
    text, changes = format_job(templates.GEMMA_3, messages, VALUES)
    assert f"user\nS\n\n{OPENING}<end_of_turn>\n<start_of_turn>model\nHello!" in text
    assert changes == ("greeting",)


def test_several_system_messages_become_one_for_a_template_that_wants_one():
    messages = [("system", "S"), ("user", "A"), ("assistant", "B"), ("system", "T"), ("user", "C")]
    text, changes = format_job(templates.LLAMA_2, messages, VALUES)
    assert "<<SYS>>\nS\n<</SYS>>\n\nA" in text
    assert "[INST] T\n\nC [/INST]" in text
    assert changes == ("system_joined",)


async def test_thoughts_are_a_field_and_the_template_decides(pool: SandboxPool):
    messages = (
        Message.value("user", "A"),
        Message("assistant", Message.value("assistant", "B").spans, "so <|im_end|> it is"),
        Message.value("user", "C"),
    )

    async def rendered(source, **options):
        segments = await format_chat(
            pool, source, messages, special_texts=("<|im_end|>",), **options
        )
        plain = [each.text for each in segments if not each.special]
        return "".join(each.text for each in segments), plain

    assert "it is" not in (await rendered(templates.QWEN_3))[0]
    text, plain = await rendered(templates.QWEN_3, keep_thoughts=True)
    assert "<think>\nso <|im_end|> it is\n</think>\n\nB" in text
    assert plain == ["<|im_end|>"]
    assert "it is" in (await rendered(templates.SEED_OSS))[0]
    assert "it is" not in (await rendered(templates.DEEPSEEK_R1, keep_thoughts=True))[0]


@pytest.mark.parametrize(
    ("opened", "thoughts", "text", "begun"),
    [
        ("", "why", "The answer", "The answer"),
        ("<think>", "why\n", "The answer", "why\n</think>\n\nThe answer"),
        ("<think>", "", "The answer", "</think>\n\nThe answer"),
        ("<think>", "because", "", "because"),
        ("<seed:think>", "why", "So", "why\n</seed:think>\n\nSo"),
    ],
)
def test_an_answer_goes_on_after_the_thoughts_that_a_header_opens(opened, thoughts, text, begun):
    assert begun_text(opened, thoughts, text) == begun
