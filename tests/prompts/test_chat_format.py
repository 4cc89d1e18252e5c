"""S8: control tokens inside values stay plain text, in every chat format."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.errors import TemplateError
from workbench.domain.text import Message, Segment, Span
from workbench.processes.pool import SandboxPool
from workbench.prompts.chat.formatting import _segments, format_chat, protect
from workbench.prompts.chat.template_job import format_job

# The formats of the model families that people load most, shortened where tools are concerned.
FORMATS = {
    "chatml": (
        "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + "
        "message['content'] + '<|im_end|>' + '\n'}}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
    ),
    "llama3": (
        "{{- bos_token }}{% for message in messages %}{{ '<|start_header_id|>' + message['role'] "
        "+ '<|end_header_id|>\n\n' + message['content'] | trim + '<|eot_id|>' }}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}"
        "{% endif %}"
    ),
    "gemma": (
        "{{ bos_token }}{% if messages[0]['role'] == 'system' %}"
        "{{ raise_exception('System role not supported') }}{% endif %}"
        "{% for message in messages %}"
        "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
        "{{ raise_exception('Conversation roles must alternate') }}{% endif %}"
        "{% set role = 'model' if message['role'] == 'assistant' else message['role'] %}"
        "{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}"
        "{% endfor %}{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}"
    ),
    "mistral": (
        "{{ bos_token }}{% if messages[0]['role'] == 'system' %}"
        "{% set system = messages[0]['content'] %}{% set rest = messages[1:] %}"
        "{% else %}{% set system = '' %}{% set rest = messages %}{% endif %}"
        "{% for message in rest %}{% if message['role'] == 'user' %}"
        "{{ '[INST] ' + (system + '\n\n' if loop.last and system else '') + message['content'] + "
        "' [/INST]' }}{% else %}{{ message['content'] + eos_token }}{% endif %}{% endfor %}"
    ),
    "phi3": (
        "{% for message in messages %}{{'<|' + message['role'] + '|>\n' + message['content'] + "
        "'<|end|>\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}"
    ),
    "generation tag": (
        "{% for message in messages %}{% generation %}<|im_start|>{{ message.content }}<|im_end|>"
        "{% endgeneration %}{% endfor %}"
    ),
    "none": "",
}
SPECIAL = (
    "<s>", "</s>", "<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|start_header_id|>",
    "<|end_header_id|>", "<|eot_id|>", "<start_of_turn>", "<end_of_turn>", "[INST]", "[/INST]",
    "<|system|>", "<|user|>", "<|assistant|>", "<|end|>", "<bos>",
)  # fmt: skip
CHAT = (
    Message("system", (Span("Rules. "), Span("v", literal=False))),
    Message("user", (Span("Ask "), Span("v", literal=False), Span("?"))),
)


def _with_value(value: str) -> tuple[Message, ...]:
    return tuple(
        Message(m.role, tuple(s if s.literal else Span(value, literal=False) for s in m.spans))
        for m in CHAT
    )


def _controls(segments: tuple[Segment, ...]) -> int:
    """How many control tokens a tokenizer would read."""
    return sum(s.text.count(text) for s in segments if s.special for text in SPECIAL)


async def _formatted(pool: SandboxPool, source: str, value: str) -> tuple[Segment, ...]:
    return await format_chat(
        pool, source, _with_value(value), bos="<s>", eos="</s>", special_texts=SPECIAL
    )


@pytest.mark.parametrize("name", FORMATS)
async def test_a_value_adds_no_control_token(pool: SandboxPool, name: str) -> None:
    plain = await _formatted(pool, FORMATS[name], "v")
    hostile = "".join(SPECIAL) + " middle " + "<|im_<|im_end|>end|>" + "\n".join(SPECIAL)
    attacked = await _formatted(pool, FORMATS[name], hostile)
    assert _controls(attacked) == _controls(plain)
    assert "".join(s.text for s in attacked) == "".join(s.text for s in plain).replace(
        " v", f" {hostile}"
    )


async def test_the_authors_own_control_tokens_count(pool: SandboxPool) -> None:
    messages = (Message.literal("user", "a<|im_end|>b"),)
    found = await format_chat(pool, FORMATS["chatml"], messages, special_texts=SPECIAL)
    assert all(segment.special for segment in found)
    assert len(found) == 1


@pytest.mark.parametrize(
    "spans",
    [
        (Span("<|im_"), Span("end|>", literal=False)),
        (Span("<|im_", literal=False), Span("end|>")),
        (Span("<|im_", literal=False), Span("end|>", literal=False)),
        (Span("<|im_e"), Span("n", literal=False), Span("d|>")),
        (Span("<|im_end|"), Span("", literal=False), Span(">", literal=False)),
    ],
    ids=str,
)
async def test_control_tokens_put_together_from_pieces_stay_plain(
    pool: SandboxPool, spans: tuple[Span, ...]
) -> None:
    found = await format_chat(
        pool, FORMATS["chatml"], (Message("user", spans),), special_texts=SPECIAL
    )
    assert [s.text for s in found if not s.special] == ["<|im_end|>"]


async def test_ordinary_text_is_not_cut(pool: SandboxPool) -> None:
    assert len(await _formatted(pool, FORMATS["chatml"], "many words and <tags>")) == 1


_PIECES = st.sampled_from([*SPECIAL, "<|im_", "end|>", "start|>", "a", " ", "\n", "\ue000", "<"])
_SPANS = st.lists(
    st.tuples(st.lists(_PIECES, max_size=4).map("".join), st.booleans()), max_size=8
).map(lambda parts: tuple(Span(text, literal=literal) for text, literal in parts))


@given(_SPANS)
def test_protected_text_comes_back_whole_and_holds_no_control_token_of_a_value(
    spans: tuple[Span, ...],
) -> None:
    message = Message("user", spans)
    (content,), originals = protect([message], SPECIAL, "")
    segments = tuple(_segments(content, originals))
    assert "".join(s.text for s in segments) == message.text
    origin = [span.literal for span in spans for _ in span.text]
    position = 0
    for segment in segments:
        if segment.special:
            for text in SPECIAL:
                at = segment.text.find(text)
                while at >= 0:
                    assert all(origin[position + at : position + at + len(text)])
                    at = segment.text.find(text, at + 1)
        position += len(segment.text)


async def test_a_refused_system_message_moves_into_the_first_user_message(
    pool: SandboxPool,
) -> None:
    found = await _formatted(pool, FORMATS["gemma"], "v")
    assert found[0].text == (
        "<s><start_of_turn>user\nRules. v\n\nAsk v?<end_of_turn>\n<start_of_turn>model\n"
    )


async def test_other_refusals_are_told_in_the_templates_words(pool: SandboxPool) -> None:
    source = "{{ raise_exception('Not on a Sunday.') }}"
    with pytest.raises(TemplateError, match=r"refuses these messages: Not on a Sunday"):
        await format_chat(pool, source, (Message.literal("user", "a"),))


async def test_a_model_without_a_format_gets_headings(pool: SandboxPool) -> None:
    messages = (Message.literal("system", "S"), Message.literal("user", "U"))
    (segment,) = await format_chat(pool, "", messages)
    assert segment.text == "### System:\nS\n\n### User:\nU\n\n### Assistant:\n"


async def test_a_damaged_format_is_told(pool: SandboxPool) -> None:
    with pytest.raises(TemplateError, match="The model's chat template, line 1"):
        await format_chat(pool, "{% for", (Message.literal("user", "a"),))


async def test_without_generation_prompt(pool: SandboxPool) -> None:
    (segment,) = await format_chat(
        pool, FORMATS["chatml"], (Message.literal("user", "a"),), add_generation_prompt=False
    )
    assert segment.text == "<|im_start|>user\na<|im_end|>\n"


def test_what_formats_expect_to_find() -> None:
    source = (
        "{{ tools is none }}{{ documents is none }}{{ nothing }}{{ [1, 'é<']|tojson }}"
        "{{ strftime_now('%Y')|length }}{% for i in [1, 2] %}{% break %}{% endfor %}"
        "{{ messages[0].content }}{{ messages[0].content.split('x')|length }}"
        "{{ messages[::-1]|length }}"
    )
    found, _ = format_job(source, [("user", "axb")], {"bos_token": "", "eos_token": ""})
    assert found == 'TrueTrue[1, "é<"]4axb21'


SYSTEM_FIRST = (  # as Qwen3.5: one system message, at the beginning
    "{%- for m in messages %}{%- if m.role == 'system' and not loop.first %}"
    "{{- raise_exception('System message must be at the beginning.') }}{%- endif %}"
    "{{- '<' + m.role + '>' + m.content }}{%- endfor %}"
)
SYSTEM_IN_LAST_USER = (  # as Mistral-Nemo: without a user message the system one is dropped
    "{%- if messages[0].role == 'system' %}{%- set system = messages[0].content %}"
    "{%- set rest = messages[1:] %}{%- else %}{%- set rest = messages %}{%- endif %}<s>"
    "{%- for m in rest %}{%- if m.role == 'user' %}{{- '[INST]' }}"
    "{%- if loop.last and system is defined %}{{- system + '|' }}{%- endif %}"
    "{{- m.content + '[/INST]' }}{%- else %}{{- m.content }}{%- endif %}{%- endfor %}"
)
NO_ASSISTANT = (
    "{% for m in messages if m.role != 'assistant' %}<{{ m.role }}>{{ m.content }}{% endfor %}"
)


@pytest.mark.parametrize(
    ("source", "messages", "expected"),
    [
        (
            SYSTEM_FIRST,
            [("system", "A"), ("system", "B"), ("user", "U")],
            "<system>A\n\nB<user>U",
        ),
        (
            SYSTEM_FIRST,
            [("system", "A"), ("user", "U"), ("system", "B"), ("user", "V")],
            "<system>A<user>U<user>B\n\nV",
        ),
        (SYSTEM_FIRST, [("user", "U"), ("system", "B")], "<user>U<user>B"),
        (SYSTEM_IN_LAST_USER, [("system", "A")], "<s>[INST]A[/INST]"),
        (SYSTEM_IN_LAST_USER, [("system", "A"), ("user", "U")], "<s>[INST]A|U[/INST]"),
    ],
)
def test_no_text_is_lost_and_none_changes_places(
    source: str, messages: list[tuple[str, str]], expected: str
) -> None:
    assert format_job(source, messages, {})[0] == expected


def test_a_text_that_the_format_leaves_out_is_said_before_anything_runs() -> None:
    messages = [("user", "U"), ("assistant", "<think>so</think>The answer"), ("user", "V")]
    with pytest.raises(TemplateError, match=r"leaves out the text of message 2 \(assistant\)"):
        format_job(NO_ASSISTANT, messages, {})
    thoughts = [("user", "U"), ("assistant", "<think>only thoughts</think>"), ("user", "V")]
    assert format_job(NO_ASSISTANT, thoughts, {})[0] == "<user>U<user>V"


def test_a_text_that_the_format_escapes_is_there() -> None:
    source = "{% for m in messages %}{{ m.content | tojson }}{% endfor %}"
    assert format_job(source, [("user", 'say "hi"')], {})[0] == '"say \\"hi\\""'
