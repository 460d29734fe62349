"""Text from outside (file names) made harmless for Markdown."""

import re
import unicodedata

NAME_LENGTH = 48
"""Characters of a file's name that are shown."""

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$&^=])")
_SHORTCODE = re.compile(r":(?=[\w+/\\-]+(:|\[))")


def plain(text: str) -> str:
    """Markdown that shows exactly this text: no formatting, no link, no icon, one line.

    Args:
        text: Anything.
    """
    visible = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
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
    return f"{text[: length - tail - 1]}…{text[-tail:]}"
