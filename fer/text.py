"""What people read: times as m:ss, shares as percent, counts with their noun, quality codes in words."""

import math

from fer.constants import QUALITY_TEXT

MISSING = "–"
"""What stands where there is no number."""
JOINERS = "\u200c\u200d"
"""Invisible, but part of names in Persian and of emoji."""
NOISE = 1e-9
"""What a share may be off: one so near to nothing or to everything is just that."""


def clock(seconds: float, *, tenths: bool = False) -> str:
    """A time as ``m:ss``, ``m:ss.t`` or ``h:mm:ss``.

    Example:
        >>> clock(7.42, tenths=True)
        '0:07.4'
    """
    if not math.isfinite(seconds):
        return MISSING
    units = 10 if tenths else 1
    total = round(abs(seconds) * units)
    whole, tenth = divmod(total, units)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    text = f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"
    sign = "-" if seconds < 0 and total else ""
    return sign + text + (f".{tenth}" if tenths else "")


def percent(share: float) -> str:
    """A share in 0..1 as whole percent; what is there but rounds to nothing is ``<1%``."""
    if not math.isfinite(share):
        return MISSING
    if NOISE < share < 0.005:
        return "<1%"
    if 0.995 <= share < 1 - NOISE:
        return ">99%"
    return f"{math.floor(100 * share + 0.5)}%"  # as browsers round: an eighth is 13% in every place


def signed(value: float, digits: int) -> str:
    """A difference with its sign: ``+0.43``, ``−0.15``; the minus is as wide as the plus and never breaks.

    Args:
        value: Finite.
        digits: After the point.
    """
    return f"{value:+.{digits}f}".replace("-", "−")


def span(seconds: float) -> str:
    """A length of time in words: ``7.4 s``, ``41 s``, ``2 min 5 s``, ``1 h 3 min``."""
    if not math.isfinite(seconds):
        return MISSING
    if round(seconds, 1) < 10:
        return f"{seconds:.1f} s"
    total = round(seconds)
    if total < 60:
        return f"{total} s"
    if total < 3600:
        return f"{total // 60} min {total % 60} s" if total % 60 else f"{total // 60} min"
    return f"{total // 3600} h {total % 3600 // 60} min"


def count(number: int, noun: str) -> str:
    """A count with its noun: ``1 frame``, ``1,204 frames``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def verb(number: int, one: str, more: str) -> str:
    """The form of a verb that goes with a count: ``stands``, ``stand``."""
    return one if number == 1 else more


def join(parts: list[str], word: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``; or with another word before the last."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def quality_words(quality: str) -> str:
    """A face's quality in words.

    Args:
        quality: Codes of `fer.constants.QUALITY_CODES` joined by ``+``, or `QUALITY_OK`; a code of another
            version stays as it is.

    Example:
        >>> quality_words("small+dark")
        'face too small, too dark'
    """
    return ", ".join(QUALITY_TEXT.get(code, code) for code in quality.split("+"))
