"""Our own JSON: whole conversations, with all branches, as ``writing/own_json.py`` has them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from workbench.domain.text import replace_surrogates
from workbench.domain.transcripts import Found, Skipped, Transcript
from workbench.transcripts.reader import Input, Reader, Sample
from workbench.transcripts.tree_builder import Node, TreeBuilder
from workbench.transcripts.values import dict_of, is_clean, text_of

OWN = "prompt-workbench"


def _score(sample: Sample) -> float:
    first = sample.first
    is_own = first.get("type") == "conversation"
    return 1.0 if is_own and "source" in first and "source_id" in first else 0.0


def _read(given: Input) -> Iterator[Found]:
    record = dict_of(given.value)
    try:
        found = msgspec.convert(replace_surrogates(record), Transcript)
    except msgspec.ValidationError as error:
        title = text_of(record.get("title"))
        yield Skipped(reason=f"it is not as this program writes it ({error})", title=title)
        return
    yield _mended(found)


def _mended(found: Transcript) -> Transcript:
    """The conversation with sound links: the file may have been edited by hand."""
    if _is_sound(found):
        return found
    builder = TreeBuilder(keeps_empty=True)
    for each in found.messages:
        fields = {name: getattr(each, name) for name in each.__struct_fields__}
        fields["parts"] = list(each.parts)
        builder.add(Node(**fields))
    rest = {
        name: getattr(found, name)
        for name in found.__struct_fields__
        if name not in {"source", "source_id", "title", "messages", "leaf"}
    }
    return builder.build(found.source or OWN, found.source_id, found.title, leaf=found.leaf, **rest)


def _is_sound(found: Transcript) -> bool:
    """Whether each message is there once, after its parent, and the texts can be stored."""
    seen: set[str] = set()
    for each in found.messages:
        texts = (each.key, each.text, each.reasoning, each.author, each.label)
        is_linked = each.parent is None or each.parent in seen
        if not is_linked or each.key in seen or not all(map(is_clean, texts)):
            return False
        seen.add(each.key)
    is_named = bool(found.source and found.source_id and found.title)
    return is_named and (found.leaf in seen or (found.leaf is None and not seen))


READER = Reader(OWN, "Prompt Workbench", _score, _read)
