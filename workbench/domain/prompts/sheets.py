"""Data sets as sheets: the rows as their file has them, to be edited and written back."""

from __future__ import annotations

from pathlib import PurePath

import msgspec

from workbench.domain.runs.spec import Json, RunSpec, TemplatePrompt


class SheetColumn(msgspec.Struct, frozen=True):
    """A column: its name in the file, and the key of its values in the rows of a sheet.

    The two differ once it was renamed: the rows stay as they are until they are written.
    """

    name: str
    key: str


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A data set as it was read or last written.

    Args:
        path: of the file.
        digest: of its content.
        columns: in their order.
        rows: values by key; what is missing in a row has no key. They are never changed in place.
        is_text: whether all values are texts, as in CSV; else they are JSON values.
        is_locked: whether it came with the program: only a copy can be saved.
        note: what saving does not keep, "" for nothing.
    """

    path: str
    digest: str
    columns: tuple[SheetColumn, ...]
    rows: tuple[dict[str, Json], ...]
    is_text: bool = False
    is_locked: bool = False
    note: str = ""


class AddedCase(msgspec.Struct, frozen=True, kw_only=True):
    """A row that was appended to a data set, and what is needed to take it back.

    ``digest`` is of the file with the row; ``is_new`` says that the file was made for it.
    """

    path: str
    number: int
    digest: str
    before: bytes = b""
    is_new: bool = False


class CaseDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What a run gives to a case: the values of its inputs, and what came back.

    ``name`` is of the prompt, "" for a conversation.
    """

    name: str
    values: dict[str, Json]
    output: str


def draft_of(spec: RunSpec, output: str, answer: str | None) -> CaseDraft:
    """A case from a run.

    Of a conversation the last message of the user is the input, and the whole of it "messages".

    Args:
        spec: of the run.
        output: what the model wrote.
        answer: what the strategy took out of it, None for nothing.
    """
    prompt = spec.prompt
    written = answer if answer else output
    if isinstance(prompt, TemplatePrompt):
        name = PurePath(prompt.path).name.partition(".")[0]
        return CaseDraft(name=name, values=prompt.variables, output=written)
    asked = [each.text for each in prompt.messages if each.role == "user"]
    values: dict[str, Json] = {"input": asked[-1] if asked else ""}
    if len(prompt.messages) > 1:
        values["messages"] = [{"role": m.role, "content": m.text} for m in prompt.messages]
    return CaseDraft(name="", values=values, output=written)
