"""Folders of the library on disk: moving, tags, search, and what hostile folders cannot do."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.errors import FrontMatterError, LibraryError, NameTakenError
from workbench.domain.prompts.library import Moved, Trashed
from workbench.prompts.document import parse_document
from workbench.prompts.library import index as library_index
from workbench.prompts.library.library import PromptLibrary
from workbench.prompts.library.search import read_query
from workbench.prompts.library.tags import tag_of, with_tags

HEAD = "---\nname: {name}\ndescription: About {name}.\ntags: [{tags}]\n---\nuser:\n{text}\n"


@pytest.fixture
def user(tmp_path: Path) -> Path:
    user = tmp_path / "user"
    (user / "work" / "deep").mkdir(parents=True)
    (user / "work" / "mail.prompty").write_text(
        HEAD.format(name="Mail", tags="mail, few-shot", text="Dear {{ name }}, chalk is out.")
    )
    (user / "work" / "deep" / "sum.prompty").write_text(
        HEAD.format(name="Sum", tags="maths", text="Add {{ a }}.")
    )
    return user


@pytest.fixture
def added(tmp_path: Path) -> Path:
    added = tmp_path / "added"
    added.mkdir()
    (added / "team.md").write_text("Team text about mail")
    return added


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    shipped = tmp_path / "shipped"
    (shipped / "reasoning").mkdir(parents=True)
    (shipped / "reasoning" / "count.prompty").write_text("user:\nCount {{ x }}\n")
    return shipped


@pytest.fixture
def library(user: Path, added: Path, shipped: Path, tmp_path: Path) -> PromptLibrary:
    made = PromptLibrary(shipped=shipped, user=user, index=tmp_path / "library.index")
    made.show([added])
    return made


def found(library: PromptLibrary, text: str, favourites: tuple[str, ...] = ()) -> list[str]:
    return [Path(hit.path).name for hit in library.search(text, favourites).hits]


# --- listing ----------------------------------------------------------------------------------


def test_the_listing_says_what_each_folder_is(library, user, added, shipped):
    (user / "empty").mkdir()
    listing = library.listing()
    assert [(f.kind, f.writable, f.folders) for f in listing.folders] == [
        ("user", True, ("empty", "work", "work/deep")),
        ("added", True, ()),
        ("shipped", False, ("reasoning",)),
    ]
    mail = next(entry for entry in listing.entries if entry.name == "mail.prompty")
    assert (mail.tags, mail.title, mail.root) == (("mail", "few-shot"), "Mail", str(user))


def test_a_folder_that_is_gone_is_said_in_its_place(library, added):
    (added / "team.md").unlink()
    added.rmdir()
    problem = library.listing().folders[1].problem
    assert "not there" in problem
    added.write_text("now a file")
    assert "no folder" in library.listing().folders[1].problem


@pytest.mark.skipif(os.name == "nt", reason="rights of POSIX")
def test_a_folder_without_rights_is_said_in_its_place(library, user, monkeypatch):
    scan = os.scandir

    def refused(folder):
        if Path(folder).name == "deep":
            raise PermissionError(13, "Permission denied")
        return scan(folder)

    monkeypatch.setattr(library_index.os, "scandir", refused)
    listing = library.listing()
    assert listing.folders[0].problem.startswith("work/deep cannot be looked at (Permission")
    assert "mail.prompty" in [entry.name for entry in listing.entries]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("---\nname: [\n---\nuser:\nx", "not valid YAML"),
        ("---\nname: x\n---\nuser:\n{% if %}\n", "Line 5"),
        ("---\nname: x\n", "no end"),
        ("user:\n{{ a b }}", "Line 2"),
        ("user:\n" + "{{ " + "(" * 5_000, "nested too deeply"),
    ],
)
def test_a_prompt_that_does_not_parse_is_marked(library, user, text, words):
    (user / "bad.prompty").write_text(text)
    (entry,) = [each for each in library.listing().entries if each.name == "bad.prompty"]
    assert words in entry.problem


def test_a_quick_listing_reads_no_file(library, user, tmp_path, shipped, monkeypatch):
    assert library.listing(most=0).pending
    library.listing()
    monkeypatch.setattr(library_index, "read_file", lambda path: pytest.fail(f"{path} was read"))
    assert not library.listing(most=0).pending
    again = PromptLibrary(shipped=shipped, user=user, index=tmp_path / "library.index")
    listing = again.listing(most=0)
    assert not listing.pending
    assert "Mail" in [entry.title for entry in listing.entries]


def test_a_changed_file_is_read_again(library, user):
    library.listing()
    file = user / "work" / "mail.prompty"
    file.write_text(HEAD.format(name="Letter", tags="x", text="Other"))
    assert library.listing(most=0).pending
    assert "Letter" in [entry.title for entry in library.listing().entries]
    assert found(library, "chalk") == []


@pytest.mark.parametrize("content", [b"", b"\xff" * 64, b"\x82\xa7version\xa1x\xa5files\xc0"])
def test_a_damaged_index_is_made_anew(user, shipped, tmp_path, content):
    (tmp_path / "library.index").write_bytes(content)
    library = PromptLibrary(shipped=shipped, user=user, index=tmp_path / "library.index")
    assert "Mail" in [entry.title for entry in library.listing().entries]


@pytest.mark.skipif(os.name == "nt", reason="links of POSIX")
def test_links_to_folders_are_not_followed(library, user, tmp_path):
    (user / "loop").symlink_to(user)
    (user / "out").symlink_to(tmp_path)
    (user / "dangling.md").symlink_to(tmp_path / "none.md")
    os.mkfifo(user / "pipe.md")
    entries = {entry.name: entry for entry in library.listing().entries if entry.root == str(user)}
    assert set(entries) == {"mail.prompty", "sum.prompty", "dangling.md", "pipe.md"}
    assert "does not exist" in entries["dangling.md"].problem
    assert "not a file" in entries["pipe.md"].problem
    for path in (user / "out", user / "loop" / "work"):
        with pytest.raises(LibraryError):
            library.move(str(user / "work" / "mail.prompty"), str(path))
    with pytest.raises(LibraryError):
        library.create("x", "out")
    assert not (tmp_path / "x.prompty").exists()


def test_names_from_outside_cannot_break_a_list(library, user):
    (user / "a\nb\u202e.md").write_text("x")
    (user / "c.md").write_text("---\nname: |\n  two\n  lines\ntags: ['#a', '', 'b\n c']\n---\nx")
    entries = {entry.name: entry for entry in library.listing().entries}
    assert entries["c.md"].title == "two lines"
    assert entries["c.md"].tags == ("a", "b c")
    assert "a\nb\u202e.md" in entries


# --- moving -----------------------------------------------------------------------------------


def test_a_prompt_moves_and_moves_back(library, user, added):
    mail = str(user / "work" / "mail.prompty")
    moved = library.move(mail, str(added))
    assert moved == Moved(old=mail, new=str(added / "mail.prompty"))
    assert not Path(mail).exists()
    assert library.move(moved.new, str(user / "work")).new == mail


def test_what_ships_is_copied_and_never_changed(library, user, shipped):
    count = shipped / "reasoning" / "count.prompty"
    before = count.read_bytes()
    moved = library.move(str(count), str(user))
    assert (moved.copied, Path(moved.new)) == (True, user / "count.prompty")
    for change in (
        lambda: library.trash(str(count)),
        lambda: library.rename(str(count), "other"),
        lambda: library.tag(str(count), ["x"]),
        lambda: library.trash_folder(str(shipped / "reasoning")),
        lambda: library.move(moved.new, str(shipped)),
        lambda: library.create("x", str(shipped)),
    ):
        with pytest.raises(LibraryError, match="came with the program"):
            change()
    assert count.read_bytes() == before


def test_a_taken_name_stops_a_move(library, user, added):
    (added / "mail.prompty").write_text("theirs")
    with pytest.raises(NameTakenError):
        library.move(str(user / "work" / "mail.prompty"), str(added))
    assert (added / "mail.prompty").read_text() == "theirs"
    assert (user / "work" / "mail.prompty").exists()


def test_files_from_outside_are_copied_under_a_free_name(library, user, tmp_path):
    (tmp_path / "mail.prompty").write_text("user:\nfrom outside\n")
    moved = library.import_file(str(tmp_path / "mail.prompty"), str(user / "work"))
    assert Path(moved.new).name == "mail-copy.prompty"
    assert (tmp_path / "mail.prompty").exists()
    picture = tmp_path / "a.png"
    picture.write_bytes(b"x")
    with pytest.raises(LibraryError, match="no prompt file"):
        library.import_file(str(picture), str(user))
    with pytest.raises(LibraryError, match="this is a folder"):
        library.import_file(str(tmp_path), str(user))


def test_places_outside_are_no_target(library, user, tmp_path):
    mail = str(user / "work" / "mail.prompty")
    for folder in (tmp_path, user / ".trash", user / ".." / "elsewhere"):
        with pytest.raises(LibraryError):
            library.move(mail, str(folder))
    assert Path(mail).exists()


@pytest.mark.skipif(os.name == "nt", reason="links of POSIX")
def test_moving_a_link_leaves_its_goal(library, user, added, tmp_path):
    goal = tmp_path / "goal.md"
    goal.write_text("goal")
    link = user / "work" / "link.md"
    link.symlink_to(Path("..") / ".." / "goal.md")
    moved = library.move(str(link), str(added))
    assert Path(moved.new).is_symlink()
    assert Path(moved.new).read_text() == "goal"
    library.trash(moved.new)
    assert goal.read_text() == "goal"


# --- folders ----------------------------------------------------------------------------------


def test_folders_are_made_renamed_nested_and_put_aside(library, user):
    made = Path(library.create_folder(str(user / "work"), "inner"))
    assert made == user / "work" / "inner"
    moved = library.rename_folder(str(user / "work"), "Job")
    assert moved.place_of(str(user / "work" / "mail.prompty")) == str(user / "Job" / "mail.prompty")
    assert moved.place_of(str(user / "workshop.md")) == str(user / "workshop.md")
    with pytest.raises(LibraryError, match="into itself"):
        library.move_folder(str(user / "Job"), str(user / "Job" / "deep"))
    trashed = library.trash_folder(str(user / "Job"))
    assert (Path(trashed.where) / "deep" / "sum.prompty").exists()
    assert not (user / "Job").exists()
    assert library.restore(trashed) == str(user / "Job")
    assert "sum.prompty" in [entry.name for entry in library.listing().entries]


@pytest.mark.parametrize("name", ["", "..", ".x", "a/b", "nul", "x.", "a\u202eb", "y" * 300])
def test_hostile_folder_names_are_refused(library, user, name):
    with pytest.raises(LibraryError):
        library.create_folder(str(user), name)
    with pytest.raises(LibraryError):
        library.rename_folder(str(user / "work"), name)


def test_the_folders_of_the_library_itself_stay(library, user, added):
    for root in (user, added):
        with pytest.raises(LibraryError, match="own folder stays"):
            library.trash_folder(str(root))
    for folder in (added, user / "work", user.parent):
        with pytest.raises(LibraryError, match="already"):
            library.ensure_not_added(str(folder))


def test_restoring_takes_a_free_name_and_only_from_the_trash(library, user, tmp_path):
    mail = user / "work" / "mail.prompty"
    where = library.trash(str(mail))
    mail.write_text("new one")
    back = library.restore(Trashed(path=str(mail), where=where))
    assert Path(back).name == "mail-copy.prompty"
    assert mail.read_text() == "new one"
    secret = tmp_path / "secret.md"
    secret.write_text("x")
    for outside in (str(secret), str(user / ".trash" / ".." / ".." / "secret.md")):
        with pytest.raises(LibraryError, match="not in the trash"):
            library.restore(Trashed(path=str(mail), where=outside))
    assert secret.exists()


# --- tags -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("---\nname: x\n---\nuser:\na\n", "---\nname: x\ntags: [new]\n---\nuser:\na\n"),
        ("user:\na\n", "---\ntags: [new]\n---\nuser:\na\n"),
        (
            "---\ntags: [a, b] # why\nname: x # kept\n---\nuser:\na",
            "---\ntags: [a, b, new] # why\nname: x # kept\n---\nuser:\na",
        ),
        (
            "---\ntags:\n  - a\n  - b\n# about the name\nname: x\n---\nuser:\na",
            "---\ntags: [a, b, new]\n# about the name\nname: x\n---\nuser:\na",
        ),
        ("---\r\ntags: a, b\r\n---\r\nuser:\r\nx", "---\r\ntags: [a, b, new]\r\n---\r\nuser:\r\nx"),
        (
            "---\ntags: [a,\n  b] # why\nname: x\n---\nuser:\na",
            "---\ntags: [a, b, new] # why\nname: x\n---\nuser:\na",
        ),
        ("---\ntags: [a]\n---\nuser:\nx\u2028y\n", "---\ntags: [a, new]\n---\nuser:\nx\u2028y\n"),
    ],
)
def test_a_tag_changes_its_line_alone(library, user, before, after):
    file = user / "t.prompty"
    file.write_bytes(before.encode())
    library.tag(str(file), ["new"])
    assert file.read_bytes().decode() == after


@given(
    body=st.text(max_size=60),
    tags=st.lists(
        st.text(min_size=1, max_size=20).filter(lambda t: t.isprintable() and tag_of(t) == t),
        max_size=4,
        unique=True,
    ),
)
def test_any_tag_is_written_and_any_body_stays(body, tags):
    text = f"---\nname: x\n---\n{body}"
    changed = with_tags(text, "a.prompty", tuple(tags))
    assert parse_document(changed, "a.prompty").tags == tuple(tags)
    assert changed.endswith(body)
    assert with_tags(changed, "a.prompty", ()) == text


def test_tags_are_added_and_taken_out_without_regard_to_case(library, user):
    file = str(user / "work" / "mail.prompty")
    text = Path(file).read_text()
    library.tag(file, ["MAIL", "two words", "#yes", "a: b"])
    (entry,) = [each for each in library.listing().entries if each.path == file]
    assert entry.tags == ("mail", "few-shot", "two words", "yes", "a: b")
    library.tag(file, remove=["Two Words", "yes", "A: B"])
    assert Path(file).read_text() == text
    library.tag(file, remove=["mail", "few-shot"])
    assert "tags" not in Path(file).read_text()
    with pytest.raises(LibraryError, match="cannot be a tag"):
        library.tag(file, ["x" * 200])
    assert "tags" not in Path(file).read_text()


def test_a_head_that_cannot_be_changed_is_left_alone(library, user):
    file = user / "t.prompty"
    for text in ("---\n{name: x, tags: [a]}\n---\nuser:\na", "---\nname: [\n---\nuser:\na"):
        file.write_text(text)
        with pytest.raises((LibraryError, FrontMatterError)):
            library.tag(str(file), ["new"])
        assert file.read_text() == text


# --- search -----------------------------------------------------------------------------------


def test_a_search_looks_at_names_first_then_heads_then_texts(library):
    assert found(library, "mail") == ["mail.prompty", "team.md"]
    assert found(library, "about sum") == ["sum.prompty"]
    (hit,) = library.search("CHALK dear").hits
    assert (hit.line, hit.excerpt) == (7, "…name }}, chalk is out.")
    assert library.search("chalk Dear").words == ("chalk", "dear")
    assert found(library, "") == ["mail.prompty", "sum.prompty", "team.md", "count.prompty"]


def test_prefixes_narrow_a_search(library, user):
    library.listing()
    assert found(library, "tag:few") == ["mail.prompty"]
    assert found(library, "tag:few tag:maths") == []
    assert found(library, 'folder:work "{{ a }}"') == ["sum.prompty"]
    assert found(library, "folder:work/deep") == ["sum.prompty"]
    favourite = str(user / "work" / "mail.prompty")
    assert found(library, "is:favourite", (favourite,)) == ["mail.prompty"]
    assert found(library, "is:favourite maths", (favourite,)) == []


@pytest.mark.parametrize("text", ['"', 'tag:"', "tag:", "is:", '""', "::", 'a"b', "\\", "[", "\0"])
def test_half_a_query_is_no_error(library, text):
    library.search(text)
    assert read_query(text).tags == ()
