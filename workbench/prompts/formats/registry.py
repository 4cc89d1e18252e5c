"""Import and export of prompts: one file a format, listed here.

A format says how its files are known, read to prompt files of this program, and written. Files of
others are hostile: they are read in the sandbox (jobs.py).
"""

from __future__ import annotations

from workbench.domain.errors import FormatError, UsageError
from workbench.domain.prompts.exchange import FormatInfo, ImportPreview
from workbench.domain.text import replace_surrogates, size_text
from workbench.prompts.file_io import FILE_BYTES as PROMPT_BYTES
from workbench.prompts.formats.bounded_reading import FILE_BYTES
from workbench.prompts.formats.chainforge import CHAINFORGE
from workbench.prompts.formats.dotprompt.dotprompt import DOTPROMPT
from workbench.prompts.formats.format import PromptFormat, SourceFile
from workbench.prompts.formats.langchain.langchain import LANGCHAIN
from workbench.prompts.formats.openai_messages import OPENAI
from workbench.prompts.formats.promptfoo.promptfoo import PROMPTFOO
from workbench.prompts.formats.prompty import PROMPTY
from workbench.prompts.formats.template_ast import names_of_one_file

FORMATS: tuple[PromptFormat, ...] = (
    PROMPTY, DOTPROMPT, PROMPTFOO, LANGCHAIN, OPENAI, CHAINFORGE,
)  # fmt: skip
"""In the order in which a file is offered to them."""


def formats() -> tuple[FormatInfo, ...]:
    """All formats."""
    return tuple(each.info for each in FORMATS)


def find_format(name: str) -> PromptFormat:
    """A format by its id (UsageError where there is none)."""
    for each in FORMATS:
        if each.info.id == name:
            return each
    known = ", ".join(each.info.id for each in FORMATS)
    raise UsageError(f"There is no format called {name}: choose one of {known}.")


def read_source_file(file: SourceFile, wanted: str = "") -> ImportPreview:
    """All prompts of a file.

    Args:
        file: its name and content, and files it refers to.
        wanted: the format's id; "" finds it by the ending and the content.

    Raises:
        FormatError: no format fits, or the file cannot be read as its format.
        FrontMatterError: the front matter of a prompt file cannot be read.
    """
    if len(file.data) > FILE_BYTES:
        raise FormatError(file.name, f"the file is larger than {size_text(FILE_BYTES)}: too large.")
    chosen = find_format(wanted) if wanted else _detected(file)
    with names_of_one_file():
        prompts = chosen.read(file)
    for prompt in prompts:
        if len(replace_surrogates(prompt.text).encode()) > PROMPT_BYTES:
            limit = size_text(PROMPT_BYTES)
            raise FormatError(file.name, f"a prompt in it is larger than {limit}.")
    return ImportPreview(path=file.name, format=chosen.info.title, prompts=tuple(prompts))


def _detected(file: SourceFile) -> PromptFormat:
    for each in FORMATS:
        if each.detect(file):
            return each
    if file.suffix in {".json", ".yaml", ".yml"}:
        assert file.value is not file  # reading it says what is wrong with it
    known = ", ".join(dict.fromkeys(s for each in FORMATS for s in each.info.suffixes))
    raise FormatError(file.name, f"no format is known for it ({known}).")
