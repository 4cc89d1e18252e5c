"""Options that several commands share, and how their texts become a run."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click
import msgspec

from workbench.cli.reading import parse_json, read_text
from workbench.domain.errors import UsageError
from workbench.domain.parameters import build
from workbench.domain.prompts.model_options import HeadOptions, words_of_option
from workbench.domain.prompts.prompt import PromptFile
from workbench.domain.runs.sampling import Sampling
from workbench.domain.runs.spec import Json, KvMode, RunSpec, TemplatePrompt
from workbench.domain.views import Adapter, KvType, LoadSettings

if TYPE_CHECKING:
    from workbench.service import Workbench

variables = click.option(
    "--var",
    "var",
    multiple=True,
    metavar="NAME=VALUE",
    help="A variable of the template; NAME=@FILE takes the text of a file. May be repeated.",
)
variables_file = click.option(
    "--vars",
    "vars_file",
    type=click.Path(exists=True, dir_okay=False),
    help="A JSON file with an object of variables.",
)
sample = click.option(
    "--sample",
    metavar="NAME",
    default="",
    help="A sample set of the prompt. Default: the sample in its front matter.",
)
data_row = click.option(
    "--row",
    "data_row",
    metavar="FILE:N",
    default="",
    help="Fill the inputs from row N (from 1) of a data set: JSONL, JSON, CSV or YAML.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")


class RunOptions(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """What the options of run and compare were given.

    Files are read once: one that is a pipe, as a shell makes it of ``<(command)``, is empty the
    second time.
    """

    var: tuple[str, ...]
    vars_file: str | None
    sample: str
    data_row: str
    params: tuple[str, ...]
    model: str
    seed: int | None
    temperature: float | None
    max_tokens: int | None
    sampling_pairs: tuple[str, ...]
    grammar_file: str | None
    schema_file: str | None
    mode: KvMode
    as_json: bool

    @functools.cached_property
    def variables(self) -> dict[str, Json]:
        """The template's variables (UsageError where they cannot be read)."""
        return read_variables(self.var, self.vars_file)

    @property
    def parameters(self) -> dict[str, str]:
        """The strategy's parameters as texts."""
        return pairs(self.params, "--param")

    def sampling_over(self, front_matter: Mapping[str, Json]) -> Sampling:
        """How tokens are drawn: as the prompt's front matter says, and over it what was given.

        Raises:
            UsageError: a name or value cannot be used.
        """
        values = self.sampling_values
        either = {"grammar", "json_schema"}
        bound = bool(either & values.keys())  # an answer follows one of them: the given one
        kept = {key: value for key, value in front_matter.items() if not (bound and key in either)}
        return build(Sampling, kept | values, "Sampling")

    @functools.cached_property
    def sampling_values(self) -> dict[str, Any]:
        """The sampling parameters that were given, by name.

        Raises:
            UsageError: a value or a file cannot be used.
        """
        values: dict[str, Any] = {
            name: sampling_value(name, text)
            for name, text in pairs(self.sampling_pairs, "--sampling").items()
        }
        if self.max_tokens is not None:
            values["max_tokens"] = self.max_tokens
        if self.temperature is not None:
            values["temperature"] = self.temperature
        if self.grammar_file:
            values["grammar"] = _shape(self.grammar_file)
        if self.schema_file:
            values["json_schema"] = _shape(self.schema_file)
        return values


def _shape(path: str) -> str:
    """The text of a grammar or schema; an empty one would bind nothing, without a word."""
    text = read_text(path)
    if not text.strip():
        raise UsageError(f"{path} is empty: write what the answer must follow into it.")
    return text


_RUN_OPTIONS = (
    variables,
    variables_file,
    sample,
    data_row,
    click.option("--param", "params", multiple=True, metavar="NAME=VALUE", help="Of the strategy."),
    click.option("--model", default="", metavar="NAME|PATH", help="Default: last used."),
    click.option(
        "--seed",
        type=click.IntRange(0, 2**32 - 1),
        help="0 picks one. Default: that of the prompt's front matter, else 0.",
    ),
    click.option("--temperature", type=click.FloatRange(0, 5), help="0 is the most probable."),
    click.option("--max-tokens", type=click.IntRange(1), help="Most tokens of one answer."),
    click.option(
        "--sampling",
        "sampling_pairs",
        multiple=True,
        metavar="NAME=VALUE",
        help="Any sampling parameter, for example min_p=0.1, samplers=top_k,temperature or "
        """logit_bias='{"text": -5}'. May be repeated.""",
    ),
    click.option(
        "--grammar",
        "grammar_file",
        type=click.Path(exists=True, dir_okay=False),
        help="A file with a GBNF grammar that the answer must follow.",
    ),
    click.option(
        "--json-schema",
        "schema_file",
        type=click.Path(exists=True, dir_okay=False),
        help="A file with a JSON schema that the answer must fit.",
    ),
    click.option(
        "--mode",
        type=click.Choice(get_args(KvMode)),
        default="fast",
        show_default=True,
        help="fast reuses what was read and decodes together; strict gives the same bytes for the "
        "same seed.",
    ),
    as_json,
)


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of run and compare, handed on as one RunOptions named ``options``."""

    @functools.wraps(command)
    def with_options(*args: Any, **given: Any) -> Any:
        names = RunOptions.__struct_fields__
        options = RunOptions(**{name: given.pop(name) for name in names})
        return command(*args, options=options, **given)

    for option in reversed(_RUN_OPTIONS):
        with_options = option(with_options)
    return with_options


_LOAD_OPTIONS = (
    click.option("--context", "context_tokens", type=click.IntRange(256, 2**20),
                 help="KV cells that all answers share, in tokens."),
    click.option("--threads", type=click.IntRange(0, 256), help="0 is the number of cores."),
    click.option("--batch", "batch_tokens", type=click.IntRange(32, 8192),
                 help="Most tokens of one evaluation."),
    click.option("--sequences", type=click.IntRange(0, 256),
                 help="Most answers decoded together; 0 measures what suits this machine."),
    click.option("--gpu-layers", type=click.IntRange(-1, 999),
                 help="Layers that the GPU computes; -1 is all."),
    click.option("--kv-type", type=click.Choice(get_args(KvType)),
                 help="Number format of the KV cache; all but f16 need flash attention."),
    click.option("--flash-attention", type=click.Choice(["auto", "on", "off"]),
                 help="Attention without keeping its scores."),
    click.option("--mmap/--no-mmap", "use_mmap", default=None,
                 help="Whether the file is mapped or read."),
    click.option("--lora", "lora", multiple=True, metavar="FILE[:SCALE]",
                 help="A LoRA adapter and how strongly it works (1). May be repeated."),
)  # fmt: skip


def load_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options about how the model is loaded, handed on as a dict named ``load``.

    It holds the fields of LoadSettings that were given, for ``core.change_load_settings``.
    """

    @functools.wraps(command)
    def with_options(*args: Any, lora: tuple[str, ...], **given: Any) -> Any:
        names = set(LoadSettings.__struct_fields__) & set(given)
        values = {name: given.pop(name) for name in names}
        load = {name: value for name, value in values.items() if value is not None}
        if lora:
            load["adapters"] = tuple(_adapter(text) for text in lora)
        return command(*args, load=load, **given)

    for option in reversed(_LOAD_OPTIONS):
        with_options = option(with_options)
    return with_options


def _adapter(text: str) -> Adapter:
    """FILE or FILE:SCALE; a colon may be part of the file's name."""
    file, colon, scale = text.rpartition(":")
    if colon and not Path(text).exists():
        try:
            return msgspec.convert({"path": file, "scale": float(scale)}, Adapter)
        except ValueError as error:
            raise UsageError(
                f"--lora takes FILE or FILE:SCALE with a number from -10 to 10, not {text!r}: "
                f"{error}."
            ) from None
    return Adapter(text)


def sampling_value(name: str, text: str) -> Json:
    """The value of a sampling parameter: lists and mappings as JSON, lists with commas too."""
    default = getattr(Sampling(), name, None)
    if not isinstance(default, tuple | dict):
        return text
    if isinstance(default, tuple) and not text.lstrip().startswith("["):
        return text.split(",") if text else []
    return parse_json(text, f"--sampling {name}")


def pairs(texts: tuple[str, ...], option: str) -> dict[str, str]:
    """NAME=VALUE texts as a dict; UsageError where one has no "="."""
    found: dict[str, str] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise UsageError(f"{option} takes NAME=VALUE, not {text!r}.")
        found[name] = value
    return found


def read_variables(var: tuple[str, ...], vars_file: str | None) -> dict[str, Json]:
    """The variables of a command line; --var wins over --vars.

    Raises:
        UsageError: a file cannot be read, or is not a JSON object.
    """
    found: dict[str, Json] = {}
    if vars_file:
        loaded = parse_json(read_text(vars_file), vars_file)
        if not isinstance(loaded, dict):
            raise UsageError(f"{vars_file} must hold an object with a value for each variable.")
        found.update(loaded)
    for name, value in pairs(var, "--var").items():
        found[name] = read_text(value[1:]) if value.startswith("@") else value
    return found


async def known_values(
    core: Workbench, file: PromptFile, sample: str, data_row: str
) -> dict[str, Json]:
    """What the inputs of a prompt have before --vars and --var: a sample set, then a row over it.

    Raises:
        UsageError: there is no such set or row, or a value of the row does not fit its input.
        DataSetError: the data set cannot be read.
    """
    analysis = await core.prompts.analyse(file.text, file.path)
    found = await core.samples.values(file.path, sample) if sample else analysis.sample
    known = {name: value for name, value in found.items() if value is not None}
    if data_row:
        name, _, number = data_row.rpartition(":")
        if not name or not number.isdecimal():
            raise UsageError(f"--row takes FILE:N with the number of a row, not {data_row!r}.")
        filled = await core.datasets.apply_row(
            await core.datasets.row(name, int(number)), analysis.inputs
        )
        if filled.problems:
            raise UsageError(f"Row {number} of {name} does not fit: {' '.join(filled.problems)}")
        known |= filled.values
    return known


async def build_spec(
    core: Workbench,
    prompt: str,
    options: RunOptions,
    *,
    strategy: str,
    params: dict[str, str],
    seed: int | None,
    announce: bool = True,
) -> RunSpec:
    """The run that a command line describes.

    Values of the sample set, or of a row of a data set, are used for variables that were not given,
    and options of the prompt's front matter for those that were not; ``announce`` prints so.
    ``strategy`` "" is that of the front matter, else direct; the front matter's parameters count
    where its strategy is run.
    """
    file = await core.prompt_files.read(prompt)
    front_matter = (await core.prompts.analyse(file.text, file.path)).options
    model = options.model or await core.models.named_in_front_matter(front_matter.model)
    if announce:
        _print_front_matter_options(front_matter, options, seed, model)
    known = await known_values(core, file, options.sample, options.data_row)
    chosen = strategy or front_matter.strategy or "direct"
    given_params = front_matter.params if chosen == front_matter.strategy else {}
    if announce and given_params:
        words = ", ".join(f"{name}={value}" for name, value in (given_params | params).items())
        click.echo(f"Parameters of {chosen}: {words}.", err=True)
    spec = RunSpec(
        prompt=TemplatePrompt(file.path, file.text, known | options.variables),
        strategy=chosen,
        params=given_params | params,
        model=model,
        sampling=options.sampling_over(front_matter.sampling),
        seed=(front_matter.seed or 0) if seed is None else seed,
        mode=options.mode,
    )
    return (await core.runs.prepare(spec)).spec


def _print_front_matter_options(
    front_matter: HeadOptions, options: RunOptions, seed: int | None, model: str
) -> None:
    """Say on the error stream what the prompt's front matter decides."""
    given = options.sampling_values.keys() | ({"seed"} if seed is not None else set())
    words = [words_of_option(*each) for each in front_matter.given.items() if each[0] not in given]
    if front_matter.model and not options.model:
        missing = "" if model else " (not on this machine: another one is used)"
        words.append(f"model {front_matter.model}{missing}")
    if words:
        click.echo(f"From the prompt's front matter: {', '.join(words)}.", err=True)
    for sentence in front_matter.faults:
        click.echo(sentence, err=True)
