"""Formulas in exported pages: drawn as in the window, nothing is loaded from elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from workbench.service import Workbench
from workbench.settings import Paths

ANSWER = r"""
The norm is \(|x|\), a price is $5.

$$\frac{a}{b}$$

| a | b |
|---|---|
| $P(A|B)$ | two |

Broken: $\frac{1}{$ and `$code$`.
"""


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Workbench]:
    workbench = Workbench(Paths.default(tmp_path / "home"))
    await workbench.open()
    yield workbench
    await workbench.close()


async def test_a_page_has_its_formulas_as_drawings(core, tmp_path):
    messages = [{"role": "user", "content": "Norm?"}, {"role": "assistant", "content": ANSWER}]
    given = tmp_path / "chat.jsonl"
    given.write_text(json.dumps({"messages": messages}) + "\n")
    report = await core.importing.run([str(given)])
    (item,) = report.items
    page = await core.exporting.text([item.conversation_id], "html")
    labels = re.findall(r'<(\w+) class="formula" role="img" aria-label="([^"]*)"', page)
    assert labels == [("span", r"\(|x|\)"), ("div", r"$$\frac{a}{b}$$"), ("span", "$P(A|B)$")]
    assert page.count("<svg") == 3
    assert page.count("</td>") == 2
    assert 'fill="currentColor"' in page
    assert 'fill="black"' not in page
    assert r"$\frac{1}{$</code>" in page  # what cannot be drawn is its source, with the reason
    assert "no LaTeX that can be drawn" in page
    assert "<code>$code$</code>" in page
    links = re.findall(r"https?://[^\"']+", page)
    assert {each for each in links if "www.w3.org" not in each} == set()  # names of SVG only
    target = tmp_path / "page.html"
    await core.exporting.save([item.conversation_id], "html", str(target))
    assert target.read_text("utf-8") == page
