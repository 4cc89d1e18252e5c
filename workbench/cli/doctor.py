"""``workbench doctor``: what is installed, what this machine can do, how fast it is."""

from __future__ import annotations

import json
from typing import Any

import click

from workbench.cli.main import FAILED, with_workbench
from workbench.cli.options import as_json
from workbench.domain.text import size_text
from workbench.settings import Paths


@click.command()
@click.option("--seconds", type=click.FloatRange(0, 60), default=5.0, show_default=True,
              help="Length of the speed test; 0 leaves it out.")  # fmt: skip
@as_json
@click.pass_obj
def doctor(paths: Paths, seconds: float, as_json: bool) -> int:
    """Examine the installation."""
    found = with_workbench(paths, lambda core: core.doctor.examine(seconds), whatever_happens=True)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        for section, values in found.items():
            click.echo(section)
            for key, value in values.items():
                click.echo(f"  {key:<28} {_shown(key, value)}")
    return FAILED if any("error" in values for values in found.values()) else 0


def _shown(key: str, value: Any) -> str:
    if key.endswith("_bytes"):
        return size_text(value)
    return str(value)
