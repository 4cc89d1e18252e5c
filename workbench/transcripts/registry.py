"""All formats that conversations are read from, in the order in which a file is offered to them."""

from __future__ import annotations

from workbench.transcripts.desktop.gpt4all import GPT4ALL
from workbench.transcripts.desktop.jan import JAN
from workbench.transcripts.desktop.llamacpp import LLAMACPP, LLAMACPP_RECORDS
from workbench.transcripts.desktop.lmstudio import LMSTUDIO
from workbench.transcripts.desktop.textgen import TEXTGEN
from workbench.transcripts.exchange.openai import OPENAI
from workbench.transcripts.exchange.own import READER as OWN
from workbench.transcripts.exchange.sharegpt import SHAREGPT
from workbench.transcripts.reader import Container, Reader, Sample
from workbench.transcripts.roleplay.cards import CARD, CARD_PICTURE
from workbench.transcripts.roleplay.kobold import KOBOLD
from workbench.transcripts.roleplay.mikupad import MIKUPAD
from workbench.transcripts.roleplay.sillytavern import SILLYTAVERN
from workbench.transcripts.services.chatgpt import CHATGPT
from workbench.transcripts.services.claude import CLAUDE
from workbench.transcripts.services.librechat import LIBRECHAT
from workbench.transcripts.services.openwebui import OPENWEBUI

READERS: tuple[Reader, ...] = (
    OWN, CHATGPT, CLAUDE, OPENWEBUI, LLAMACPP, LLAMACPP_RECORDS, SILLYTAVERN, LMSTUDIO, TEXTGEN,
    LIBRECHAT, CARD, KOBOLD, MIKUPAD, JAN, OPENAI, SHAREGPT, GPT4ALL, CARD_PICTURE,
)  # fmt: skip

COMPANIONS = frozenset(name for each in READERS for name in each.companions)
"""Names of files that are read with another and hold no conversation themselves."""


def best(sample: Sample, *containers: Container) -> Reader | None:
    """The reader that is surest of a file, None where none knows it."""
    offered = [each for each in READERS if each.container in containers]
    score, reader = max(
        ((each.score(sample), each) for each in offered),
        key=lambda pair: pair[0],
        default=(0.0, None),
    )
    return reader if score > 0 else None


def find(name: str, container: Container) -> Reader:
    """The reader of a format for a kind of file."""
    return next(each for each in READERS if (each.id, each.container) == (name, container))


def title_of(name: str) -> str:
    """What a format is called."""
    return next((each.title for each in READERS if each.id == name), name)
