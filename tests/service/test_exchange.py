"""Import and export as the program does them: files on a disk, nothing overwritten."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml

from workbench.domain.errors import FormatError, LibraryError, NameTakenError, UsageError
from workbench.service import Workbench
from workbench.settings import Paths

CONFIG = """\
prompts: [file://chat.json, 'Ask {{name}}']
tests:
  - {vars: {name: Ada}, assert: [{type: equals, value: "yes"}]}
  - {vars: {name: Bob}}
"""
CHAT = '[{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Greet {{name}}"}]'
PROMPT = (
    "---\nname: Mine\ninputs:\n  who: {type: string, default: you}\n---\nuser:\nHi {{ who }}!\n"
)


@pytest.fixture
async def core(tmp_path) -> AsyncIterator[Workbench]:
    workbench = Workbench(Paths.default(tmp_path / "home"))
    await workbench.open()
    yield workbench
    await workbench.close()


@pytest.fixture
def config(tmp_path) -> Path:
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "promptfooconfig.yaml").write_text(CONFIG)
    (folder / "chat.json").write_text(CHAT)
    return folder / "promptfooconfig.yaml"


def tree(folder: Path) -> dict[str, bytes]:
    """All files below a folder with their contents."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


async def test_a_preview_writes_nothing_and_an_import_what_was_chosen(core, config, tmp_path):
    before = tree(core.paths.prompts)
    preview = await core.exchange.preview_import(str(config))
    assert [each.name for each in preview.prompts] == ["chat", "promptfooconfig-2"]
    assert tree(core.paths.prompts) == before
    (file,) = await core.exchange.import_prompts(preview, [0], "from others/foo")
    path = Path(file.path)
    assert path == core.paths.prompts / "from others" / "foo" / "chat.prompty"
    shown = await core.prompts.preview(file.text, file.path, {"name": "Ada"})
    assert [(m.role, m.text) for m in shown.messages] == [
        ("system", "Be kind."),
        ("user", "Greet Ada"),
    ]
    rows = (core.paths.data / "data" / "chat.jsonl").read_text().splitlines()
    assert [json.loads(row) for row in rows] == [
        {"name": "Ada", "expected": "yes"},
        {"name": "Bob"},
    ]


async def test_nothing_is_overwritten(core, config):
    preview = await core.exchange.preview_import(str(config))
    names = []
    for _ in range(3):
        (file,) = await core.exchange.import_prompts(preview, [1])
        names.append(Path(file.path).name)
    assert names == [
        "promptfooconfig-2.prompty", "promptfooconfig-2-2.prompty", "promptfooconfig-2-3.prompty",
    ]  # fmt: skip


@pytest.mark.parametrize("folder", ["../out", "/tmp/out", "a/../../b", "con", ".hidden", "a\\b"])
async def test_a_folder_outside_is_refused(core, config, folder):
    preview = await core.exchange.preview_import(str(config))
    with pytest.raises(FormatError):
        await core.exchange.import_prompts(preview, [0], folder)


async def test_a_link_that_leads_outside_is_refused(core, config, tmp_path):
    (tmp_path / "outside").mkdir()
    (core.paths.prompts / "link").symlink_to(tmp_path / "outside")
    preview = await core.exchange.preview_import(str(config))
    with pytest.raises(FormatError, match="leads outside"):
        await core.exchange.import_prompts(preview, [0], "link")
    assert tree(tmp_path / "outside") == {}


async def test_a_configuration_reads_files_of_its_folder_only(core, tmp_path):
    (tmp_path / "secret.txt").write_text("do not show")
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "a.yaml").write_text("prompts: ['x', file://../secret.txt, file://link.txt]")
    preview = await core.exchange.preview_import(str(folder / "a.yaml"))
    assert len(preview.prompts) == 1
    assert "do not show" not in str(preview)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_folder_that_cannot_be_written_is_said(core, config):
    core.paths.prompts.chmod(0o500)
    preview = await core.exchange.preview_import(str(config))
    with pytest.raises(LibraryError):
        await core.exchange.import_prompts(preview, [0])
    core.paths.prompts.chmod(0o700)


async def test_a_bundle_goes_out_and_comes_in_the_same(core, tmp_path):
    file = await core.prompt_files.create("mine", "kind", PROMPT)
    samples_file = Path(file.path).with_name("mine.samples.yaml")
    samples_file.write_text("first:\n  who: Ada\n")
    data = core.paths.data / "data"
    data.mkdir(exist_ok=True)
    (data / "mine.jsonl").write_text('{"who": "Ada", "expected": "Hi"}\n')
    target = tmp_path / "all.zip"
    await core.exchange.export_bundle([str(core.paths.prompts)], str(target))
    with pytest.raises(NameTakenError):
        await core.exchange.export_bundle([file.path], str(target))
    preview = await core.exchange.preview_import(str(target))
    assert preview.format == "Bundle"
    assert preview.notes == ()
    (found,) = preview.prompts
    assert (found.folder, found.name, found.text) == ("kind", "mine", PROMPT)
    assert found.samples == {"first": {"who": "Ada"}}
    assert found.rows == ({"who": "Ada", "expected": "Hi"},)
    (written,) = await core.exchange.import_prompts(preview, [0], "from others")
    path = Path(written.path)
    assert path == core.paths.prompts / "from others" / "all" / "kind" / "mine.prompty"
    found = tree(path.parent)
    assert found["mine.prompty"] == PROMPT.encode()
    assert found["mine.samples.yaml"] == b"first:\n  who: Ada\n"
    assert tree(data)["mine-2.jsonl"] == tree(data)["mine.jsonl"]
    again = await core.exchange.import_prompts(preview, [0], "from others")
    assert Path(again[0].path).parts[-3:] == ("all-2", "kind", "mine.prompty")


async def test_a_shipped_folder_can_be_bundled(core, tmp_path):
    shipped = core.paths.shipped_prompts
    await core.exchange.export_bundle([str(shipped / "classify")], str(tmp_path / "b.zip"))
    preview = await core.exchange.preview_import(str(tmp_path / "b.zip"))
    assert preview.prompts
    assert {each.folder for each in preview.prompts} == {"classify"}
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert "bundle.json" in archive.namelist()


def hostile(*entries: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "entries",
    [
        [("ok.prompty", PROMPT.encode()), ("../../../evil.prompty", b"x")],
        [("ok.prompty", PROMPT.encode()), ("/tmp/evil.prompty", b"x")],
        [("ok.prompty", PROMPT.encode()), ("big.md", b"\0" * 11_000_000)],
    ],
)
async def test_a_hostile_bundle_changes_nothing_anywhere(core, tmp_path, entries):
    (tmp_path / "b.zip").write_bytes(hostile(*entries))
    before = tree(tmp_path)
    with pytest.raises(FormatError):
        await core.exchange.preview_import(str(tmp_path / "b.zip"))
    changed = {name for name, content in tree(tmp_path).items() if before.get(name) != content}
    assert not {name for name in changed if "history" not in name}


async def test_what_cannot_be_read_in_a_bundle_is_named_and_the_rest_comes(core, tmp_path):
    (tmp_path / "b.zip").write_bytes(
        hostile(
            ("prompts/ok.prompty", PROMPT.encode()),
            ("prompts/ok.samples.yaml", b"!!python/object:x"),
            ("prompts/bad.prompty", b"---\nname: [\n---\n"),
            ("prompts/chat.prompt", b'{{role "user"}}Hi {{who}}'),
            ("data/other.jsonl", b"{}"),
            ("program.exe", b"MZ"),
        )
    )
    preview = await core.exchange.preview_import(str(tmp_path / "b.zip"))
    assert [each.name for each in preview.prompts] == ["chat", "ok"]
    reported = " ".join(preview.notes)
    for name in ("ok.samples.yaml", "bad.prompty", "other.jsonl", "program.exe"):
        assert name in reported


@pytest.mark.parametrize("wanted", ["dotprompt", "promptfoo", "langchain", "openai", "chainforge"])
async def test_an_export_comes_in_again_as_the_same_messages(core, tmp_path, wanted):
    file = await core.prompt_files.create("mine", "", PROMPT)
    exported = await core.exchange.export(file.path, wanted)
    target = tmp_path / f"mine{exported.suffix}"
    await core.exchange.save_export(file.path, wanted, str(target))
    assert target.read_bytes() == exported.content
    with pytest.raises(NameTakenError):
        await core.exchange.save_export(file.path, wanted, str(target))
    preview = await core.exchange.preview_import(str(target))
    (found,) = preview.prompts
    values = (await core.prompts.analyse(found.text, "a.prompty")).sample
    shown = await core.prompts.preview(found.text, "a.prompty", {"who": "you"} | values)
    assert [(m.role, m.text) for m in shown.messages] == [("user", "Hi you!")]


async def test_named_samples_are_tests_of_promptfoo(core):
    file = await core.prompt_files.create("mine", "", PROMPT)
    samples_file = core.paths.prompts / "mine.samples.yaml"
    samples_file.write_text("first:\n  who: Ada\nsecond:\n  who: Bob\n")
    content = (await core.exchange.export(file.path, "promptfoo")).content
    assert [each["vars"] for each in yaml.safe_load(content)["tests"]] == [
        {"who": "Ada"},
        {"who": "Bob"},
    ]


async def test_a_format_that_is_not_known_is_said(core):
    file = await core.prompt_files.create("mine", "", PROMPT)
    with pytest.raises(UsageError, match="dotprompt"):
        await core.exchange.export(file.path, "odd")


async def test_heads_are_read_changed_and_references_left_alone(core, tmp_path, monkeypatch):
    text = "---\nmodel: m-1\ninputs:\n  a: ${env:WB_A}\n  b: ${file:b.txt}\n---\n{{ a }}{{ b }}"
    path = tmp_path / "a.prompty"
    (tmp_path / "b.txt").write_text("from a file")
    monkeypatch.setenv("WB_A", "from outside")
    options = await core.prompts.model_options(text, str(path))
    assert (options.model, options.unresolved) == ("m-1", ("${env:WB_A}", "${file:b.txt}"))
    untouched = await core.prompts.resolve_references(text, str(path))
    assert untouched == {"a": "${env:WB_A}", "b": "${file:b.txt}"}
    allowed = await core.prompts.resolve_references(text, str(path), ["WB_A"], files=True)
    assert allowed == {"a": "from outside", "b": "from a file"}
    changed = await core.prompts.edit_front_matter(text, str(path), ["model"], "m-2")
    assert changed == text.replace("m-1", "m-2")
