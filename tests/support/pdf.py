"""What a PDF says to its reader, by the engine of a browser: also where it is written from right to left."""

import pypdfium2  # type: ignore[import-untyped]  # it has none


def text_of(content: bytes) -> str:
    """All its words, pages and lines joined."""
    document = pypdfium2.PdfDocument(content)
    try:
        pages = [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()
    return " ".join(" ".join(pages).split())
