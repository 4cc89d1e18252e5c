"""Tags of a prompt file, written into its head; every other byte stays as it is."""

from __future__ import annotations

from workbench.domain.errors import LibraryError
from workbench.prompts.document import parse_document
from workbench.prompts.front_matter.keys import edit_head

MOST_CHARACTERS = 60


def with_tags(text: str, path: str, tags: tuple[str, ...]) -> str:
    """The text of a prompt file with other tags.

    Args:
        text: the whole file.
        path: its ending says what a head looks like.
        tags: all tags it shall have; none takes the line out.

    Raises:
        FrontMatterError: its head cannot be read, or has them in a form that cannot be changed.
        LibraryError: a tag cannot be one.
    """
    if parse_document(text, path).tags == tags:
        return text
    for tag in tags:
        if not tag or len(tag) > MOST_CHARACTERS or not tag.isprintable():
            raise LibraryError(path, f'"{tag[:20]}" cannot be a tag: use a word or a few.')
    changed = edit_head(text, path, ("tags",), [*tags] or None, flow=True)
    if parse_document(changed, path).tags != tags:
        raise LibraryError(path, "its tags have a form that only you can change: edit its head.")
    return changed


def tag_of(text: str) -> str:
    """A tag as a person typed it: one line, without "#" and commas."""
    return " ".join(text.replace(",", " ").split()).removeprefix("#").strip()
