"""The YAML front matter of a prompt file: name, description, tags, inputs, sample values.

Accepted are the forms of the Prompty format: an input is described by a mapping (``type``,
or ``kind``, ``description``, ``default``, ``sample``, ``required``, ``choices`` or ``enum``,
``multiline``, ``minimum``, ``maximum``, ``step``), by the name of its type alone, or by a bare
sample value. Heads come with shared files, so they are
read without constructors, with few aliases, and only up to a size.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from typing import get_args

import msgspec
import yaml

from workbench.domain.errors import FrontMatterError
from workbench.domain.prompts.model_options import HeadOptions
from workbench.domain.prompts.prompt import InputField, InputType, Problem, type_of
from workbench.domain.runs.spec import Json
from workbench.prompts.front_matter.model_options import options_of_model, problems_of
from workbench.prompts.front_matter.nodes import (
    input_lines,
    pairs,
    scalar_text,
    written_of,
    written_twice,
)
from workbench.prompts.front_matter.strategy import with_strategy
from workbench.prompts.front_matter.yaml_loader import DEPTH, VALUES, load_yaml
from workbench.prompts.source_map.token_places import composed

HEAD_CHARACTERS = 64 * 1024

_TYPES: dict[str, InputType] = {name: name for name in get_args(InputType)} | {
    "str": "string",
    "text": "string",
    "int": "integer",
    "float": "number",
    "double": "number",
    "bool": "boolean",
    "list": "array",
    "dict": "object",
    "map": "object",
    "conversation": "thread",
    "messages": "thread",
    "audio": "file",
}
_ENGINES = ("jinja2", "mustache", "nunjucks")
_TEXTS = frozenset({"string", "file"})
RESERVED = frozenset({"self", "not", "true", "false", "none", "True", "False", "None"})
"""Names that mean something else wherever a template uses them."""


class FrontMatter(msgspec.Struct, frozen=True, kw_only=True):
    """What front matter says. ``input_lines`` are file lines."""

    name: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    inputs: tuple[InputField, ...] = ()
    sample: dict[str, Json] = {}
    input_lines: dict[str, int] = {}
    engine: str = ""
    """The template engine that the front matter names, "" where it names none."""
    options: HeadOptions = HeadOptions()
    problems: tuple[Problem, ...] = ()
    """Model options that have no effect."""


class _Counter:
    """Makes plain JSON values of what YAML gave, up to a number of values."""

    def __init__(self, most: int = VALUES) -> None:
        self._left = self._most = most

    def plain(self, value: object, depth: int = 0) -> Json:
        self._left -= 1
        if self._left < 0 or depth > DEPTH:
            raise ValueError(f"it holds more than {self._most:,} values or {DEPTH} levels")
        if isinstance(value, dict):
            return {str(key): self.plain(item, depth + 1) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.plain(item, depth + 1) for item in value]
        if isinstance(value, (dt.date, dt.datetime)):
            return value.isoformat()
        if isinstance(value, bytes):
            return value.decode("utf-8", "replace")
        if isinstance(value, float) and not math.isfinite(value):
            return str(value)
        if isinstance(value, int) and value.bit_length() > 63:
            raise ValueError("a number in it is too large")
        return value


def read_yaml(text: str, most: int = VALUES, *, core: bool = False) -> Json:
    """Plain JSON values of a YAML text, read without constructors and with few aliases.

    Args:
        text: one document.
        most: how many values it may hold.
        core: read it as YAML 1.2 alone has it, as for files of other programs.

    Raises:
        ValueError: one plain reason, with the text's line where it is known.
    """
    try:
        _, value = load_yaml(text, core=core)
        return _Counter(most).plain(value)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = _problem_of(error)
        where = f"line {mark.line + 1}: " if mark else ""
        raise ValueError(f"{where}{problem}") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except (yaml.YAMLError, ValueError, TypeError) as error:
        raise ValueError(str(error).splitlines()[0].rstrip(".")) from None


def _problem_of(error: yaml.MarkedYAMLError) -> str:
    """YAML's error message, or a hint where a template tag is not in quotes."""
    if error.problem == "found unhashable key":
        return "a value that begins with a brace must be in quotes, as in '{{ name }}'"
    return error.problem or error.context or "it cannot be read"


def read_front_matter(front_matter: str, path: str) -> FrontMatter:
    """Read front matter (the text between its fences, which starts on line 2 of the file).

    Raises:
        FrontMatterError: with the file's line and one plain sentence.
    """
    if len(front_matter) > HEAD_CHARACTERS:
        raise FrontMatterError(
            f"the front matter has {len(front_matter):,} characters, more than "
            f"{HEAD_CHARACTERS:,}: move long texts into the body.",
            path,
            1,
        )
    try:
        node, raw = load_yaml(front_matter)
        values = _Counter().plain(raw if node is not None else {})
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = _problem_of(error)
        line, column = (mark.line + 2, mark.column + 1) if mark else (1, 0)
        raise FrontMatterError(
            f"the front matter is not valid YAML: {problem}.", path, line, column
        ) from None
    except (yaml.YAMLError, ValueError, TypeError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise FrontMatterError(f"the front matter cannot be used: {reason}.", path, 1) from None
    except RecursionError:
        raise FrontMatterError("the front matter is nested too deeply.", path, 1) from None
    if not isinstance(values, dict):
        raise FrontMatterError('the front matter must be lines of the form "name: value".', path, 2)
    model = values.get("model")
    return msgspec.structs.replace(
        _front_matter(values, node, path),
        options=with_strategy(options_of_model(model), values),
        problems=(*problems_of(model, node), *written_twice(node), *_near_engine(values, path)),
    )


def _front_matter(values: dict[str, Json], root: yaml.Node | None, path: str) -> FrontMatter:
    lines = input_lines(root)
    sample = values.get("sample") or {}
    if not isinstance(sample, dict):
        sample = {}  # the format also allows a file's name, which is not read here
    sample = {composed(name): value for name, value in sample.items()}
    written = written_of(root)
    inputs: list[InputField] = []
    samples: dict[str, Json] = {}
    newer = _is_newer(values)
    for entry, description in _described(values.get("inputs"), path):
        name = composed(entry)
        if name in RESERVED:
            raise FrontMatterError(
                f'"{name}" means something of its own in templates: give the input another name.',
                path,
                lines.get(name, 0),
            )
        if not name.isidentifier():
            raise FrontMatterError(
                f'"{name}" cannot be the name of an input: use letters, digits and _.',
                path,
                lines.get(name, 0),
            )
        meant = _as_newer(description) if newer else description
        field, own = _input(name, meant, path, lines.get(name, 0))
        field, own = _as_written(field, own, written.get(name, {}))
        if field.type in _TEXTS and isinstance(sample.get(name), int | float):
            sample[name] = scalar_text(pairs(pairs(root).get("sample")).get(name))
        if own is not None:
            samples[name] = own
        shown = sample.get(name, own)
        if isinstance(shown, str) and "\n" in shown.strip():
            field = msgspec.structs.replace(field, multiline=True)
        inputs.append(field)
    tags = values.get("tags") or []
    if isinstance(tags, str):
        tags = tags.split(",")
    return FrontMatter(
        name=_text(values.get("name")),
        description=_text(values.get("description")),
        tags=tuple(_text(tag) for tag in tags) if isinstance(tags, list) else (),
        inputs=tuple(inputs),
        sample=samples | sample,
        input_lines=lines,
        engine=_engine(values, path),
    )


def _is_newer(values: dict[str, Json]) -> bool:
    """Whether front matter is of the second Prompty format.

    There a bare value of an input is its default, and an input is optional by default.
    """
    model = values.get("model")
    keys = {"id", "apiType", "provider", "connection", "options"}
    newer_model = isinstance(model, dict) and bool(keys & model.keys())
    return "template" in values or isinstance(model, str) or newer_model


def _as_newer(described: Json) -> Json:
    """Converts an input of the second format to the first."""
    if isinstance(described, str) and described.lower() in _TYPES:
        return described
    if not isinstance(described, dict) or not _is_description(described):
        return {"default": described}
    found = {"required": False, **described}
    if "enumValues" in found:
        found["choices"] = found.pop("enumValues")
    if "example" in found:
        found.setdefault("sample", found.pop("example"))
    return found


def _engine(values: dict[str, Json], path: str) -> str:
    """The template engine that front matter names."""
    template = values.get("template")
    if isinstance(template, dict):
        template = template.get("format")
    if isinstance(template, dict):
        template = template.get("kind", template.get("type"))
    if template is None or template == "":
        return ""
    if template not in _ENGINES:
        raise FrontMatterError(
            f"the template engine {str(template)[:40]} is not known: use {', '.join(_ENGINES)}.",
            path,
            1,
        )
    return str(template)


def _near_engine(values: dict[str, Json], path: str) -> Iterator[Problem]:
    """The hint on a template engine that is read as another."""
    if _engine(values, path) == "nunjucks":
        reason = "Nunjucks is read as Jinja, which differs in a few filters and in white space."
        yield Problem(severity="warning", message=reason, line=1)


def _described(inputs: Json, path: str) -> list[tuple[str, Json]]:
    """Name and description of each input, from a mapping or from a list with names inside."""
    if inputs is None:
        return []
    if isinstance(inputs, dict) and isinstance(inputs.get("properties"), list):
        inputs = inputs["properties"]
    if isinstance(inputs, dict):
        return list(inputs.items())
    if isinstance(inputs, list):
        pairs: list[tuple[str, Json]] = []
        for item in inputs:
            if isinstance(item, str):
                pairs.append((item, "string"))
            elif isinstance(item, dict) and isinstance(item.get("name"), str):
                pairs.append((item["name"], item))
            else:
                raise FrontMatterError('each input in the list needs a "name".', path, 1)
        return pairs
    raise FrontMatterError('"inputs" must list the names of the inputs.', path, 1)


def _input(name: str, described: Json, path: str, line: int) -> tuple[InputField, Json]:
    """The input and its own sample value (None where it has none)."""
    if isinstance(described, str) and described.lower() in _TYPES:
        return InputField(name=name, type=_TYPES[described.lower()]), None
    if not isinstance(described, dict) or not _is_description(described):
        return InputField(name=name, type=type_of(described)), described
    stated = described.get("type")
    stated = described.get("kind") if stated is None else stated
    default, own = described.get("default"), described.get("sample")
    if stated is None:
        kind = type_of(default if default is not None else own)
    elif str(stated).lower() in _TYPES:
        kind = _TYPES[str(stated).lower()]
    else:
        raise FrontMatterError(
            f'the input {name} has the type "{stated}", which is none of: '
            f"{', '.join(get_args(InputType))}.",
            path,
            line,
        )
    choices = described.get("choices", described.get("enum")) or []
    field = InputField(
        name=name,
        type=kind,
        description=_text(described.get("description")),
        default=default,
        required=_flag(described.get("required"), "default" not in described),
        choices=tuple(_text(choice) for choice in choices) if isinstance(choices, list) else (),
        multiline=_flag(described.get("multiline"), isinstance(default, str) and "\n" in default),
        minimum=_limit(described, "minimum", "min"),
        maximum=_limit(described, "maximum", "max"),
        step=_limit(described, "step"),
    )
    return field, own


def _flag(value: Json, otherwise: bool) -> bool:
    """A yes or no of front matter; "no" and "off" are texts to YAML 1.2."""
    if value is None:
        return otherwise
    return (
        value.strip().lower() in {"yes", "on", "true", "y"}
        if isinstance(value, str)
        else bool(value)
    )


def _is_description(value: dict[str, Json]) -> bool:
    """Whether a mapping describes an input rather than being its sample value."""
    known = {"name", "type", "description", "default", "sample", "required", "choices", "enum"}
    kind = str(value.get("kind", "")).lower()  # another word there is a sample's own
    return not value or bool(known & value.keys()) or kind in _TYPES


def _limit(described: dict[str, Json], *names: str) -> float | None:
    """The first of ``names`` that is a number."""
    found = (described.get(name) for name in names)
    return next(
        (each for each in found if isinstance(each, int | float) and not isinstance(each, bool)),
        None,
    )


def _as_written(
    field: InputField, own: Json, written: Mapping[str, yaml.Node]
) -> tuple[InputField, Json]:
    """An input and its sample, where texts are what is written: 1.10 is "1.10" for a text."""
    if field.type in _TEXTS:
        if isinstance(field.default, int | float):
            default = scalar_text(written.get("default"))
            field = msgspec.structs.replace(field, default=default)
        if isinstance(own, int | float):
            own = scalar_text(written.get("sample", written.get("example")))
    for name in ("choices", "enum", "enumValues"):
        node = written.get(name)
        if isinstance(node, yaml.SequenceNode) and field.choices:
            choices = tuple(scalar_text(each).strip() for each in node.value)
            return msgspec.structs.replace(field, choices=choices), own
    return field, own


def _text(value: Json) -> str:
    return "" if value is None else str(value).strip()
