"""How texts are made alike before they are compared: one explicit choice, stored with the score."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Sequence
from typing import Literal

from workbench.domain.errors import UsageError

Normaliser = Literal["raw", "trim", "nfc", "casefold", "squad", "nfkc"]
TITLES: dict[str, str] = {
    "raw": "Every character counts",
    "trim": "White space at the ends does not count",
    "nfc": "Nor how accents are encoded (NFC)",
    "casefold": "Nor capital letters",
    "squad": "Nor punctuation and a, an, the (SQuAD)",
    "nfkc": "Compatibility forms are alike (NFKC): x² is x2",
}
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")


def normalise(text: str, how: Normaliser) -> str:
    """A text made ready for comparing.

    SQuAD's rule drops ASCII punctuation only, as its script does: curly quotes stay.
    """
    if how == "raw":
        return text
    if how == "trim":
        return text.strip()
    if how == "nfkc":
        return unicodedata.normalize("NFKC", text).strip()
    text = unicodedata.normalize("NFC", text).strip()
    if how == "nfc":
        return text
    if how == "casefold":
        return unicodedata.normalize("NFC", text.casefold())
    return squad(text)


def squad(text: str) -> str:
    """The normaliser of the SQuAD evaluation script."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def ensure_kept(references: Sequence[str], how: Normaliser) -> None:
    """Refuse a normaliser that leaves nothing of an expected value.

    Raises:
        UsageError: an expected value such as "A" would be equal to an empty output.
    """
    for each in references:
        if each and not normalise(each, how):
            raise UsageError(
                f"Nothing is left of the expected value “{each[:40]}” once it is made alike: "
                "choose a rule that keeps it."
            )
