"""Errors as a person reads them: one calm sentence and a code, never a traceback."""

import logging
import secrets
import traceback
from dataclasses import dataclass

from fer.errors import FerError

_LOGGER = logging.getLogger("fer.app")


@dataclass(frozen=True)
class ErrorText:
    """What went wrong, for a page.

    Args:
        text: One plain sentence: what is wrong and what to do.
        code: Stable identifier shown beside it.
    """

    text: str
    code: str


def error_text_of(error: BaseException) -> ErrorText:
    """The sentence for an error; an unexpected one is logged under a reference.

    The log names the kind of error and where it happened, not its message: messages can carry file names.
    """
    if isinstance(error, FerError):
        return ErrorText(error.message, error.code)
    if isinstance(error, MemoryError):
        return ErrorText("There is not enough memory for this: try a shorter or smaller file.", "memory")
    reference = secrets.token_hex(3)
    steps = traceback.extract_tb(error.__traceback__)[-6:]
    where = " < ".join(f"{step.filename}:{step.lineno} {step.name}" for step in reversed(steps))
    _LOGGER.error("unexpected error %s: %s at %s", reference, type(error).__name__, where)
    return ErrorText(
        "Something unexpected went wrong on our side. Try again; if it stays, report this reference.",
        f"ref-{reference}",
    )
