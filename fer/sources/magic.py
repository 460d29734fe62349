"""File formats by their magic bytes. Names and extensions are never asked: they can be wrong."""

from fer.errors import UnsupportedInputError

HEAD_BYTES = 64
"""As many bytes from the start of a file as `sniff` needs."""

IMAGE_FORMATS = ("jpeg", "png", "webp", "bmp", "gif")
VIDEO_FORMATS = ("mp4", "matroska", "avi")

_PREFIXES = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"\x1a\x45\xdf\xa3", "matroska"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"PK\x07\x08", "zip"),
)
_RIFF_FORMS = {b"WEBP": "webp", b"AVI ": "avi"}
_BMP_HEADER_SIZES = (12, 40, 52, 56, 64, 108, 124)
_MP4_FIRST_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"styp")
# HEIC and AVIF photos use the boxes of MP4 but are pictures that nothing here decodes.
_PHOTO_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")


def sniff(data: bytes) -> str:
    """Name of the format that the first bytes show.

    Args:
        data: The start of the file; `HEAD_BYTES` are enough, fewer give "unknown" at worst.

    Returns:
        "jpeg", "png", "webp", "bmp", "gif", "mp4" (the whole MOV family), "matroska" (WebM too),
        "avi", "zip" or "unknown".

    Example:
        >>> sniff(b"GIF89a")
        'gif'
    """
    head = bytes(data[:HEAD_BYTES])
    for prefix, name in _PREFIXES:
        if head.startswith(prefix):
            return name
    if head[:4] == b"RIFF":
        return _RIFF_FORMS.get(head[8:12], "unknown")
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADER_SIZES:
        return "bmp"
    if head[4:8] in _MP4_FIRST_BOXES and not _is_modern_photo(head):
        return "mp4"
    return "unknown"


def input_kind(sniffed: str) -> str:
    """ "image", "video", "zip" or "unknown" for a name that `sniff` gave."""
    if sniffed in IMAGE_FORMATS:
        return "image"
    if sniffed in VIDEO_FORMATS:
        return "video"
    return "zip" if sniffed == "zip" else "unknown"


def unsupported(head: bytes, *, wanted: str) -> UnsupportedInputError:
    """The error for bytes that are not of the wanted kind.

    Args:
        head: The start of the file.
        wanted: "image", "video" or "zip".

    Returns:
        An error whose sentence says what the file is, if that is known, and what to do.
    """
    cures = {
        "image": "choose a JPEG, PNG, WebP or BMP picture",
        "video": "choose an MP4, MOV, MKV, WebM or AVI video",
        "zip": "choose a zip file with pictures",
    }
    found = sniff(head)
    if _is_modern_photo(head):
        what = "This is a HEIC or AVIF photo, which is not read here: save it as JPEG"
        return UnsupportedInputError(f"{what}, or {cures[wanted]}.")
    if found == "unknown":
        return UnsupportedInputError(f"The file is in no format that is read here: {cures[wanted]}.")
    article = "an" if found in ("mp4", "avi") else "a"
    return UnsupportedInputError(
        f"The content of the file is {article} {found.upper()} file: {cures[wanted]}."
    )


def _is_modern_photo(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] in _PHOTO_BRANDS
