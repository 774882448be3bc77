"""Credentials inside pictures: the iTXt chunk of a PNG, the element of an SVG."""

import re
import struct
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree as ET

_PNG = b"\x89PNG\r\n\x1a\n"
_KEYWORD = b"openbadgecredential"
_NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
LARGEST = 8 << 20


class NothingBaked(ValueError):
    """The picture holds no credential, more than one, or is broken."""


def bake_png(picture: bytes, credential: str) -> bytes:
    """The picture with the credential behind its header; one that was there before is replaced."""
    chunks = [chunk for chunk in _chunks(picture) if not _is_baked(*chunk)]
    baked = (b"iTXt", _KEYWORD + b"\0" + b"\0\0" + b"\0" + b"\0" + credential.encode())
    return _PNG + b"".join(_written(*chunk) for chunk in [chunks[0], baked, *chunks[1:]])


def unbake_png(picture: bytes) -> str:
    """The credential in a picture. Raises `NothingBaked`."""
    found = [content for kind, content in _chunks(picture) if _is_baked(kind, content)]
    if len(found) != 1:
        raise NothingBaked("the picture holds no credential, or several")
    is_packed, rest = found[0][len(_KEYWORD) + 1 : len(_KEYWORD) + 3], found[0][len(_KEYWORD) + 3 :]
    _language, _, rest = rest.partition(b"\0")
    _translated, _, text = rest.partition(b"\0")
    if is_packed != b"\0\0":
        raise NothingBaked("the credential in the picture is compressed")
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        raise NothingBaked("the credential in the picture is no text") from error


def _is_baked(kind: bytes, content: bytes) -> bool:
    return kind in {b"iTXt", b"tEXt", b"zTXt"} and content.startswith(_KEYWORD + b"\0")


def _written(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not picture.startswith(_PNG) or len(picture) > LARGEST:
        raise NothingBaked("this is no PNG")
    place = len(_PNG)
    while place < len(picture):
        if place + 12 > len(picture):
            raise NothingBaked("the PNG ends too early")
        (length,) = struct.unpack(">I", picture[place : place + 4])
        kind, content = picture[place + 4 : place + 8], picture[place + 8 : place + 8 + length]
        told = picture[place + 8 + length : place + 12 + length]
        if told != struct.pack(">I", zlib.crc32(kind + content)):
            raise NothingBaked("the PNG is damaged")
        yield kind, content
        place += 12 + length


def bake_svg(picture: str, credential: str, *, is_token: bool = False) -> str:
    """The picture with the credential as the first thing inside its root; `picture` is one of ours."""
    root = re.search(r"<svg\b[^>]*>", picture)
    if root is None or "openbadges:credential" in picture:
        raise NothingBaked("this is no SVG that could be baked")
    if is_token:
        inside = f'<openbadges:credential verify="{credential}"/>'
    else:
        escaped = credential.replace("]]>", "]]]]><![CDATA[>")
        inside = f"<openbadges:credential><![CDATA[{escaped}]]></openbadges:credential>"
    opened = root.group().removesuffix(">") + f' xmlns:openbadges="{_NAMESPACE}">'
    return picture[: root.start()] + opened + inside + picture[root.end() :]


def unbake_svg(picture: str) -> str:
    """The credential in a picture. Raises `NothingBaked`; a document type that makes entities is refused."""
    if len(picture) > LARGEST or "<!ENTITY" in picture or re.search(r"<!DOCTYPE[^>]*\[", picture):
        raise NothingBaked("this is no plain SVG")
    try:
        root = ET.fromstring(picture.encode())  # noqa: S314  (no entities, and this parser fetches nothing)
    except (ET.ParseError, ValueError) as error:
        raise NothingBaked("this is no SVG") from error
    found = root.findall(f"{{{_NAMESPACE}}}credential")
    if len(found) != 1:
        raise NothingBaked("the picture holds no credential, or several")
    return found[0].get("verify") or (found[0].text or "").strip()
