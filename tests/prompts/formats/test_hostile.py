"""Files that mean harm, or are broken: each ends in one plain sentence."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.domain.errors import FormatError, SandboxTimeout, TemplateError, WorkbenchError
from workbench.prompts.formats import bundle
from workbench.prompts.formats.file_names import safe_parts
from workbench.prompts.formats.format import SourceFile
from workbench.prompts.formats.registry import FORMATS, read_source_file
from workbench.prompts.jinja.analysis import analyse

ALIASES = "a: &a [x]\n" + "b: [" + ", ".join(["*a"] * 200) + "]\nprompts: [x]\n"
LAUGHS = "prompts: [x]\n" + "".join(
    f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" if n else "l0: &l0 [x]\n" for n in range(9)
)
FILES = {
    "deep.json": b"[" * 200_000,
    "deeper.json": b'{"messages":' * 50_000,
    "level.json": b"[" * 80 + b"]" * 80,
    "number.json": b'[{"role":"user","content":' + b"9" * 10_000 + b"}]",
    "nan.json": b'[{"role":"user","content":NaN}]',
    "half.json": b'{"messages": [',
    "other.json": b'{"a": 1}',
    "bytes.json": b"\xff\xff\x00\x01",
    "latin.txt": "h\xe9llo".encode("latin-1"),
    "nul.txt": b"a\0b",
    "large.txt": b"x" * (9 * 1024 * 1024),
    "line.yaml": b"prompts: ['" + b"x" * (1024 * 1024) + b"']",
    "aliases.yaml": ALIASES.encode(),
    "laughs.yaml": LAUGHS.encode(),
    "python.yaml": b"prompts: !!python/object/apply:os.system ['true']\n",
    "deep.yaml": b"prompts: " + b"[" * 5_000,
    "number.yaml": b"prompts: 7\n",
    "list.yaml": b"- a\n- b\n",
    "twice.yaml": b"prompts: [a\nprompts: b",
    "deep.prompt": b"{{#if a}}" * 500,
    "head.prompt": b"---\n[1, 2]\n---\nHi",
    "empty.cforge": b"{}",
    "flow.cforge": b'{"flow": {"nodes": [{"type": "prompt", "data": {"prompt": 3}}]}}',
    "odd.xyz": b"Hi",
    "hub.json": b'{"lc": 1, "type": "constructor", "id": ["PromptTemplate"], "kwargs": 7}',
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_used_is_one_plain_sentence(name):
    with pytest.raises(WorkbenchError) as caught:
        read_source_file(SourceFile(name, FILES[name]))
    assert isinstance(caught.value, FormatError | TemplateError)
    sentence = str(caught.value)
    assert sentence.startswith(name)
    assert sentence.endswith((".", ")."))
    assert len(sentence) < 400
    assert "Traceback" not in sentence


@pytest.mark.parametrize("wanted", [each.info.id for each in FORMATS])
@pytest.mark.parametrize("content", [b"", b"null", b"[]", b"{}", b"[[[]]]", b'"x"', b"---\n---\n"])
def test_empty_files_of_every_format(wanted, content):
    for suffix in (".json", ".yaml", ".txt", ".prompt", ".prompty"):
        try:
            read_source_file(SourceFile(f"a{suffix}", content), wanted)
        except (FormatError, TemplateError):
            continue


@pytest.mark.parametrize(
    "value",
    [
        {"prompts": {"a": 1, "b": [2]}, "tests": {"x": 1}},
        {"prompts": [None, 3, {"raw": None}], "tests": [1, {"vars": 3, "assert": "x"}]},
        {"prompts": ["x"], "defaultTest": [], "tests": [{"vars": {"a": {"b": 1}, "3": [[]]}}]},
        {"messages": [{"role": "user", "content": [1, {"type": 4}]}, {"role": "x", "content": 1}]},
        {"flow": {"nodes": [1, {"id": [], "type": "prompt", "data": []}], "edges": [3, {}]}},
        {"lc": 1, "id": ["ChatPromptTemplate"], "kwargs": {"messages": [1, [2], ["a", "b"], {}]}},
        {"lc": 1, "id": ["FewShotPromptTemplate"], "kwargs": {"examples": [1]}},
    ],
)  # fmt: skip
@pytest.mark.parametrize("wanted", ["promptfoo", "openai", "langchain", "chainforge"])
def test_values_of_the_wrong_kind_never_end_in_another_error(value, wanted):
    try:
        read_source_file(SourceFile("a.json", json.dumps(value).encode()), wanted)
    except (FormatError, TemplateError):
        return


async def test_a_slow_file_is_stopped(pool):
    slow = "prompts:\n" + "".join(f"  - {{a: [b, {n}, {{c: d}}]}}\n" for n in range(15_000))
    with pytest.raises(SandboxTimeout):
        await pool.call(
            "workbench.prompts.formats.jobs:read_job", "a.yaml", slow.encode(), {}, "",
            deadline_seconds=0.5,
        )  # fmt: skip


# --- bundles (S9) -------------------------------------------------------------------------------

PROMPT = b"---\nname: a\n---\nuser:\nHi"


def zipped(*entries, method=zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for entry, content in entries:
            archive.writestr(entry, content)
    return buffer.getvalue()


def entry(name, mode=0o100644):
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


BAD_NAMES = {
    "up": "../evil.prompty",
    "inner up": "a/../../evil.prompty",
    "absolute": "/etc/evil.prompty",
    "drive": "C:evil.prompty",
    "backslash": "..\\evil.prompty",
    "device": "con.prompty",
    "device folder": "aux/a.prompty",
    "trailing dot": "a./b.prompty",
    "trailing space": "a /b.prompty",
    "control": "a\x07b.prompty",
    "bidi": "a\u202eytpmorp.b.prompty",
    "zero width": "a\u200bb.prompty",
    "not NFC": "e\u0301.prompty",
    "empty part": "a//b.prompty",
    "question": "a?.prompty",
    "deep": "/".join("a" * 20) + ".prompty",
    "long": "x" * 250 + ".prompty",
}


@pytest.mark.parametrize("name", BAD_NAMES.values(), ids=BAD_NAMES.keys())
def test_a_name_that_is_not_safe_refuses_the_bundle(name):
    with pytest.raises(FormatError):
        bundle.unpack(zipped(("good.prompty", PROMPT), (entry(name), PROMPT)), "b.zip")
    with pytest.raises(FormatError):
        safe_parts(name, "b.zip")


def test_usual_names_are_fine():
    assert safe_parts("Größe und Maß/écrit-2.prompty", "") == ("Größe und Maß", "écrit-2.prompty")


@pytest.mark.parametrize("mode", [0o120777, 0o010644, 0o020644, 0o060644])
def test_links_and_devices_are_refused(mode):
    with pytest.raises(FormatError, match="link or no plain file"):
        bundle.unpack(zipped((entry("a.prompty", mode), b"/etc/passwd")), "b.zip")


def test_two_names_that_differ_in_case_only_are_refused():
    with pytest.raises(FormatError, match="twice"):
        bundle.unpack(zipped(("A.prompty", PROMPT), ("a.prompty", PROMPT)), "b.zip")


def test_a_file_that_is_a_folder_too_is_refused():
    with pytest.raises(FormatError, match="inside of a file"):
        bundle.unpack(zipped(("a", PROMPT), ("a/b.prompty", PROMPT)), "b.zip")


def test_too_many_entries_are_refused():
    many = zipped(*((f"{n}.prompty", b"") for n in range(bundle.ENTRIES + 1)))
    with pytest.raises(FormatError, match="more than 2,000 files"):
        bundle.unpack(many, "b.zip")


def test_a_large_entry_is_refused_while_it_is_read():
    zeros = zipped(("a.prompty", b"\0" * (bundle.ENTRY_BYTES + 1)))
    assert len(zeros) < 20_000
    with pytest.raises(FormatError, match="larger than 10 MB"):
        bundle.unpack(zeros, "b.zip")


def test_the_sum_is_counted_while_it_is_read(monkeypatch):
    monkeypatch.setattr(bundle, "TOTAL_BYTES", 5_000)
    with pytest.raises(FormatError, match="unpacks to more"):
        bundle.unpack(zipped(*((f"{n}.md", b"x" * 1_000) for n in range(6))), "b.zip")


def test_sizes_that_are_lied_about_change_nothing():
    data = bytearray(zipped(("a.prompty", b"\0" * (bundle.ENTRY_BYTES + 1))))
    place = data.rfind(b"PK\x01\x02")
    struct.pack_into("<I", data, place + 24, 10)  # the size that the directory tells
    struct.pack_into("<I", data, 22, 10)
    with pytest.raises(FormatError):
        bundle.unpack(bytes(data), "b.zip")


@pytest.mark.parametrize(
    "data",
    [b"", b"PK", b"Rar!\x1a\x07\x00", b"\x1f\x8b" + zlib.compress(b"x"), b"a" * 600,
     b"PK\x05\x06" + b"\0" * 17, b"PK\x03\x04" + b"\xff" * 64],
)  # fmt: skip
def test_other_archives_and_rubbish_are_refused(data):
    with pytest.raises(FormatError):
        bundle.unpack(data, "b.zip")


def test_a_damaged_bundle_is_refused():
    data = bytearray(zipped(("a.prompty", PROMPT * 50)))
    data[40] ^= 0xFF
    with pytest.raises(FormatError, match="damaged"):
        bundle.unpack(bytes(data), "b.zip")


def test_an_encrypted_bundle_is_refused():
    data = bytearray(zipped(("a.prompty", PROMPT)))
    place = data.rfind(b"PK\x01\x02")
    data[place + 8] |= 1
    with pytest.raises(FormatError, match="encrypted"):
        bundle.unpack(bytes(data), "b.zip")


def test_a_packing_that_is_not_usual_is_refused():
    with pytest.raises(FormatError, match="packed in a way"):
        bundle.unpack(zipped(("a.prompty", PROMPT), method=zipfile.ZIP_LZMA), "b.zip")


def test_a_huge_directory_is_refused_before_it_is_read():
    data = bytearray(zipped(("a.prompty", PROMPT)))
    place = data.rfind(b"PK\x05\x06")
    struct.pack_into("<I", data, place + 12, 0xFFFFFFFF)
    with pytest.raises(FormatError, match="more than 2,000 files"):
        bundle.unpack(bytes(data), "b.zip")


def test_the_same_prompts_give_the_same_bundle():
    files = {"prompts/b/x.prompty": PROMPT, "prompts/a.prompty": PROMPT}
    data = bundle.pack("mine", files, files)
    assert data == bundle.pack("mine", dict(reversed(files.items())), files)
    found = bundle.unpack(data, "b.zip")
    assert {name: found[name] for name in files} == files
    assert json.loads(found["bundle.json"])["version"] == 1


TOKENS = [
    "{{", "}}", "{{#", "{{/", "{{^", "{{{", "}}}", "~", "else", "{{#if", "{{/if}}", "{{#each",
    "{{/each}}", "{{else}}", "this", ".", "../", "@index", "@root", "a", "b.c", '"x"', "'y'",
    "|v|", "as", "!", "--", "{", "}", "\\", "{{role", "{{json", ">", "&", "{%", "%}", "{#", "#}",
    "for", "in", "endif", "not", "==", "1", "[0]", "[x", "media", "url=", "{{history}}", "---",
    "input:", "schema:", "system:", "user:", ":", "-", "?", "(array)", "{a}", "{b.c[0]}", "{#x}",
    "{=s}", "loop", "items",
]  # fmt: skip
soups = st.lists(st.sampled_from([*TOKENS, " ", "\n"]), max_size=40).map("".join)


@pytest.mark.parametrize("name", ["a.prompt", "a.txt", "a.yaml"])
@given(soup=soups)
@settings(max_examples=150)
def test_any_soup_of_signs_is_refused_or_becomes_a_sound_prompt(name, soup):
    content = f"prompts:\n- raw: {json.dumps(soup)}" if name == "a.yaml" else soup
    try:
        found = read_source_file(SourceFile(name, content.encode())).prompts
    except (FormatError, TemplateError):
        return
    for prompt in found:
        problems = analyse(prompt.text, "a.prompty").problems
        assert not [each for each in problems if each.severity == "error"], prompt.text
