"""One page without scripts: pictures and formulas inside, light and dark, made to be printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from workbench.domain.formula_rules import FORMULA, UNCLOSED, add_formulas, formulas_of, key_of
from workbench.domain.formulas import FORMULA_LARGER, FORMULA_SIZE, DrawnFormula, FormulaKey
from workbench.domain.transcripts import ExportOptions, Part, Transcript, TranscriptMessage
from workbench.transcripts.writing.paths import leaves, name_of, shown, system_of, time_text

_STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.55 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}
article{margin:1.5rem 0;overflow-wrap:anywhere}
article>h2{font-size:1rem;margin:0 0 .3rem}
time{font-weight:400;opacity:.65;margin-left:.6em}
pre{background:#8882;padding:.7rem;border-radius:6px;overflow:auto}
code{font-family:ui-monospace,monospace;font-size:.92em}
table{border-collapse:collapse}td,th{border:1px solid #8886;padding:.25rem .6rem}
img{max-width:100%}blockquote{border-left:3px solid #8886;margin-left:0;padding-left:1rem}
details{margin:.5rem 0;opacity:.85}summary{cursor:pointer}
.user{border-left:3px solid #4a7ddb;padding-left:1rem}
.formula svg{overflow:visible}
div.formula{margin:1rem 0;text-align:center;overflow:auto hidden}
.branch{border-left:1px dashed #8888;padding-left:1rem}
@page{margin:2cm}
@media print{pre{white-space:pre-wrap;overflow-wrap:anywhere}h2{break-after:avoid}}
""".strip()
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
Drawings = Mapping[FormulaKey, DrawnFormula | str]
"""Formulas as they are drawn, or why one cannot be."""
_NONE: Drawings = {}


def formulas(found: Transcript) -> list[FormulaKey]:
    """The formulas of a conversation: of all its messages, thoughts and system prompts."""
    texts = [found.system]
    for each in found.messages:
        texts += [each.text, each.reasoning, each.system or ""]
    return [key for text in texts for key in formulas_of(_markdown, text)]


def write(found: Transcript, options: ExportOptions, drawings: Drawings = _NONE) -> str:
    """A conversation as a page; with all branches the others are closed behind the shown one.

    Formulas without a drawing are their source.
    """
    written: set[str] = set()
    ends = leaves(found) if options.all_branches else [found.leaf]
    parts = []
    for place, end in enumerate(ends):
        path = shown(found, end, options)
        fresh = [each for each in path if each.key not in written]
        written |= {each.key for each in path}
        body = "\n".join(_message(each, options, drawings) for each in fresh)
        if place == 0:
            system = system_of(path, found)
            before = _closed("System prompt", _rendered(system, drawings)) if system else ""
            parts.append(before + body)
        else:
            number = len(path) - len(fresh)
            title = f"Branch {place + 1}, from message {number + 1} on"
            parts.append(f'<div class="branch">{_closed(title, body)}</div>')
    title = escape(found.title)
    return (
        '<!doctype html>\n<html><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head>\n"
        f'<body><h1 dir="auto">{title}</h1>\n' + "\n".join(parts) + "\n</body></html>\n"
    )


def _message(message: TranscriptMessage, options: ExportOptions, drawings: Drawings) -> str:
    time = time_text(message.created_at)
    shown_time = f"<time>{time}</time>" if time else ""
    body = _rendered(message.text, drawings)
    if message.kind:
        body = _closed(
            {"summary": "Summary", "tool_call": "Call"}.get(message.kind, "Result"), body
        )
    if message.reasoning and options.reasoning:
        body = _closed("Thoughts", _rendered(message.reasoning, drawings)) + body
    body += "".join(_part(each, options) for each in message.parts)
    name = escape(name_of(message))
    return f'<article class="{message.role}" dir="auto"><h2>{name}{shown_time}</h2>{body}</article>'


def _rendered(text: str, drawings: Drawings) -> str:
    rendered: str = _markdown.render(text, {"drawings": drawings})
    return rendered


def _formula(
    _renderer: RendererProtocol,
    tokens: Sequence[Token],
    place: int,
    _options: OptionsDict,
    env: Any,
) -> str:
    token = tokens[place]
    drawn = env["drawings"].get(key_of(token.content))
    source, behind = escape(token.content), escape(token.info)
    tag = "div" if token.map else "span"
    if not isinstance(drawn, DrawnFormula):
        reason = f' title="{escape(drawn)}"' if drawn else ""
        text = f"<code{reason}>{source}</code>{behind}"
        return f"<p>{text}</p>" if token.map else text
    em = FORMULA_LARGER / FORMULA_SIZE
    size = (
        f"width:{drawn.width * em:.3f}em;height:{(drawn.ascent + drawn.descent) * em:.3f}em;"
        f"vertical-align:{-drawn.descent * em:.3f}em"
    )
    picture = drawn.svg.replace('"black"', '"currentColor"')
    picture = picture.replace("<svg ", f'<svg style="{size}" ', 1)
    opening = f'<{tag} class="formula" role="img" aria-label="{source}" title="{source}">'
    return f"{opening}{picture}{behind}</{tag}>"


def _unclosed(
    _renderer: RendererProtocol,
    tokens: Sequence[Token],
    place: int,
    _options: OptionsDict,
    _env: Any,
) -> str:
    return f"<p>{escape(tokens[place].content)}</p>"


_markdown = add_formulas(
    MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
)
_markdown.add_render_rule(FORMULA, _formula)
_markdown.add_render_rule(UNCLOSED, _unclosed)


def _closed(title: str, body: str) -> str:
    return f"<details><summary>{escape(title)}</summary>{body}</details>"


def _part(part: Part, options: ExportOptions) -> str:
    name = escape(part.name or part.kind)
    if part.kind == "tool_call":
        if not options.tools:
            return ""
        texts = [f"<pre>{escape(each)}</pre>" for each in (part.arguments, part.text) if each]
        return _closed(f"Call of {part.name}", "".join(texts))
    if part.kind == "image" and part.url.startswith("data:image/"):
        return f'<p><img alt="{name}" src="{escape(part.url)}"></p>'
    if part.kind == "source" and part.url.startswith(("http://", "https://")):
        return f'<p>Source: <a href="{escape(part.url)}">{name}</a></p>'
    return f"<p>{'Source' if part.kind == 'source' else 'Attached'}: {name}</p>"
