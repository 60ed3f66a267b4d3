"""Files as people have them, made in the tests: office documents are zips of XML, a PDF is written by hand."""

from __future__ import annotations

import io
import zipfile
import zlib


def zipped(**members: str | bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)


def docx(*paragraphs: str) -> bytes:
    body = "".join(f"<w:p><w:pPr/><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    return zipped(
        **{"[Content_Types].xml": "<x/>", "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>"}
    )


def pptx(*slides: str) -> bytes:
    pages = {
        f"ppt/slides/slide{n}.xml": f"<p {A}><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p>"
        for n, text in enumerate(slides, 1)
    }
    return zipped(**pages)


def odt(*paragraphs: str) -> bytes:
    body = "".join(f"<text:p>{text}</text:p>" for text in paragraphs)
    return zipped(**{"content.xml": f"<office:document-content {ODF}>{body}</office:document-content>"})


def xlsx(*cells: str) -> bytes:
    strings = "".join(f"<si><t>{text}</t></si>" for text in cells)
    return zipped(**{"xl/sharedStrings.xml": f"<sst>{strings}</sst>"})


def workbook(*rows: tuple[str, ...]) -> bytes:
    """A sheet of shared texts, and of numbers where a cell is one."""
    texts = sorted({cell for row in rows for cell in row})

    def cell(text: str, place: str) -> str:
        number = text.replace(".", "").isdigit()
        return f'<c r="{place}"><v>{text}</v></c>' if number else f'<c r="{place}" t="s"><v>{texts.index(text)}</v></c>'

    lines = (
        "<row>" + "".join(cell(text, f"{'ABCDEF'[column]}{line}") for column, text in enumerate(row) if text) + "</row>"
        for line, row in enumerate(rows, 1)
    )
    strings = "".join(f"<si><r><t>{text}</t></r></si>" for text in texts)
    sheet = f"<worksheet><sheetData>{''.join(lines)}</sheetData></worksheet>"
    return zipped(**{"xl/worksheets/sheet1.xml": sheet, "xl/sharedStrings.xml": f"<sst>{strings}</sst>"})


def pdf(text: str, *, encrypt: bool = False) -> bytes:
    """A PDF of one page that shows a text, or nothing."""
    stream = f"BT /F1 12 Tf 40 700 Td ({text}) Tj ET".encode("latin-1") if text else b""
    squeezed = zlib.compress(stream)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(squeezed), squeezed),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Font << /F1 5 0 R >> >>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    start = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
    body += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (count, start)
    return _locked(body) if encrypt else body


def _locked(body: bytes) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(body)))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
