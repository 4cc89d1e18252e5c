"""``workbench sources`` as the user types it."""

from __future__ import annotations

import json

from tests.cli.test_commands import workbench


def test_a_collection_is_added_searched_shown_and_removed(tmp_path):
    home, docs = tmp_path / "home", tmp_path / "docs"
    docs.mkdir()
    (docs / "returns.md").write_text("# Refunds\n\nA refund is paid within fourteen days.\n")
    (docs / "hours.txt").write_text("The shop opens at nine.\n")
    done = workbench("sources", "add", "shop", str(docs), home=home)
    assert done.returncode == 0, done.stderr
    assert "shop: 2 files, 2 chunks." in done.stdout
    done = workbench("sources", "search", "When is it paid?", "--json", home=home)
    [hit] = json.loads(done.stdout)["hits"]
    assert (hit["file"], hit["headings"]) == (str(docs / "returns.md"), ["Refunds"])
    shown = workbench("sources", "show", "shop", "--file", "hours.txt", home=home)
    assert shown.stdout == "The shop opens at nine.\n\n"
    why = workbench("sources", "search", "paid", "--why-not", "hours", home=home)
    assert "no word of the question" in why.stdout
    done = workbench("sources", "remove", "shop", home=home)
    assert done.stdout == "Removed shop. The files on the disk stay.\n"
