"""Files as text: by what they hold, within bounds, and clear errors for what holds none."""

from __future__ import annotations

import os
import signal
import zipfile
from contextlib import suppress
from io import BytesIO

import pypdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matcher.documents import office, pdf_pages
from matcher.documents.document_text import read_document
from matcher.documents.sheets import sheet_rows
from matcher.errors import MatcherError, UsageError
from tests.helpers.documents import docx, odt, pdf, pptx, workbook, xlsx, zipped
from tests.helpers.forms import tries
from tests.helpers.fuzz.harness import deadline

SAID = "Managed aquifer recharge and groundwater modelling"
BIBTEX = """@article{dupont2020, author = {Dupont, Anne}, journal = {Hydrology},
 title = {Managed {A}quifer recharge}, abstract = "Groundwater under stress", keywords = {wells; drought}}"""
RIS = "TY  - JOUR\nAU  - Dupont, Anne\nTI  - Managed aquifer recharge\nAB  - Groundwater\nKW  - wells\nER  - \n"
HEAD = "<!doctype html><html><head><title>x</title><style>p{color:red}</style></head>"
HTML = f"{HEAD}<body><p>Managed <b>aquifer</b> recharge"


def read(tmp_path, data: bytes, name: str = "statement.dat") -> str:
    path = tmp_path / name
    path.write_bytes(data)
    return read_document(path).text


@pytest.mark.parametrize(
    "data",
    [
        pdf(SAID),
        docx("Who we are", SAID),
        pptx("Who we are", SAID),
        odt("Who we are", SAID),
        xlsx("Who we are", SAID),
        SAID.encode("utf-16"),
        SAID.encode("utf-16-le"),
        SAID.encode("utf-16-be"),
        SAID.encode("utf-8-sig"),
        f"# {SAID}\n\n- [a site](https://example.org)".encode(),
        f"<html><body><p>{SAID}</p></body></html>".encode(),
    ],
    ids=["pdf", "docx", "pptx", "odt", "xlsx", "utf16", "utf16le", "utf16be", "bom", "markdown", "html"],
)
def test_a_file_is_known_by_what_it_holds(tmp_path, data: bytes) -> None:
    text = read(tmp_path, data)
    assert SAID in " ".join(text.split())
    assert not {"<", ">", "#", "https"} & set(text.split())


def test_slides_stand_in_their_order(tmp_path) -> None:
    text = read(tmp_path, pptx(*(f"slide number {n}" for n in range(1, 12))))
    assert text.splitlines()[1] == "slide number 2"


def test_windows_text_keeps_its_accents(tmp_path) -> None:
    assert read(tmp_path, "matériaux composites, élasticité".encode("cp1252")) == "matériaux composites, élasticité"


@pytest.mark.parametrize("data", [BIBTEX.encode(), RIS.encode()])
def test_of_publications_what_they_are_about_is_read(tmp_path, data: bytes) -> None:
    words = read(tmp_path, data).lower().split()
    assert {"aquifer", "recharge", "groundwater"} <= set(words)
    assert not {"author", "dupont,", "abstract", "title", "journal", "ab", "ti"} & set(words)


@pytest.mark.parametrize(("remark", "list_"), [("% Encoding: UTF-8\n\n", BIBTEX), ("Provider: A library\n\n", RIS)])
def test_a_remark_may_stand_above_publications(tmp_path, remark: str, list_: str) -> None:
    assert read(tmp_path, (remark + list_).encode()) == read(tmp_path, list_.encode())


def test_letters_of_latex_are_read_as_what_they_are(tmp_path) -> None:
    title = r"Caract{\'e}risation de pi\`{e}ces na{\"\i}ves en fa\c{c}ade, {\oe}uvres et gar\c con, Stra{\ss}e \& \^ile"
    said = read(tmp_path, f"@article{{a, title = {{{title}}}, author = {{X}}}}".encode())
    assert said == "Caractérisation de pièces naïves en façade, œuvres et garçon, Straße & île"


def test_a_field_of_ris_goes_on_in_the_lines_below(tmp_path) -> None:
    lines = ["TY  - JOUR", "AB  - Recharge of", "      aquifers", "and wells", "AU  - Dupont", "  Anne", "ER  - ", ""]
    assert read(tmp_path, "\r\n".join(lines).encode()) == "Recharge of aquifers and wells"


@pytest.mark.parametrize("separator", [";", "\t", ","])
def test_a_list_of_keywords_is_one_a_line(tmp_path, separator: str) -> None:
    rows = [("keyword", "weight"), ("aquifer recharge", "2"), ("drought", "1")]
    assert read(tmp_path, "\n".join(map(separator.join, rows)).encode()) == "aquifer recharge\ndrought"


ROWS = (("Mot-clé", "Domaine", "Poids"), ("aquifer recharge", "water", "2.5"), ("drought", "", ""))
TABLES = [
    workbook(*ROWS),
    "\n".join(map(";".join, ROWS)).encode("cp1252"),
    "\n".join(map("\t".join, ROWS)).encode("utf-16"),
]


@pytest.mark.parametrize("data", TABLES, ids=["xlsx", "csv", "tsv"])
def test_a_table_of_keywords_has_their_weights(tmp_path, data: bytes) -> None:
    path = tmp_path / "list"
    path.write_bytes(data)
    assert [(one.text, one.weight) for one in read_document(path).keywords] == [
        ("aquifer recharge", 2.5),
        ("drought", 1.0),
    ]


def test_a_cell_in_quotation_marks_may_hold_what_parts_cells(tmp_path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('mot-clé,poids\n"eaux, souterraines","2,5"\nnitrates,1\n', encoding="utf-8")
    found = [(one.text, one.weight) for one in read_document(path).keywords]
    assert found == [("eaux, souterraines", 2.5), ("nitrates", 1.0)]


def test_beside_a_column_of_keywords_there_may_be_sentences_and_short_rows(tmp_path) -> None:
    path = tmp_path / "list.csv"
    remark = "What Marie said of it at the meeting of last spring."
    path.write_text(f"keyword;weight;remark\ndrought;2;{remark}\nwells\n", encoding="utf-8")
    assert [(one.text, one.weight) for one in read_document(path).keywords] == [("drought", 2.0), ("wells", 1.0)]


def test_a_cell_beyond_all_measure_makes_no_table(tmp_path) -> None:
    path = tmp_path / "text.txt"
    path.write_text('say "' + "drought, and " * 20_000 + "\n", encoding="utf-8")
    assert not read_document(path).keywords


@pytest.mark.parametrize("weight", ["many", "-1", "0", "1e9", "99999", "nan", "inf", "2 000"])
@pytest.mark.parametrize("make", [workbook, lambda *rows: "\n".join(map(";".join, rows)).encode()], ids=["xlsx", "csv"])
def test_an_absurd_weight_is_told_with_its_row(tmp_path, make, weight: str) -> None:
    rows = (("keyword", "weight"), ("drought", "1"), ("wells", weight))
    with pytest.raises(
        UsageError, match=r"row 3 has .* for a weight: write a number above 0, 1,000 at most"
    ) as refused:
        read(tmp_path, make(*rows), "list.csv")
    assert weight in str(refused.value)


def test_a_keyword_a_line_is_a_list_and_lines_of_sentences_are_none(tmp_path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("aquifer recharge\ndrought\nwells\n", encoding="utf-8")
    assert len(read_document(path).keywords) == 3
    path.write_text("We drill wells.\nWe model them.\nWe like it.\n", encoding="utf-8")
    assert not read_document(path).keywords


def test_a_list_in_markdown_is_one_of_keywords_without_its_signs_and_headings(tmp_path) -> None:
    path = tmp_path / "skills.md"
    said = "# Our skills\n\n* **aquifer recharge**\n* [heat pumps](https://x.eu/a)\n- `wells`\n\n```sh\nls\n```\n"
    path.write_text(said, encoding="utf-8")
    assert [one.text for one in read_document(path).keywords] == ["aquifer recharge", "heat pumps", "wells"]


def test_of_a_page_neither_markup_nor_style_is_read(tmp_path) -> None:
    assert read(tmp_path, HTML.encode()).split() == ["Managed", "aquifer", "recharge"]


def bomb() -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * (office.MOST_BYTES + 1))
    return buffer.getvalue()


ENTITIES = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><w:document xmlns:w="w"><w:t>&e;</w:t></w:document>'


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (b"", "a.pdf", "The text is empty"),
        (b" \n ", "a.txt", "The text is empty"),
        (b"just words that claim to be a PDF", "a.pdf", "no PDF, though it is named as a PDF"),
        (b"just words", "a.docx", "no DOCX"),
        (pdf(""), "a.pdf", "pictures only"),
        (pdf(SAID, encrypt=True), "a.pdf", "locked by a password"),
        (b"%PDF-1.7\n" + os.urandom(500), "a.pdf", "damaged"),
        (docx(SAID)[:150], "a.docx", "damaged"),
        (bomb(), "a.docx", "too large"),
        (zipped(**{"word/document.xml": ENTITIES}), "a.docx", "declares entities"),
        (zipped(**{"word/document.xml": "<w:document><w:t>"}), "a.docx", "damaged"),
        (zipped(**{"notes.txt": SAID}), "a.zip", "an archive"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "a.doc", "older Word, or locked"),
        (b"{\\rtf1 words}", "a.rtf", "rich text"),
        (b"\x89PNG\r\n" + bytes(50), "a.png", "a picture"),
        (b"II*\0" + bytes(50), "a.tiff", "have its text recognised"),
        (bytes(range(256)) * 20, "a.bin", "no text file"),
        (b"1234 5678", "a.txt", "holds no words"),
        (b"word " * 500_000, "a.txt", "more than 2,000,000 characters"),
    ],
)
def test_what_holds_no_text_is_told_with_what_to_do(tmp_path, data: bytes, name: str, told: str) -> None:
    with pytest.raises(UsageError) as refused:
        read(tmp_path, data, name)
    assert told in str(refused.value)


@settings(max_examples=tries(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([pdf(SAID), docx(SAID), odt(SAID), workbook(*ROWS), BIBTEX.encode(), RIS.encode(), HTML.encode()]),
    st.lists(st.tuples(st.integers(0, 5000), st.binary(max_size=3)), max_size=8),
    st.integers(0, 5000),
)
def test_spoilt_files_are_read_or_refused(tmp_path, data: bytes, spoils: list[tuple[int, bytes]], cut: int) -> None:
    for place, put in spoils:
        at = place % max(1, len(data))
        data = data[:at] + put + data[at + len(put) :]
    with suppress(MatcherError):
        read(tmp_path, data[: cut or None])


def sheet(rows: str, shared: str = "") -> bytes:
    """A workbook of this XML of rows, and of texts that cells share."""
    return zipped(
        **{
            "xl/workbook.xml": "<workbook/>",
            "xl/sharedStrings.xml": f"<sst>{shared}</sst>",
            "xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{rows}</sheetData></worksheet>",
        }
    )


SHARED = '<c t="s"><v>0</v></c>'


@pytest.mark.parametrize(
    ("rows", "shared"),
    [
        ('<row><c r="GR1"><v>1</v></c></row>' * 3_000, ""),
        (f"<row>{SHARED}</row>" * 300, f"<si><t>{'x' * 10_000}</t></si>"),
        ("<row/>" * 600_000, ""),
    ],
    ids=["far columns", "a long text in many cells", "empty rows"],
)
def test_a_small_workbook_is_no_long_list(rows: str, shared: str) -> None:
    """It would take a hundred times the room that it has."""
    assert sheet_rows(sheet(rows, shared)) is None
    assert sheet_rows(sheet(rows[: len(rows) // 100], shared)) is not None


@pytest.mark.parametrize("piece", ["&amp;", "x\n"])
def test_a_text_of_a_million_pieces_is_put_together_once(piece: str) -> None:
    with deadline(20.0):
        assert sheet_rows(sheet(f"<row>{SHARED}</row>", f"<si><t>{piece * 900_000}</t></si>"))


def test_a_document_that_is_packed_in_another_way_is_refused(tmp_path) -> None:
    """Such packing takes as much memory as a stranger writes into it."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("word/document.xml", "<w:document/>")
    with pytest.raises(UsageError, match="damaged"):
        read(tmp_path, packed.getvalue())


def test_what_a_page_is_parsed_for_ends_in_time_too(tmp_path, monkeypatch) -> None:
    """However the library takes what goes wrong in it: it looks at no clock while it parses."""

    def parsed(*_: object, **__: object) -> str:
        while True:
            with suppress(Exception):
                sum(range(1000))

    monkeypatch.setattr(pdf_pages, "MOST_SECONDS", 0.2)
    monkeypatch.setattr(pypdf.PageObject, "extract_text", parsed)
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(UsageError, match="too long"):
        read(tmp_path, pdf(SAID))
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_page_that_takes_too_long_is_left_in_its_midst(tmp_path, monkeypatch) -> None:
    """Six kilobytes hold a page of a million commands."""
    monkeypatch.setattr(pdf_pages, "MOST_SECONDS", 0.0)
    with pytest.raises(UsageError, match="too long: over 500 pages, or 0 seconds"):
        read(tmp_path, pdf(SAID))
    monkeypatch.undo()
    monkeypatch.setattr(pdf_pages, "MOST_PAGES", 0)
    with pytest.raises(UsageError, match="too long: over 0 pages"):
        read(tmp_path, pdf(SAID))
