"""What a chat template does with six small conversations, and with thoughts.

They are rendered in the sandbox, once for each template; what is found is kept by the template's
digest.
"""

from __future__ import annotations

import functools
import hashlib
from typing import Any

import jinja2
import msgspec

from workbench.domain.chat_templates import CaseVerdict, TemplateCase, TemplateVerdict
from workbench.domain.errors import SandboxError, TemplateError
from workbench.domain.runs.reasoning import open_tag
from workbench.domain.text import Segment, replace_surrogates
from workbench.processes.pool import SandboxPool
from workbench.prompts.chat.formatting import FALLBACK_TEMPLATE, KEEP_THOUGHTS
from workbench.prompts.chat.forms import Turn
from workbench.prompts.chat.template_job import RefusedError, complete, explained, render

_JOB = "workbench.prompts.chat.verdicts:verdict_job"
_DEADLINE_SECONDS = 3.0
_RULES, _FIRST, _SECOND = "Rules-qz1", "Question-qz2", "Question-qz3"
_REPLY, _THOUGHT, _RESULT = "Reply-qz4", "Thought-qz5", "Result-qz6"
_TOOL = "look_up"
_CALL = {
    "id": "call00001",
    "type": "function",
    "function": {"name": _TOOL, "arguments": {"name": "x"}},
}


def _turn(role: str, content: str, **more: Any) -> Turn:
    return {"role": role, "content": content} | more


_CASES: dict[TemplateCase, list[Turn]] = {
    "system": [_turn("system", _RULES), _turn("user", _FIRST)],
    "no_system": [_turn("user", _FIRST)],
    "user_user": [_turn("user", _FIRST), _turn("user", _SECOND)],
    "assistant_first": [_turn("assistant", _REPLY), _turn("user", _FIRST)],
    "assistant_last": [_turn("user", _FIRST)],
    "tool": [
        _turn("user", _FIRST),
        _turn("assistant", "", tool_calls=[_CALL]),
        _turn("tool", _RESULT, name=_TOOL, tool_call_id="call00001"),
    ],
}
"""An answer that is continued is raw text after the assistant's header, so the header is tried."""


def template_digest(chat_template: str) -> str:
    """What a verdict is kept under."""
    return hashlib.sha256(chat_template.encode("utf-8", "surrogatepass")).hexdigest()


async def judge_template(
    pool: SandboxPool, chat_template: str, *, bos: str = "", eos: str = ""
) -> TemplateVerdict:
    """Try a chat template; what is wrong with it comes inside the verdict."""
    source = replace_surrogates(chat_template or FALLBACK_TEMPLATE)
    values = {"bos_token": bos, "eos_token": eos, "add_generation_prompt": True}
    try:
        found = await pool.call(_JOB, source, values, deadline_seconds=_DEADLINE_SECONDS)
        return msgspec.convert(found, TemplateVerdict)
    except (SandboxError, TemplateError) as error:
        return TemplateVerdict(problem=str(error))


def verdict_job(source: str, values: dict[str, Any]) -> TemplateVerdict:
    """Render all cases; runs in a sandbox process."""
    found: TemplateVerdict = explained(source, functools.partial(_verdict, values=values))
    return found


def _verdict(template: jinja2.Template, *, values: dict[str, Any]) -> TemplateVerdict:
    cases = tuple(_judge(template, case, turns, values) for case, turns in _CASES.items())
    return TemplateVerdict(
        cases=cases,
        opens_thought=open_tag((Segment(_header(template, values)),)),
        earlier_thoughts=_keeps_thoughts(template, values),
        asked_thoughts=_keeps_thoughts(template, values | KEEP_THOUGHTS),
    )


def _judge(
    template: jinja2.Template, case: TemplateCase, turns: list[Turn], values: dict[str, Any]
) -> CaseVerdict:
    try:
        text, changes = complete(template, turns, values)
    except RefusedError as error:
        return CaseVerdict(case=case, taken=False, reason=str(error).rstrip("."))
    except TemplateError as error:
        return CaseVerdict(case=case, taken=False, reason=error.reason.rstrip("."))
    except (jinja2.TemplateError, TypeError, ValueError, KeyError, AttributeError) as error:
        return CaseVerdict(case=case, taken=False, reason=f"it failed: {error}")
    if case == "tool" and _TOOL not in text:
        return CaseVerdict(case=case, taken=False, reason="it leaves out the call")
    reason = _refusal(template, turns, values) if changes else ""
    return CaseVerdict(case=case, taken=True, changes=changes, reason=reason)


def _refusal(template: jinja2.Template, turns: list[Turn], values: dict[str, Any]) -> str:
    """Why messages are not taken as they are."""
    try:
        render(template, turns, values)
    except RefusedError as error:
        return str(error).rstrip(".")
    return "a message is left out"


def _header(template: jinja2.Template, values: dict[str, Any]) -> str:
    """The end of a prompt, where the answer begins."""
    try:
        return complete(template, [_turn("user", _FIRST)], values)[0][-200:]
    except (RefusedError, TemplateError):
        return ""


def _keeps_thoughts(template: jinja2.Template, values: dict[str, Any]) -> bool:
    """Whether the thoughts of an earlier answer are in the prompt."""
    turns = [
        _turn("user", _FIRST),
        _turn("assistant", _REPLY, reasoning_content=_THOUGHT),
        _turn("user", _SECOND),
    ]
    try:
        return _THOUGHT in complete(template, turns, values)[0]
    except (RefusedError, TemplateError):
        return False
