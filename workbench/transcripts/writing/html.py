"""One page without scripts: pictures inside, light and dark, made to be printed."""

from __future__ import annotations

from html import escape

from markdown_it import MarkdownIt

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
.branch{border-left:1px dashed #8888;padding-left:1rem}
@page{margin:2cm}
@media print{pre{white-space:pre-wrap;overflow-wrap:anywhere}h2{break-after:avoid}}
""".strip()
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def write(found: Transcript, options: ExportOptions) -> str:
    """A conversation as a page; with all branches the others are closed behind the shown one."""
    written: set[str] = set()
    ends = leaves(found) if options.all_branches else [found.leaf]
    parts = []
    for place, end in enumerate(ends):
        path = shown(found, end, options)
        fresh = [each for each in path if each.key not in written]
        written |= {each.key for each in path}
        body = "\n".join(_message(each, options) for each in fresh)
        if place == 0:
            system = system_of(path, found)
            before = _closed("System prompt", _rendered(system)) if system else ""
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


def _message(message: TranscriptMessage, options: ExportOptions) -> str:
    time = time_text(message.created_at)
    shown_time = f"<time>{time}</time>" if time else ""
    body = _rendered(message.text)
    if message.kind:
        body = _closed(
            {"summary": "Summary", "tool_call": "Call"}.get(message.kind, "Result"), body
        )
    if message.reasoning and options.reasoning:
        body = _closed("Thoughts", _rendered(message.reasoning)) + body
    body += "".join(_part(each, options) for each in message.parts)
    name = escape(name_of(message))
    return f'<article class="{message.role}" dir="auto"><h2>{name}{shown_time}</h2>{body}</article>'


def _rendered(text: str) -> str:
    rendered: str = _markdown.render(text)
    return rendered


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
