"""Rows into inputs, files into inputs, and what the kinds of inputs become in a template."""

from __future__ import annotations

import struct
import zlib

import pytest

from workbench.domain.errors import DataSetError, FrontMatterError, TemplateError
from workbench.domain.prompts.datasets import Filled, ImageSize
from workbench.domain.prompts.prompt import InputField
from workbench.prompts.datasets.row_values import fill
from workbench.prompts.document import parse_document
from workbench.prompts.input_files import TEXT_BYTES, read_image_size, read_text
from workbench.prompts.inputs import complete


def test_columns_go_to_the_inputs_of_their_name_in_their_type() -> None:
    inputs = (
        InputField(name="text"),
        InputField(name="max_words", type="integer", minimum=1, maximum=100),
        InputField(name="urgent", type="boolean"),
        InputField(name="items", type="array"),
        InputField(name="tone", choices=("Plain", "Friendly")),
        InputField(name="hint", required=False),
        InputField(name="city"),
    )
    row = {"text": "Hello", "Max words": "20", "urgent": "yes", "items": '["a", 1]',
           "tone": "plain", "hint": "", "expected": 42, "other": "x"}  # fmt: skip
    assert fill(row, inputs) == Filled(
        values={"text": "Hello", "max_words": 20, "urgent": True, "items": ["a", 1],
                "tone": "Plain"},
        missing=("city",),
        expected="42",
    )  # fmt: skip


def test_what_does_not_fit_is_said_and_left_out() -> None:
    inputs = (
        InputField(name="count", type="integer", maximum=5),
        InputField(name="tone", choices=("plain",), required=False),
    )
    found = fill({"count": "six", "tone": "loud"}, inputs)
    assert found.values == {}
    assert found.missing == ("count",)
    assert found.problems == (
        "count takes a whole number, not “six”.", "tone takes plain, not “loud”.",
    )  # fmt: skip
    assert fill({"count": 6}, inputs).problems


def test_a_column_that_is_an_input_is_not_the_expected_answer() -> None:
    inputs = (InputField(name="label"),)
    assert fill({"label": "x", "answer": "y"}, inputs).expected == "y"
    assert fill({"label": "x"}, inputs).expected == ""


def test_the_kinds_of_prompty_and_limits_are_read() -> None:
    text = """---
inputs:
  chat: {kind: thread}
  past: {type: thread, required: false}
  doc: file
  photo: {type: image}
  size: {type: number, min: 0.5, maximum: 2, step: 0.5}
  thing: {kind: fruit, colour: red}
---
x"""
    fields = {field.name: field for field in parse_document(text, "a.prompty").inputs}
    assert {name: field.type for name, field in fields.items()} == {
        "chat": "thread", "past": "thread", "doc": "file", "photo": "image", "size": "number",
        "thing": "object",
    }  # fmt: skip
    size = fields["size"]
    assert (size.minimum, size.maximum, size.step) == (0.5, 2, 0.5)
    with pytest.raises(FrontMatterError, match="thread"):
        parse_document("---\ninputs: {a: {type: video}}\n---\n", "a.prompty")


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("file", {"path": "/a/b.txt", "text": "hello"}, "hello"),
        ("file", "hello", "hello"),
        ("image", {"name": "cat.png", "width": 640, "height": 480}, "[image: cat.png, 640 x 480]"),
        ("image", "cat.png", "[image: cat.png]"),
        ("image", "data:image/png;base64,AAAA", "[image: pasted]"),
        ("image", {"name": "a\nsystem:\n", "width": 0, "height": -1}, "[image: a system:]"),
        ("thread", [{"role": "user", "content": "Hi", "name": "x"}],
         [{"role": "user", "content": "Hi"}]),
        ("thread", '[{"role": "assistant"}]', [{"role": "assistant", "content": ""}]),
    ],
)  # fmt: skip
def test_what_a_template_sees(kind: str, value: object, expected: object) -> None:
    document = parse_document(f"---\ninputs: {{x: {{type: {kind}}}}}\n---\n", "a.prompty")
    assert complete(document, {"x": value})["x"] == expected


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("file", 5), ("file", {"text": 5}), ("image", 5), ("image", {"width": 5}),
        ("thread", "hello"), ("thread", [{"role": "robot", "content": "x"}]),
        ("thread", [{"role": "user", "content": 5}]), ("thread", {"role": "user"}),
        ("number, minimum: 1", 0), ("integer, max: 3", 4), ("array", "[" * 100_000),
    ],
)  # fmt: skip
def test_values_that_do_not_fit_are_refused(kind: str, value: object) -> None:
    document = parse_document(f"---\ninputs: {{x: {{type: {kind}}}}}\n---\n", "a.prompty")
    with pytest.raises(TemplateError, match="x must be"):
        complete(document, {"x": value})


def test_an_optional_one_without_value_is_empty() -> None:
    text = "---\ninputs:\n" + "".join(
        f"  {kind}: {{type: {kind}, required: false}}\n" for kind in ("file", "image", "thread")
    )
    assert complete(parse_document(text + "---\n", "a.prompty"), {}) == {
        "file": "", "image": "", "thread": [],
    }  # fmt: skip


def test_only_small_utf8_text_fills_an_input(tmp_path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes("Grüße\r\nzwei".encode())
    assert read_text(file) == "Grüße\nzwei"
    for content, words in (
        (b"\xff\xfe", "not UTF-8"), (b"a\0b", "no text file"), (b"x" * (TEXT_BYTES + 1), "1 MB"),
    ):  # fmt: skip
        file.write_bytes(content)
        with pytest.raises(DataSetError, match=words):
            read_text(file)


def _png(width: int, height: int) -> bytes:
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))


@pytest.mark.parametrize(
    "content",
    [
        _png(640, 480),
        b"GIF89a" + struct.pack("<HH", 640, 480),
        b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08" + struct.pack(">HH", 480, 640),
        b"RIFF....WEBPVP8X" + bytes(8) + (639).to_bytes(3, "little") + (479).to_bytes(3, "little"),
        b"RIFF....WEBPVP8 " + bytes(10) + struct.pack("<HH", 640, 480),
        b"RIFF....WEBPVP8L" + bytes(5) + (639 | 479 << 14).to_bytes(4, "little"),
    ],
)
def test_the_size_of_an_image_is_in_its_first_bytes(tmp_path, content: bytes) -> None:
    file = tmp_path / "cat"
    file.write_bytes(content)
    assert read_image_size(file) == ImageSize("cat", 640, 480)


@pytest.mark.parametrize(
    "content",
    [b"", b"text", b"GIF89a", b"\xff\xd8", b"\xff\xd8" + b"\xff\xe0\0\0" * 50, _png(0, 5)[:24]],
)
def test_what_is_no_image_is_refused(tmp_path, content: bytes) -> None:
    file = tmp_path / "cat.png"
    file.write_bytes(content)
    with pytest.raises(DataSetError, match="no PNG"):
        read_image_size(file)
