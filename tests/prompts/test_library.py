"""The library on disk: what is listed, what saving promises (R15, R5), and that nothing is lost."""

import hashlib
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from workbench.domain.errors import FileChangedError, LibraryError, NameTakenError
from workbench.prompts.file_io import FILE_BYTES
from workbench.prompts.library.library import PromptLibrary


@pytest.fixture
def roots(tmp_path: Path) -> tuple[Path, Path, Path]:
    shipped, user, extra = tmp_path / "shipped", tmp_path / "user", tmp_path / "extra"
    (shipped / "strategies").mkdir(parents=True)
    (shipped / "strategies" / "cot.prompty").write_text("shipped cot")
    (shipped / "reasoning").mkdir()
    (shipped / "reasoning" / "sums.prompty").write_text("---\nname: Sums\n---\n{{ x }}")
    user.mkdir()
    extra.mkdir()
    (extra / "notes.md").write_text("notes")
    return shipped, user, extra


@pytest.fixture
def library(roots: tuple[Path, Path, Path]) -> PromptLibrary:
    shipped, user, extra = roots
    return PromptLibrary(shipped=shipped, user=user, extra=(extra,))


def test_lists_files_of_all_roots(library: PromptLibrary, roots: tuple[Path, ...]) -> None:
    library.create("Mine", "work/drafts")
    (roots[1] / ".hidden.prompty").write_text("x")
    (roots[1] / "picture.png").write_bytes(b"x")
    (roots[1] / "damaged.prompty").write_bytes(b"\xff\xfe")
    found = [(e.name, e.folder, e.title, e.shipped) for e in library.listing().entries]
    assert found == [
        ("damaged.prompty", "", "damaged", False),
        ("Mine.prompty", "work/drafts", "Mine", False),
        ("notes.md", "", "notes", False),
        ("sums.prompty", "reasoning", "Sums", True),
        ("cot.prompty", "strategies", "cot", True),
    ]


def test_a_missing_folder_is_an_empty_one(tmp_path: Path) -> None:
    library = PromptLibrary(shipped=tmp_path / "none", user=tmp_path / "no")
    assert library.listing().entries == ()


def test_what_was_saved_is_read(library: PromptLibrary) -> None:
    created = library.create("a")
    text = "é\x00\u2028\nlast line without end"
    saved = library.save(created.path, text, created.sha256)
    assert library.read(created.path) == saved
    assert saved.sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_a_file_changed_outside_is_not_overwritten(library: PromptLibrary) -> None:
    opened = library.create("a")
    Path(opened.path).write_text("theirs")
    with pytest.raises(FileChangedError, match="changed outside"):
        library.save(opened.path, "mine", opened.sha256)
    assert Path(opened.path).read_text() == "theirs"
    Path(opened.path).unlink()
    with pytest.raises(FileChangedError, match="deleted"):
        library.save(opened.path, "mine", opened.sha256)
    again = library.save(opened.path, "mine", "")
    assert again.text == "mine"
    with pytest.raises(NameTakenError):
        library.save(opened.path, "other", "")


def test_a_file_touched_without_change_is_saved(library: PromptLibrary) -> None:
    opened = library.create("a")
    os.utime(opened.path, (0, 0))
    assert library.save(opened.path, "new", opened.sha256).text == "new"


@pytest.mark.skipif(os.name == "nt", reason="modes and links of POSIX")
def test_saving_keeps_the_mode_and_follows_a_link(library: PromptLibrary, tmp_path: Path) -> None:
    target = tmp_path / "target.prompty"
    target.write_text("old")
    target.chmod(0o640)
    link = tmp_path / "user" / "link.prompty"
    link.symlink_to(target)
    library.save(str(link), "new", library.read(str(link)).sha256)
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o640


def test_readers_see_the_old_or_the_new_text(library: PromptLibrary) -> None:
    """50 replacements while another thread reads."""
    texts = ["a" * 50_000, "b" * 50_000]
    file = library.create("a", text=texts[0])
    seen: list[str] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.append(library.read(file.path).text)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(50):
        file = library.save(file.path, texts[(number + 1) % 2], file.sha256)
    done.set()
    reader.join()
    assert set(seen) <= set(texts)
    assert [path.name for path in Path(file.path).parent.iterdir()] == ["a.prompty"]


@pytest.mark.skipif(os.name == "nt", reason="RLIMIT_FSIZE is POSIX")
def test_a_full_disk_loses_nothing(library: PromptLibrary) -> None:
    file = library.create("a", text="old")
    program = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from workbench.domain.errors import LibraryError\n"
        "from workbench.prompts.file_io import write_file\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))\n"
        f"path, sha = Path({file.path!r}), {file.sha256!r}\n"
        "try:\n"
        "    write_file(path, 'x' * 100_000, sha)\n"
        "except LibraryError as error:\n"
        "    print(error)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)\n"
        "assert path.read_text() == 'old'\n"
        "write_file(path, 'x' * 100_000, sha)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "the disk is full, so nothing was saved" in done.stdout
    assert library.read(file.path).text == "x" * 100_000
    assert [path.name for path in Path(file.path).parent.iterdir()] == ["a.prompty"]


def test_a_killed_save_leaves_the_old_or_the_new_text(library: PromptLibrary) -> None:
    file = library.create("a", text="0" * 100_000)
    program = (
        "from pathlib import Path\n"
        "from workbench.prompts.file_io import read_file, write_file\n"
        f"path = Path({file.path!r})\n"
        "print('ready', flush=True)\n"
        "for number in range(10**6):\n"
        "    write_file(path, str(number % 10) * 100_000, read_file(path).sha256)\n"
    )
    for _ in range(5):
        process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
        with process:
            assert process.stdout is not None
            process.stdout.readline()
            process.kill()
        text = library.read(file.path).text
        assert len(text) == 100_000
        assert len(set(text)) == 1
    assert [
        e.name for e in library.listing().entries if e.folder == "" and e.name != "notes.md"
    ] == ["a.prompty"]


def test_files_that_are_no_prompts_are_refused(library: PromptLibrary, tmp_path: Path) -> None:
    large, binary = tmp_path / "large.md", tmp_path / "binary.md"
    large.write_bytes(b"x" * (FILE_BYTES + 1))
    binary.write_bytes(b"ok\xff")
    for path, words in [
        (large, "larger than 2 MB"),
        (binary, r"not UTF-8 text \(byte 2\)"),
        (tmp_path / "none.md", "does not exist"),
        (tmp_path, "not a file"),
    ]:
        with pytest.raises(LibraryError, match=words):
            library.read(str(path))


def test_a_new_prompt_is_usable(library: PromptLibrary) -> None:
    made = library.create("it's new: part 2".replace(":", ""), "my folder")
    assert made.path.endswith("my folder/it's new part 2.prompty".replace("/", os.sep))
    titles = [entry.title for entry in library.listing().entries if not entry.shipped]
    assert "It's new part 2" in titles


@pytest.mark.parametrize(
    "name", ["", " ", ".hidden", "a/b", "..", "a\\b", "con", "NUL.md", "a\x00", "a:b", "x" * 300]
)
def test_names_that_fail_somewhere_are_refused(library: PromptLibrary, name: str) -> None:
    with pytest.raises(LibraryError):
        library.create(name)
    with pytest.raises(LibraryError):
        library.rename(library.create("fine").path, name)


@pytest.mark.parametrize("folder", ["../up", ".trash", "a/../../b", "aux"])
def test_folders_stay_inside(library: PromptLibrary, folder: str) -> None:
    with pytest.raises(LibraryError):
        library.create("a", folder)


def test_taken_names_are_refused(library: PromptLibrary) -> None:
    library.create("a")
    with pytest.raises(NameTakenError):
        library.create("a")
    other = library.create("b", text="b")
    with pytest.raises(NameTakenError):
        library.rename(other.path, "a")
    assert library.read(other.path).text == "b"


def test_duplicates_go_to_the_users_folder(library: PromptLibrary, roots: tuple[Path, ...]) -> None:
    original = str(roots[0] / "reasoning" / "sums.prompty")
    names = [Path(library.duplicate(original).path) for _ in range(3)]
    assert names == [
        roots[1] / "reasoning" / f"sums{end}.prompty" for end in ("", "-copy", "-copy-2")
    ]


def test_rename_keeps_ending_and_text(library: PromptLibrary) -> None:
    made = library.create("a.md", text="text")
    renamed = library.rename(made.path, "B")
    assert Path(renamed.path).name == "B.md"
    assert library.read(renamed.path).sha256 == made.sha256
    assert Path(library.rename(renamed.path, "b").path).name == "b.md"
    assert not Path(made.path).exists()


def test_trash_keeps_the_file(library: PromptLibrary, roots: tuple[Path, ...]) -> None:
    paths = [library.create("a", folder, text=folder).path for folder in ("one", "two")]
    places = [Path(library.trash(path)) for path in paths]
    assert [place.read_text() for place in places] == ["one", "two"]
    assert all(place.is_relative_to(roots[1] / ".trash") for place in places)
    assert all(entry.shipped or entry.name == "notes.md" for entry in library.listing().entries)
    with pytest.raises(LibraryError):
        library.trash(paths[0])


def test_the_users_strategy_prompt_wins(library: PromptLibrary) -> None:
    assert library.strategy_prompt("cot").text == "shipped cot"
    library.create("cot", "strategies", text="my cot")
    assert library.strategy_prompt("cot").text == "my cot"
    with pytest.raises(LibraryError, match="missing"):
        library.strategy_prompt("none")


def test_includes_stay_inside_the_roots(library: PromptLibrary, roots: tuple[Path, ...]) -> None:
    secret = roots[0].parent / "secret.md"
    secret.write_text("secret")
    (roots[1] / "link.md").symlink_to(secret)
    sources = library.sources()
    assert sources["notes.md"] == "notes"
    assert sources.get("reasoning/sums.prompty", "").endswith("{{ x }}")
    for name in ("../secret.md", str(secret), "link.md", "reasoning", "a\0b", "..\\secret.md"):
        assert sources.get(name) is None
    assert "notes.md" in set(sources)
