"""Names of files as they are compared: other systems write the same name in other ways."""

import unicodedata


def comparable_name(name: str) -> str:
    """One form of a name or path: composed letters (NFC), no case, slashes forward, no ``./`` in front.

    Example:
        >>> comparable_name("./A\\\\Zoe\u0308.JPG") == comparable_name("a/Zo\u00eb.jpg")
        True
    """
    form = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    return form.replace("\\", "/").removeprefix("./").strip()
