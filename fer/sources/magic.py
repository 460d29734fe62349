"""File formats by their magic bytes. Names and extensions are never asked: they can be wrong."""

import re

from fer.errors import UnsupportedInputError

HEAD_BYTES = 1024
"""As many bytes from the start of a file as `sniff` needs: five packets of a transport stream."""

IMAGE_FORMATS = ("jpeg", "png", "webp", "bmp", "gif", "tiff", "avif", "heic", "netpbm")
VIDEO_FORMATS = (
    *("mp4", "matroska", "avi", "mpeg", "mpegts", "mpegvideo", "asf", "flv", "dv", "ogg"),
    *("mxf", "ivf", "y4m", "h264", "hevc"),
)
MAY_BE_ANIMATED = ("gif", "png", "webp", "avif")
"""Picture formats that can hold a film; `fer.sources.animation` tells which file does."""

FORMAT_TEXT = {
    "mpegts": "MPEG transport stream",
    "mpegvideo": "MPEG",
    "asf": "Windows Media",
    "matroska": "Matroska or WebM",
    "h264": "raw H.264",
    "hevc": "raw H.265",
    "netpbm": "PGM or PPM",
}
"""What a person reads for a format whose name in capitals says little."""

READ_IMAGES = "JPEG, PNG, WebP, BMP, GIF, TIFF, AVIF, HEIC or PGM"
READ_VIDEOS = "MP4, MOV, MKV, WebM, AVI, MPEG, TS, MTS, VOB, WMV, FLV, DV, OGV or MXF"

_PREFIXES = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"II+\0", "tiff"),
    (b"MM\0+", "tiff"),
    (b"\x1a\x45\xdf\xa3", "matroska"),
    (b"\0\0\x01\xba", "mpeg"),
    (b"IMKH", "mpeg"),  # Hikvision puts 40 bytes of its own in front
    (b"\0\0\x01\xb3", "mpegvideo"),
    (bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"), "asf"),
    (b"FLV\x01", "flv"),
    (b"\x1f\x07\0\x3f", "dv"),
    (b"\x1f\x07\0\xbf", "dv"),
    (b"OggS", "ogg"),
    (b"\x06\x0e\x2b\x34", "mxf"),
    (b"DKIF", "ivf"),
    (b"YUV4MPEG2", "y4m"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"PK\x07\x08", "zip"),
)
_RIFF_FORMS = {b"WEBP": "webp", b"AVI ": "avi"}
_NETPBM = re.compile(rb"P[456]\s(?:\s*#[^\n]*\n)*\s*\d+\s")
"""PBM, PGM and PPM of bytes: with their width, so that a text that begins with P5 is none."""

_BMP_HEADER_SIZES = (12, 40, 52, 56, 64, 108, 124)
_MP4_FIRST_BOXES = (
    *(b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"styp"),
    *(b"pnot", b"uuid", b"junk"),  # old QuickTime files and some cameras
)
_PHOTO_BRANDS = {
    "avif": (b"avif", b"avis"),
    "heic": (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"),
}
_LETTERS_FROM = 0x20
_FILMS_OF_PHOTOS = (b"hevc", b"hevx", b"msf1")
"""Brands of bursts in HEIF: they lie in the file like a video, and are read as one."""
_CANON_RAW = b"\0\0\0\x18ftypcrx "
_TS_PACKETS = ((0, 188), (4, 192), (0, 204))
"""Where the first packet begins, and their length: broadcast, cameras (MTS, M2TS), with error correction."""

_TS_SYNC, _TS_PACKETS_SEEN = 0x47, 4

_START_CODES = (b"\0\0\0\1", b"\0\0\1")
_FIRST_UNITS = {
    "h264": (b"\x67", b"\x27", b"\x47", b"\x09"),
    "hevc": (b"\x40\x01", b"\x46\x01"),
}
"""The first unit of a bare stream of a camera: its parameters, or a mark in front of them."""

_KNOWN_BUT_NOT_READ = (
    (b".RMF", "video", "RealMedia"),
    (bytes.fromhex("b7d800203749da11a64e0007e95ead8d"), "video", "Windows TV (WTV)"),
    (b"DHAV", "video", "Dahua (DAV)"),
    (b"FWS", "video", "Flash (SWF)"),
    (b"CWS", "video", "Flash (SWF)"),
    (b"\0\0\0\x0cjP  \r\n", "image", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "image", "JPEG 2000"),
    (b"\0\0\0\x0cJXL ", "image", "JPEG XL"),
    (b"\xff\x0a", "image", "JPEG XL"),
    (b"8BPS", "image", "Photoshop"),
    (b"FUJIFILMCCD-RAW", "image", "camera raw"),
    (_CANON_RAW, "image", "camera raw"),
    (b"IIRO", "image", "camera raw"),
    (b"IIU\0", "image", "camera raw"),
    (b"\x76\x2f\x31\x01", "image", "OpenEXR"),
    (b"7z\xbc\xaf\x27\x1c", "archive", "7z"),
    (b"Rar!\x1a\x07", "archive", "RAR"),
    (b"\x1f\x8b\x08", "archive", "gzip"),
    (b"\xfd7zXZ\0", "archive", "xz"),
    (b"BZh", "archive", "bzip2"),
)
"""Start of the file, whether it is a picture, a video or an archive of files, and its name."""


_BLANK_BYTES = 64

_CURES = {
    "image": ("picture", "save it as JPEG"),
    "video": ("video", "convert it to MP4"),
    "archive": ("archive", "unpack it, or pack it as a zip file"),
}


def sniff(data: bytes) -> str:
    """Name of the format that the first bytes show.

    Args:
        data: The start of the file; `HEAD_BYTES` are enough, fewer give "unknown" at worst.

    Returns:
        One of `IMAGE_FORMATS` ("jpeg" is MPO too, "heic" every HEIF photo), one of `VIDEO_FORMATS` ("mp4" is
        the whole MOV family, "matroska" WebM too, "mpeg" program streams and VOB), "zip" or "unknown".

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
    if _NETPBM.match(head):
        return "netpbm"
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADER_SIZES:
        return "bmp"
    if _begins_with_box(head) and not head.startswith(_CANON_RAW):
        return _photo_brand(head) or "mp4"
    return "mpegts" if _is_transport_stream(head) else _bare_stream(head)


def _begins_with_box(head: bytes) -> bool:
    """Whether a box of MP4 comes first; "The free will" is none, by the length that it would have."""
    return head[4:8] in _MP4_FIRST_BOXES and (head[0] < _LETTERS_FROM or head[4:8] == b"mdat")


def _photo_brand(head: bytes) -> str:
    """ "avif" or "heic" for a photo in the boxes of MP4; empty for a video."""
    if head[4:8] != b"ftyp":
        return ""
    for name, brands in _PHOTO_BRANDS.items():
        if head[8:12] in brands:
            # `mif1` stands for any codec: what follows it says which.
            inner = head[16 : int.from_bytes(head[:4], "big")]
            is_avif = head[8:12] in (b"mif1", b"msf1") and b"avi" in inner
            return "avif" if is_avif else "" if head[8:12] in _FILMS_OF_PHOTOS else name
    return ""


def _is_transport_stream(head: bytes) -> bool:
    """Packets of MPEG-2 transport begin with the same byte every so many bytes."""
    for first, length in _TS_PACKETS:
        places = range(first, min(len(head), first + _TS_PACKETS_SEEN * length), length)
        if len(places) == _TS_PACKETS_SEEN and all(head[place] == _TS_SYNC for place in places):
            return True
    return False


def _bare_stream(head: bytes) -> str:
    """ "h264" or "hevc" for what a camera sends without a container; else "unknown"."""
    start = next((code for code in _START_CODES if head.startswith(code)), b"")
    if start:
        for name, units in _FIRST_UNITS.items():
            if head[len(start) :].startswith(units):
                return name
    return "unknown"


def input_kind(sniffed: str) -> str:
    """ "image", "video", "zip" or "unknown" for a name that `sniff` gave; a film in a picture format is an
    "image" here, see `fer.sources.animation.content_kind`."""
    if sniffed in IMAGE_FORMATS:
        return "image"
    if sniffed in VIDEO_FORMATS:
        return "video"
    return "zip" if sniffed == "zip" else "unknown"


def known_but_not_read(head: bytes) -> str:
    """ "image", "video" or "archive" for a format that is known and not read; else empty."""
    return next((kind for start, kind, _ in _KNOWN_BUT_NOT_READ if head.startswith(start)), "")


def unsupported(head: bytes, *, wanted: str) -> UnsupportedInputError:
    """The error for bytes that are not of the wanted kind.

    Args:
        head: The start of the file.
        wanted: "image", "video" or "zip"; "any" where each of them would do.

    Returns:
        An error whose sentence says what the file is, if that is known, and what to do.
    """
    cures = {
        "image": f"choose a picture ({READ_IMAGES})",
        "video": f"choose a video ({READ_VIDEOS})",
        "zip": "choose a zip file with pictures or videos",
        "any": f"choose pictures ({READ_IMAGES}), videos ({READ_VIDEOS}) or zip files of them",
    }
    for start, kind, name in _KNOWN_BUT_NOT_READ:
        if head.startswith(start):
            noun, cure = _CURES[kind]
            article = "an" if name[0] == "O" else "a"
            return UnsupportedInputError(f"This is {article} {name} {noun}, which is not read here: {cure}.")
    found = sniff(head)
    if len(head) >= _BLANK_BYTES and len(set(head)) == 1:
        return UnsupportedInputError(
            "The file begins blank, as a copy does that was not completed: copy it again."
        )
    if found == "unknown":
        return UnsupportedInputError(f"The file is in no format that is read here: {cures[wanted]}.")
    name = FORMAT_TEXT.get(found, found.upper())
    article = "an" if name[0] in "AIM" and found not in ("matroska",) else "a"
    noun = {"image": "picture", "video": "video"}.get(input_kind(found), "file")
    return UnsupportedInputError(f"The content of the file is {article} {name} {noun}: {cures[wanted]}.")
