"""``workbench profiles``: list, show, add and remove system-prompt profiles."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
import msgspec

from workbench.cli.main import with_workbench
from workbench.cli.options import as_json
from workbench.cli.reading import read_text
from workbench.cli.terminal import Column, figures, print_table, texts
from workbench.domain.profiles import Profile
from workbench.settings import Paths

if TYPE_CHECKING:
    from workbench.service import Workbench

_SHOWN = 60


@click.group()
def profiles() -> None:
    """List, show, add and remove system-prompt profiles for conversations."""


@profiles.command("list")
@as_json
@click.pass_obj
def list_profiles(paths: Paths, as_json: bool) -> int:
    """List the profiles."""
    found = with_workbench(paths, lambda core: core.profiles.all())
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
        return 0
    if not found:
        click.echo("There are no profiles yet: workbench profiles add makes one.", err=True)
        return 0
    columns = (*figures("Number"), *texts("Name"), *figures("Greetings"), Column("System"))
    print_table(columns, [_cells(each) for each in found])
    return 0


def _cells(profile: Profile) -> tuple[str, ...]:
    words = " ".join(profile.system.split())
    short = words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"
    return str(profile.profile_id), profile.name, str(len(profile.greetings)), short


@profiles.command()
@click.argument("profile")
@as_json
@click.pass_obj
def show(paths: Paths, profile: str, as_json: bool) -> int:
    """Show a profile, by its name or number."""
    found = with_workbench(paths, lambda core: core.profiles.find(profile))
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
        return 0
    click.echo(f"{found.name}\n\nSystem:\n{found.system or '(none)'}")
    if found.note:
        click.echo(f"\nAfter the last message of the user:\n{found.note}")
    for number, greeting in enumerate(found.greetings, 1):
        click.echo(f"\nGreeting {number}:\n{greeting}")
    return 0


@profiles.command()
@click.argument("name")
@click.option("--system", default="", help="The system prompt; @FILE takes the text of a file.")
@click.option("--note", default="", help="Goes after the last message of the user; or @FILE.")
@click.option(
    "--greeting", "greetings", multiple=True, help="A first message of the model. May be repeated."
)
@click.pass_obj
def add(paths: Paths, name: str, system: str, note: str, greetings: tuple[str, ...]) -> int:
    """Add a profile. {{char}} in its texts is its name, {{user}} the user's."""
    made = Profile(
        name=name,
        system=_text(system),
        note=_text(note),
        greetings=tuple(_text(each) for each in greetings),
    )
    kept = with_workbench(paths, lambda core: core.profiles.save(made))
    click.echo(f"Added {kept.name}, profile {kept.profile_id}.")
    return 0


def _text(given: str) -> str:
    return read_text(given[1:]) if given.startswith("@") else given


@profiles.command()
@click.argument("name", required=False)
@click.pass_obj
def user(paths: Paths, name: str | None) -> int:
    """Show what {{user}} is in the texts of profiles, or make it NAME ('' for none)."""

    async def work(core: Workbench) -> str:
        if name is not None:
            await core.profiles.set_user_name(name)
        return await core.profiles.user_name()

    click.echo(with_workbench(paths, work))
    return 0


@profiles.command()
@click.argument("profile")
@click.pass_obj
def remove(paths: Paths, profile: str) -> int:
    """Remove a profile, by its name or number; conversations that have it keep it."""

    async def work(core: Workbench) -> Profile:
        found = await core.profiles.find(profile)
        await core.profiles.delete(found.profile_id)
        return found

    click.echo(f"Removed {with_workbench(paths, work).name}.")
    return 0
