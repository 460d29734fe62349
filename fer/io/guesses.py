"""What had to be guessed of files that are read deep inside: collected for whoever talks to the user."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_said: ContextVar[list[str] | None] = ContextVar("said", default=None)


@contextmanager
def told_guesses() -> Iterator[list[str]]:
    """The sentences of everything that is read within, in this thread.

    Example:
        >>> with told_guesses() as said:
        ...     tell_guess("The table is not in UTF-8.")
        >>> said
        ['The table is not in UTF-8.']
    """
    said: list[str] = []
    token = _said.set(said)
    try:
        yield said
    finally:
        _said.reset(token)


def tell_guess(sentence: str) -> None:
    """Say what was guessed, once; nobody hears it outside `told_guesses`."""
    said = _said.get()
    if said is not None and sentence not in said:
        said.append(sentence)
