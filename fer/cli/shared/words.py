"""What a command says: an output that is closed, full or narrow never stops the work."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO


class Words(io.TextIOBase):
    """A text stream that passes words on as long as somebody takes them.

    Args:
        stream: Where they go; None where the process has none.

    Attributes:
        failure: Why the words go nowhere any more; None while they arrive.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self.failure: OSError | None = None

    def write(self, text: str) -> int:
        """Pass the text on; letters that the stream's encoding does not have become escapes."""
        if self._stream is not None and self.failure is None:
            try:
                self._write(self._stream, text)
            except OSError as exc:
                self.failure = exc
            except ValueError as exc:  # it was closed under us
                self.failure = OSError(str(exc))
        return len(text)

    def _write(self, stream: TextIO, text: str) -> None:
        try:
            stream.write(text)
        except UnicodeEncodeError:
            encoding = stream.encoding or "ascii"
            stream.write(text.encode(encoding, "backslashreplace").decode(encoding))

    def flush(self) -> None:
        """Bring out what waits."""
        if self._stream is not None and self.failure is None:
            try:
                self._stream.flush()
            except (OSError, ValueError) as exc:
                self.failure = exc if isinstance(exc, OSError) else OSError(str(exc))

    def isatty(self) -> bool:
        """Whether somebody watches."""
        return self._stream is not None and self.failure is None and self._stream.isatty()

    def writable(self) -> bool:
        """Always."""
        return True

    def fileno(self) -> int:
        """The stream's own."""
        if self._stream is None:
            raise OSError("There is no output.")
        return self._stream.fileno()

    def __getattr__(self, name: str) -> Any:
        """What else a stream has: its encoding, its buffer."""
        return getattr(self._stream, name)

    def let_go(self) -> None:
        """Send what still waits in a stream that failed nowhere: Python must not fail again at its end."""
        if self._stream is not None and self.failure is not None and self._stream is sys.__stdout__:
            with suppress(OSError, ValueError, AttributeError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())


@contextmanager
def safe_words() -> Iterator[Words]:
    """Standard output and error as `Words` inside the block.

    Yields:
        Standard output.
    """
    before = sys.stdout, sys.stderr
    out, err = Words(before[0]), Words(before[1])
    sys.stdout, sys.stderr = out, err
    try:
        yield out
    finally:
        out.flush()
        err.flush()
        sys.stdout, sys.stderr = before
        out.let_go()
