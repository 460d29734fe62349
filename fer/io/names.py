"""Names of files as they are compared: other systems write the same name in other ways."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from fer.errors import OutputError

MP4_ENDINGS = (".mp4", ".m4v", ".mov")


def comparable_name(name: str) -> str:
    """One form of a name or path: composed letters (NFC), no case, slashes forward, no ``./`` in front.

    Example:
        >>> comparable_name("./A\\\\Zoe\u0308.JPG") == comparable_name("a/Zo\u00eb.jpg")
        True
    """
    form = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    return form.replace("\\", "/").removeprefix("./").strip()


def unique_stems(names: Sequence[str]) -> list[str]:
    """Paths without endings; where those of two files would be one, both keep their ending.

    Example:
        >>> unique_stems(["a.mp4", "A.mov", "b/c.mp4"])
        ['a.mp4', 'A.mov', 'b/c']
    """
    stems = [str(PurePosixPath(name).with_suffix("")) for name in names]
    # Some file systems take upper and lower case for one.
    times = Counter(stem.casefold() for stem in stems)
    return [name if times[stem.casefold()] > 1 else stem for name, stem in zip(names, stems, strict=True)]


def check_video_name(path: Path) -> None:
    """Refuse a name that says another kind of video than the one that is written.

    Raises:
        OutputError: It does not end as an MP4's does.
    """
    if path.suffix.lower() not in MP4_ENDINGS:
        raise OutputError(f"{path} would be an MP4 under another name: let it end with .mp4.")
