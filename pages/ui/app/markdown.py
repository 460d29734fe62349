"""Text from outside (file names) made harmless for Markdown."""

import re
import unicodedata

from fer.text import JOINERS

NAME_LENGTH = 48
"""Characters of a file's name that are shown."""

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$&^=])")
_SKINS = "".join(map(chr, range(0x1F3FB, 0x1F400)))
_FLAG_LETTERS = "".join(map(chr, range(0x1F1E6, 0x1F200)))
"""Two of them are a flag."""
_SHORTCODE = re.compile(r":(?=[\w+/\\-]+(:|\[))")


def plain(text: str) -> str:
    """Markdown that shows exactly this text: no formatting, no link, no icon, one line.

    Args:
        text: Anything.
    """
    unseen = (c not in JOINERS and unicodedata.category(c)[0] in "CZ" for c in text)
    visible = "".join(" " if hidden else c for hidden, c in zip(unseen, text, strict=True))
    escaped = _SPECIAL.sub(r"\\\1", " ".join(visible.split()))
    # Emoji, icon and colour shortcodes are recognised after escapes are resolved, so the colon itself
    # has to go: U+2236 looks the same.
    return _SHORTCODE.sub("\u2236", escaped)


def name(label: str, length: int = NAME_LENGTH) -> str:
    """A file's label for Markdown, its middle left out where it is long; the ending stays readable."""
    return plain(shorten(label, length))


def shorten(text: str, length: int = NAME_LENGTH) -> str:
    """At most `length` characters, the middle replaced by an ellipsis."""
    if len(text) <= length:
        return text
    tail = length // 4
    head, rest = length - tail - 1, len(text) - tail
    while head and _one_sign(text, head):
        head -= 1
    while rest < len(text) and _one_sign(text, rest):
        rest += 1
    return f"{text[:head]}…{text[rest:]}"


def _one_sign(text: str, at: int) -> bool:
    """What stands before a place and what stands behind it are parts of one sign: an accent, an emoji."""
    before, behind = text[at - 1], text[at]
    if before in JOINERS or behind in JOINERS or unicodedata.category(behind)[0] == "M":
        return True
    flags = len(text[:at]) - len(text[:at].rstrip(_FLAG_LETTERS))
    return behind in _SKINS or (behind in _FLAG_LETTERS and flags % 2 == 1)
