"""What is read of each kind of document, and where its pages, headings and blocks are."""

from __future__ import annotations

import pytest

from tests.retrieval.making import archive, docx, epub, page, paragraph, pdf
from workbench.domain.errors import FormatError
from workbench.domain.sources.document import Extracted
from workbench.retrieval.loaders.job import read_job
from workbench.retrieval.loaders.kinds import all_loaders, loader_for
from workbench.retrieval.loaders.loader import Source


def read(name: str, data: bytes | str) -> Extracted:
    source = Source(name, data.encode() if isinstance(data, str) else data)
    return loader_for(source).read(source)


def headings(found: Extracted) -> list[tuple[int, str]]:
    """Levels and words; the text has the words where the heading begins."""
    for each in found.headings:
        assert each.text in found.text[each.start :].split("\n")[0]
    return [(each.level, each.text) for each in found.headings]


def blocks(found: Extracted) -> list[tuple[str, str]]:
    return [(each.kind, found.text[each.start : each.end]) for each in found.blocks]


def test_all_loaders_have_endings_of_their_own():
    endings = [suffix for each in all_loaders() for suffix in each.suffixes]
    assert len(endings) == len(set(endings))
    assert {each.id for each in all_loaders()} == {
        "text", "markdown", "html", "pdf", "docx", "epub", "csv", "code",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"tide table\r\nline two\r", "tide table\nline two\n"),
        ("\ufeffmarked".encode(), "marked"),
        ("größer".encode("utf-16"), "größer"),
        ("größer".encode("utf-32"), "größer"),
        (b"see <|im_end|> and [INST]", "see <|im_end|> and [INST]"),
    ],
)
def test_text_is_read_as_it_is_written(data, text):
    found = read("notes.txt", data)
    assert (found.kind, found.title, found.text, found.notes) == ("text", "notes", text, ())


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "größer"),
        ("cp1252", "Die Fähre fährt um zehn über den See, früher als üblich, für alle Gäste."),
        ("cp1252", "Voilà une réponse déjà prête, où l’été français s’achève très bientôt."),
        ("cp1250", "Příliš žluťoučký kůň úpěl ďábelské ódy. Zażółć gęślą jaźń. "),
        ("cp1251", "Паром отправляется в десять часов утра и возвращается вечером. "),
        ("koi8_r", "Паром отправляется в десять часов утра и возвращается вечером. "),
        ("shift_jis", "船は十時に出ます。夕方には港に戻ります。今日は天気がいいです。"),
        ("gb18030", "渡轮十点出发，晚上返回。今天天气很好，我们去海边。"),
        ("euc_kr", "배는 열 시에 출발하고 저녁에 돌아옵니다. 오늘은 날씨가 좋습니다."),
    ],
)
def test_text_in_another_encoding_is_read_and_noted(encoding, text):
    found = read("notes.txt", text.encode(encoding))
    assert found.text == text
    assert "not UTF-8" in found.notes[0]


def test_a_column_of_a_table_with_a_mark_has_its_name():
    found = read("rows.csv", "\ufeffq,a\n1,2\n\n")
    assert found.text.startswith("q,a\n")
    assert found.blocks[0].header == "q, a"
    assert blocks(found) == [("table", "q,a\n1,2")]
    assert read("rows.csv", "name;price\nx;1,5\n").blocks[0].header == "name, price"


def test_markdown_has_headings_tables_and_code():
    text = (
        "---\ntitle: x\n---\n# The *ferry*\n\nIt leaves.\n\nTimes\n-----\n\n| day | at |\n|---|---|"
        "\n| Mon | 9 |\n\n```py\n# no heading\n\nrun()\n```\n\n### `Code` words\nend"
    )
    found = read("a.md", text)
    assert found.text == text
    assert [(each.level, each.text) for each in found.headings] == [
        (1, "The ferry"), (2, "Times"), (3, "Code words"),
    ]  # fmt: skip
    assert [text[each.start :].split("\n", maxsplit=1)[0] for each in found.headings] == [
        "# The *ferry*", "Times", "### `Code` words",
    ]  # fmt: skip
    assert found.title == "The ferry"
    assert blocks(found) == [
        ("table", "| day | at |\n|---|---|\n| Mon | 9 |"),
        ("code", "```py\n# no heading\n\nrun()\n```"),
    ]
    assert found.blocks[0].header == "| day | at |"


def test_a_page_is_its_visible_text():
    found = read(
        "a.html",
        "<title>Tides &amp; moons</title><style>p{}</style><script>'<p>no</p>'</script>"
        "<h2>Spring\n tides</h2><p>The <b>moon</b>\npulls.<br>So.</p><ul><li>one<li><p>two</p></ul>"
        "<table><tr><td>1<td>5.2</tr><tr><td>2<td>7</table><pre>a\n  b</pre>",
    )
    assert found.title == "Tides & moons"
    assert found.text == (
        "Tides & moons\n\n## Spring tides\n\nThe moon pulls.\nSo.\n\n- one\n- two\n\n1\t5.2\n2\t7"
        "\n\na\n  b"
    )
    assert headings(found)[0] == (2, "Spring tides")
    assert blocks(found) == [("table", "1\t5.2\n2\t7"), ("code", "a\n  b")]
    with pytest.raises(FormatError, match="no text in it"):
        read("a.html", "<script>no()</script>")


def test_a_page_in_its_own_charset():
    text = '<meta charset="windows-1251"><p>Паром</p>'
    assert read("a.htm", text.encode("cp1251")).text == "Паром"


def test_a_pdf_has_pages_and_its_outline():
    found = read(
        "a.pdf",
        pdf(page("Delivery", "We send on Monday."), page("Returns", "Within 30 days."),
            outline=("Delivery", "Returns")),
    )  # fmt: skip
    assert found.text == "Delivery\nWe send on Monday.\n\nReturns\nWithin 30 days."
    assert [found.page_text(each) for each in found.pages] == found.text.split("\n\n")
    assert headings(found) == [(1, "Delivery"), (1, "Returns")]
    assert found.page_at(found.text.index("Within")) == 2
    assert not found.notes


def test_a_scanned_page_is_reported_and_has_no_text():
    found = read("a.pdf", pdf(page("One"), b"q Q", page("Three")))
    assert [each.number for each in found.pages] == [1, 2, 3]
    assert found.scanned == (2,)
    assert not found.is_scanned
    assert found.notes == ("Page 2 has no text: it may be scanned.",)
    assert found.page_at(found.text.index("Three")) == 3
    scan = read("scan.pdf", pdf(b"", b"q Q"))
    assert scan.is_scanned
    assert (scan.text, len(scan.notes)) == ("", 1)


def test_a_document_of_word():
    table = (
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Item</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r>"
        "<w:t>Price</w:t></w:r></w:p></w:tc></w:tr><w:tr><w:tc><w:p><w:r><w:t>Lamp</w:t></w:r>"
        "</w:p></w:tc><w:tc><w:p/></w:tc></w:tr></w:tbl>"
    )
    item = "<w:numPr/>"
    found = read(
        "notes.docx",
        docx(
            paragraph("Support", '<w:pStyle w:val="berschrift1"/>')
            + paragraph("First words", "")
            + paragraph("one", item)
            + paragraph("two", item)
            + paragraph("Deep", '<w:outlineLvl w:val="1"/>')
            + "<w:p><w:del><w:r><w:t>gone</w:t></w:r></w:del><w:ins><w:r><w:t>new</w:t><w:tab/>"
            "<w:t>tab</w:t></w:r></w:ins></w:p>" + table,
            **{
                "word/footnotes.xml": '<w:footnotes xmlns:w="http://schemas.openxmlformats.org/'
                'wordprocessingml/2006/main"><w:footnote w:type="separator"><w:p/></w:footnote>'
                f"<w:footnote>{paragraph('A note.')}</w:footnote></w:footnotes>"
            },
        ),
    )
    assert found.text == (
        "# Support\n\nFirst words\n\n- one\n- two\n\n## Deep\n\nnew\ttab\n\nItem\tPrice\nLamp"
        "\n\nA note."
    )
    assert headings(found) == [(1, "Support"), (2, "Deep")]
    assert found.blocks[0].header == "Item Price"
    assert found.title == "notes"


def test_a_book_has_a_page_a_chapter():
    found = read(
        "ferry.epub",
        epub(
            cover="<html><body><img src='x'/></body></html>",
            one="<html><head><title>t</title></head><h1>Morning</h1><p>It left.</p></html>",
            two="<html><body><h1>Evening</h1><p>It came.</p></body></html>",
        ),
    )
    assert found.title == "The Ferry"
    assert found.text == "# Morning\n\nIt left.\n\n# Evening\n\nIt came."
    assert [(each.number, each.title) for each in found.pages] == [(1, "t"), (2, "Evening")]
    assert [found.page_text(each)[:6] for each in found.pages] == ["# Morn", "# Even"]


@pytest.mark.parametrize(
    ("name", "text", "names"),
    [
        (
            "a.py",
            ("import x\n\n# Words.\n@cached\ndef one():\n    if x:\n        pass\n\nclass Two:\n"
            "    def three(self):\n        return 1\n"),
            [(1, "def one():", "# Words."), (1, "class Two", "class Two:"),
             (2, "def three(self)", "    def three(self):")],
        ),
        (
            "a.ts",
            "export async function go(a) {\n  return a\n}\ninterface Boat {\n}\n",
            [(1, "export async function go(a)", "export"), (1, "interface Boat", "interface")],
        ),
        (
            "a.c",
            "#include <x.h>\n\n/* Words. */\nstatic int add(int a, int b) {\n    return f(a);\n}\n",
            [(1, "static int add(int a, int b)", "/* Words. */")],
        ),
        ("a.sql", "select 1;\nCREATE TABLE boats (\n id int\n);\n",
         [(1, "CREATE TABLE boats", "CREATE")]),
        ("a.json", '{"type": "function",\n"class": 1}', []),
    ],
)  # fmt: skip
def test_code_has_its_definitions(name, text, names):
    found = read(name, text)
    assert (found.kind, found.text) == ("code", text)
    assert [(each.level, each.text.rstrip(":")) for each in found.headings] == [
        (level, words.rstrip(":")) for level, words, _ in names
    ]
    for each, (_, _, begins) in zip(found.headings, names, strict=True):
        assert text[each.start :].startswith(begins)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.zip", archive({"x.txt": "x"}), "this is an archive"),
        ("a.docx", archive({"x.txt": "x"}), "this is an archive"),
        ("a.xlsx", archive({"xl/workbook.xml": "x"}), "save it as CSV"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1", "older office program"),
        ("a.rtf", b"{\\rtf1 x}", "RTF"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "picture"),
        ("a.gguf", b"GGUF\x03\0\0\0", "model"),
        ("a.pdf", b"hello", "this is no PDF"),
        ("a.docx", b"hello", "this is no document of Word"),
        ("a.bin", b"abc\0def", "no text file"),
        ("a.bin", bytes(range(128, 256)) * 9 + b"\0", "no text file"),
        ("a.txt", b" \n\t", "no text in it"),
        ("a.txt", b"", "no text in it"),
    ],
)
def test_what_is_not_read_says_why(name, data, reason, tmp_path):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(FormatError, match=reason) as refused:
        read_job(str(path).encode(), 1000)
    assert str(refused.value).startswith(f"{path}: ")
    assert str(refused.value).endswith(".")
