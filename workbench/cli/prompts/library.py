"""``workbench library``: the prompts, their folders and favourites."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from workbench.cli.main import with_workbench
from workbench.cli.options import as_json
from workbench.cli.terminal import print_table, texts
from workbench.domain.errors import UsageError
from workbench.domain.prompts.library import (
    LibraryFolder,
    LibraryHit,
    LibraryListing,
    LibraryResult,
    PromptRecord,
)
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.service import Workbench


_NOT_LISTED = frozenset({"mtime_ns", "size", "is_read"})
"""What the program itself has to know of a file."""


@click.group()
def library() -> None:
    """List and search prompts, choose the folders they are in, and mark favourites."""


@library.command("list")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Only with this tag; repeatable.")
@click.option("--folder", default="", metavar="NAME", help="Only in this folder.")
@click.option(
    "--search", "words", default="", metavar="WORDS", help="Words of name, front matter or text."
)
@click.option("--favourites", is_flag=True, help="Only favourites.")
@as_json
@click.pass_obj
def list_prompts(
    paths: Paths, tags: tuple[str, ...], folder: str, words: str, favourites: bool, as_json: bool
) -> int:
    """List the prompts of all folders, or those that match.

    WORDS are searched as in the window: tag:NAME, folder:NAME and is:favourite may be among them.
    """
    query = [words, *(f'tag:"{tag}"' for tag in tags)]
    query += [f'folder:"{folder}"'] if folder else []
    query += ["is:favourite"] if favourites else []
    text = " ".join(part for part in query if part)

    async def work(core: Workbench) -> tuple[LibraryListing, LibraryResult]:
        return await core.library.listing(), await core.library.search(text)

    listing, result = with_workbench(paths, work)
    by_path = {entry.path: entry for entry in listing.entries}
    found = [(by_path[hit.path], hit) for hit in result.hits if hit.path in by_path]
    if as_json:
        click.echo(json.dumps([_plain(*pair, listing) for pair in found], ensure_ascii=False))
        return 0
    if not found:
        click.echo("No prompt matches." if text else "There are no prompts.")
        return 0
    _print_prompts(found, listing)
    return 0


def _plain(entry: PromptRecord, hit: LibraryHit, listing: LibraryListing) -> dict[str, object]:
    fields: dict[str, object] = msgspec.to_builtins(entry)
    fields = {name: value for name, value in fields.items() if name not in _NOT_LISTED}
    favourite = entry.path in listing.favourites
    return fields | {"favourite": favourite, "excerpt": hit.excerpt, "line": hit.line}


def _print_prompts(found: list[tuple[PromptRecord, LibraryHit]], listing: LibraryListing) -> None:
    rows = []
    for entry, hit in found:
        name = f"{entry.folder}/{entry.name}" if entry.folder else entry.name
        star = "★ " if entry.path in listing.favourites else ""
        note = entry.problem or (f"{hit.line}: {hit.excerpt}" if hit.excerpt else "")
        rows.append((name, f"{star}{entry.title}", ", ".join(entry.tags), note))
    print_table(texts("Prompt", "Title", "Tags", ""), rows)


@library.group(invoke_without_command=True)
@as_json
@click.pass_context
def folders(context: click.Context, as_json: bool) -> None:
    """List, add and remove the folders of the library."""
    if context.invoked_subcommand is not None:
        return
    found = with_workbench(context.obj, lambda core: core.library.folders())
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
        return
    for folder in found:
        click.echo(f"{folder.path}  ({_words(folder)})")


def _words(folder: LibraryFolder) -> str:
    kind = {"user": "your own", "added": "added", "given": "from WORKBENCH_PROMPTS"}
    words = kind.get(folder.kind, "came with the program")
    words += "" if folder.writable or folder.kind == "shipped" else ", cannot be changed"
    return f"{words}: {folder.problem}" if folder.problem else words


@folders.command()
@click.argument("folder")
@click.pass_obj
def add(paths: Paths, folder: str) -> int:
    """Show the prompts of FOLDER in the library."""
    path = with_workbench(paths, lambda core: core.library.add_folder(folder))
    click.echo(f"The library shows {path}.")
    return 0


@folders.command()
@click.argument("folder")
@click.pass_obj
def remove(paths: Paths, folder: str) -> int:
    """Remove FOLDER from the library; its files stay as they are."""
    with_workbench(paths, lambda core: core.library.remove_folder(folder))
    click.echo(f"The library does not show {folder} any more.")
    return 0


@library.command()
@click.argument("prompts", nargs=-1, required=True, metavar="PROMPT...")
@click.option("--remove", "take", is_flag=True, help="Remove it from the favourites.")
@click.pass_obj
def favourite(paths: Paths, prompts: tuple[str, ...], take: bool) -> int:
    """Add PROMPT to the favourites: a path, or a name such as reasoning/word-problem."""

    async def work(core: Workbench) -> list[str]:
        listing = await core.library.listing(most=0)
        found = [_path_of(prompt, listing) for prompt in prompts]
        await core.library.set_favourites(found, not take)
        return found

    for path in with_workbench(paths, work):
        click.echo(f"{path} is {'not a favourite any more' if take else 'a favourite'}.")
    return 0


def _path_of(prompt: str, listing: LibraryListing) -> str:
    """The absolute path of a prompt that the user named (UsageError where there is none)."""
    absolute = str(Path(prompt).expanduser().absolute())
    for entry in listing.entries:
        name = f"{entry.folder}/{entry.name}" if entry.folder else entry.name
        if absolute == entry.path or prompt in (name, str(Path(name).with_suffix(""))):
            return entry.path
    raise UsageError(f"There is no prompt called {prompt}: see workbench library list.")
