"""Entry point of the ``workbench`` program."""

from __future__ import annotations


def main() -> None:
    """Run the command line; without a command it opens the window."""
    from workbench.cli import main as cli_main  # noqa: PLC0415 - keeps start-up imports in one place

    cli_main()


if __name__ == "__main__":
    main()
