"""Documents that people look at: PDF, PNG and SVG from a template and data, set by typst in our own fonts.

Data never becomes markup: it is handed over as JSON. A PDF follows PDF/UA-1: it has a structure, a language and a
title, and no letter without its meaning. Nothing is read but the template's folder, and nothing of the network.

typst is loaded by whoever sets the first document: servers that set none do without its 7 MB.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FONTS = Path(__file__).parent / "fonts"


class NotTypesettable(ValueError):
    """The template cannot be set with this data."""


@cache
def _fonts() -> Any:
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])


def _set(template: Path, data: Mapping[str, Any], **form: Any) -> bytes:
    import typst

    try:
        made = typst.compile(
            str(template),
            root=str(template.parent),
            font_paths=_fonts(),
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            **form,
        )
    except (typst.TypstError, RuntimeError) as error:
        raise NotTypesettable(str(error)) from error
    if not isinstance(made, bytes):
        raise NotTypesettable("the template makes more than one page")
    return made


def pdf(template: Path, data: Mapping[str, Any]) -> bytes:
    """An accessible PDF (PDF/UA-1), as far as our fonts go. Raises `NotTypesettable`.

    The standard allows no letter that cannot be shown. Rather than no document at all, such a name gets one with an
    empty box in that place, structured all the same.
    """
    try:
        return _set(template, data, format="pdf", pdf_standards=["ua-1"])
    except NotTypesettable:
        return _set(template, data, format="pdf")


def png(template: Path, data: Mapping[str, Any], *, pixels_per_inch: float = 144) -> bytes:
    """A picture of one page. Raises `NotTypesettable`."""
    return _set(template, data, format="png", ppi=pixels_per_inch)


def svg(template: Path, data: Mapping[str, Any]) -> str:
    """A drawing of one page, its letters as shapes. Raises `NotTypesettable`."""
    return _set(template, data, format="svg").decode()
