"""Values of other programs' files: times, texts, names, thoughts; nothing here raises."""

from __future__ import annotations

import hashlib
import json
import math
import re
from datetime import UTC, datetime
from typing import Any

from workbench.domain.text import has_surrogates, replace_surrogates
from workbench.domain.transcripts import Part

TITLE_CHARACTERS = 120
RAW_CHARACTERS = 200_000
DATA_URI_CHARACTERS = 3_000_000
_LATEST = 253_402_300_799.0
"""The last second of the year 9999."""
_THOUGHTS = re.compile(r"\s*<think(?:ing)?>(.*?)</think(?:ing)?>\s*", re.DOTALL)
_CAMEL_ISO = re.compile(r"(\d{4}-\d\d-\d\d)[@ ]")


def time_of(value: Any) -> float | None:
    """A time in Unix seconds, whatever unit it is in; None where it is none."""
    if isinstance(value, str):
        return _time_of_text(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    if not math.isfinite(number) or number <= 0:
        return None
    for limit, unit in ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6), (math.inf, 1e9)):
        if number < limit:
            seconds = number / unit
            return seconds if seconds <= _LATEST else None
    return None


def _time_of_text(text: str) -> float | None:
    if re.fullmatch(r"\d{9,20}(\.\d+)?", text):
        return time_of(float(text))
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return _seconds(found if found.tzinfo else found.replace(tzinfo=UTC))


def local_time(text: str, *formats: str) -> float | None:
    """A time that was written in the local zone of its writer; this machine's is taken."""
    for each in formats:
        try:
            return _seconds(datetime.strptime(text.strip(), each).astimezone())
        except (ValueError, OverflowError, OSError):
            continue
    return None


def _seconds(time: datetime) -> float | None:
    try:
        seconds = time.timestamp()
    except (ValueError, OverflowError, OSError):
        return None
    return seconds if 0 < seconds <= _LATEST else None


def text_of(value: Any) -> str:
    """A text, "" where the value is none."""
    return value if isinstance(value, str) else ""


def list_of(value: Any) -> list[Any]:
    """A list, empty where the value is none."""
    return value if isinstance(value, list) else []


def dict_of(value: Any) -> dict[str, Any]:
    """A mapping, empty where the value is none."""
    return value if isinstance(value, dict) else {}


def int_of(value: Any) -> int:
    """A whole number of a sensible size, 0 where the value is none."""
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53
    return value if fits else 0


def key_of(value: Any) -> str | None:
    """An id: a text or a number."""
    if isinstance(value, str) and value:
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None


def is_clean(text: str) -> bool:
    """Whether a text can be stored as it is."""
    return "\0" not in text and not has_surrogates(text)


def clean(text: str) -> str:
    """The text with halves of characters and U+0000 as U+FFFD, all else byte for byte."""
    if is_clean(text):
        return text
    return str(replace_surrogates(text)).replace("\0", "\ufffd")


def one_line(text: str, most: int = TITLE_CHARACTERS) -> str:
    """The beginning of a text as a title."""
    words = " ".join(clean(text[: most * 8]).split())
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def digest(*texts: str) -> str:
    """An id that is made of texts."""
    made = hashlib.sha256()
    for each in texts:
        data = each.encode("utf-8", "surrogatepass")
        made.update(len(data).to_bytes(8, "big"))
        made.update(data)
    return made.hexdigest()[:24]


def as_json(value: Any) -> str:
    """A value as JSON, in one line and in ASCII; too long a one is cut away."""
    try:
        text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError):
        return ""
    return text if len(text) <= RAW_CHARACTERS else ""


def file_name(path: Any) -> str:
    """The name of a file without its folder: local paths are not read."""
    return re.split(r"[/\\]", text_of(path).rstrip("/\\"))[-1][:200]


def split_thoughts(text: str) -> tuple[str, str]:
    """A text that begins with thoughts in tags: the thoughts, and the text after them."""
    found = _THOUGHTS.match(text)
    return (found[1].strip(), text[found.end() :]) if found else ("", text)


def picture(url: Any, name: str = "") -> Part:
    """A picture by its address: one in the file itself is kept, others by their name."""
    address = text_of(url)
    if address.startswith("data:"):
        media_type = address[5:].split(";", 1)[0].split(",", 1)[0][:80]
        kept = address if len(address) <= DATA_URI_CHARACTERS and is_clean(address) else ""
        return Part(kind="image", name=name, media_type=media_type, url=kept)
    return Part(kind="image", name=name or file_name(address.split("?", 1)[0]))


def tool_call(name: Any, arguments: Any, result: Any = "") -> Part:
    """A call of a tool; arguments as JSON text, however they are written."""
    given = arguments if isinstance(arguments, str) else as_json(arguments)
    return Part(
        kind="tool_call", name=clean(text_of(name)), arguments=clean(given),
        text=clean(joined(result)),
    )  # fmt: skip


def joined(content: Any, gap: str = "") -> str:
    """The text of a content that is a text, or a list of parts with texts."""
    if isinstance(content, str):
        return content
    texts = []
    for part in list_of(content):
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, dict):
            inner = part.get("text")
            texts.append(text_of(inner) or text_of(dict_of(inner).get("value")))
    return gap.join(texts)
