"""The one reader of CSV files: whatever a spreadsheet, a script or another program wrote, in bounded memory.

Encoding, delimiter and decimal sign are found out from the content. Bytes come in pieces and rows go out
one by one, so no file can fill the memory: not one of a single line, not one of a million columns or rows.
"""

import codecs
import csv
import io
import re
import unicodedata
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Protocol

import numpy as np

from fer.errors import DamagedInputError, EmptyInputError, InputError, MissingInputError, TooLargeInputError
from fer.given import BYTES, path_of
from fer.io.guesses import tell_guess
from fer.text import count

MAX_BYTES = 500_000_000
"""Largest table that is read into memory as a whole."""

MAX_LINE_CHARACTERS = 65_536
MAX_CELLS = 40_000_000
"""Most cells of a table that is held as a whole: 320 MB of numbers."""

MAX_TEXT_CHARACTERS = 64_000_000
"""Most characters of different text cells; a text that comes again takes no more room."""

DELIMITERS = ",;\t|"
_FALLBACK = "cp1252"
PEEK_BYTES = 2**18

_CHUNK_BYTES = 2**16
# The mark of UTF-32 begins with that of UTF-16, so it is asked first.
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_UNMARKED = (
    (re.compile(rb"[^\0]\0\0\0[^\0]\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0\0\0[^\0]\0\0\0[^\0]"), "utf-32-be"),
    (re.compile(rb"[^\0]\0[^\0]\0"), "utf-16-le"),
    (re.compile(rb"\0[^\0]\0[^\0]"), "utf-16-be"),
)
"""How a header of plain letters looks without a mark."""

_BINARY = re.compile("[\0-\x08\x0e-\x1f]")
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
"""What Excel writes and reads above a header."""

_NO_NUMBER = (
    *("", "na", "n/a", "n.a.", "<na>", "nan", "-nan", "null", "none", "-nan(ind)", "nan(ind)"),
    *("-1.#ind", "1.#qnan", ".", "-", "#n/a", "#div/0!", "#null!", "#num!", "#value!", "#ref!", "#name?"),
)
"""What programs write where there is no number: also statistics packages, and spreadsheets for an error."""

_OTHER_FILES = (
    (b"PK\x03\x04", "a spreadsheet or a zip file"),
    (bytes.fromhex("d0cf11e0a1b11ae1"), "an old spreadsheet (XLS)"),
    (b"%PDF-", "a PDF"),
    (b"\x1f\x8b", "packed (gzip)"),
    (b"$FL2", "a file of SPSS"),
    (b"$FL3", "a file of SPSS"),
    (b"PAR1", "a Parquet file"),
)
_RUN = re.compile(rb"[\x80-\xff]{3,}")
_ODD = re.compile(rb"[\x82-\x84\x86-\x89\x8b\x98\x9b]")
"""Signs of cp1252 that texts hardly have; Japanese has them at every turn."""

_ASCII = bytes(range(0x80))
_ENOUGH = 8
"""As many letters beyond ASCII tell whether they can be those of western Europe."""

GUESSED = (
    "{label} is not in UTF-8: its letters were taken for those of western Europe (Windows-1252). If names in "
    "it look wrong, save it as UTF-8."
)
_GAPS = re.compile("(?<=\\d)[ '\u2019\u00a0\u202f](?=\\d{3}(?!\\d))")
"""What stands between groups of three digits, besides points and commas."""

_MIXED = "decimal points and decimal commas are mixed"
_THOUSANDS = "its comma may separate thousands: save the table without such marks"
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:([.,])\d{3})+(?:(?!\1)[.,]\d+)?")


class Stream(Protocol):
    """What a table is read from: an open file, or a member of a packed one."""

    def read(self, size: int, /) -> bytes:
        """Up to so many bytes; none at the end."""
        ...


class Table:
    """The rows of a CSV, one after the other.

    Args:
        stream: Its bytes, already unpacked, at their start.
        label: What the file is called in errors, at the start of a sentence.
        max_line: Most characters of one line.
        max_bytes: Where an unpacking stream must have ended; None for no limit.
        cut: The stream is only the beginning of a file.

    Attributes:
        label: See above.
        header: The names of the columns: trimmed, in one Unicode form (NFC).
        delimiter: What stands between cells.
        encoding: Of the text: utf-8, utf-16-le, ..., or cp1252 where it is no UTF-8.

    Raises:
        EmptyInputError: There are no bytes, or only blank lines.
        DamagedInputError: It is no text, or no CSV; while iterating too.
        TooLargeInputError: A line or the unpacked size passes its limit; while iterating too.
    """

    def __init__(
        self,
        stream: Stream,
        *,
        label: str = "The CSV file",
        max_line: int = MAX_LINE_CHARACTERS,
        max_bytes: int | None = None,
        cut: bool = False,
    ) -> None:
        self.label = label
        self._text = _Text(stream, label, max_bytes=max_bytes, cut=cut)
        self._max_line = max_line
        lines = self._lines()
        first = next((line for line in lines if line.strip()), None)
        if first is None:
            raise EmptyInputError(f"{label} is empty: choose another one.")
        self.delimiter, peeked = _delimiter_of(first, lines)
        self._rows = csv.reader(
            chain(filter(None, peeked), lines),
            strict=True,
            delimiter=self.delimiter,
            skipinitialspace=self.delimiter != "\t",
        )
        self.header: list[str] = []
        self.header = [column_name(name) for name in next(iter(self), [])]
        while self.header and not self.header[-1]:
            self.header.pop()
        if not self.header:
            raise EmptyInputError(f"{label} names no column in its first line: choose another one.")

    @property
    def encoding(self) -> str:
        """See the class; the first letter that is not ASCII decides between UTF-8 and cp1252."""
        return self._text.encoding

    @property
    def line(self) -> int:
        """Number of the line at which the last row ended, from 1."""
        return self._line

    def __iter__(self) -> Iterator[list[str]]:
        """The rows that are not blank.

        Empty cells behind the header's last are left out; a row of another length is given as it is.
        """
        width = len(self.header)
        try:
            for row in self._rows:
                while width and len(row) > width and not row[-1].strip():
                    row.pop()
                if any(row):
                    yield row
        except csv.Error as exc:
            what = (
                "a quotation mark is not closed" if "limit" in str(exc) or "end of data" in str(exc) else exc
            )
            raise DamagedInputError(f"Line {self.line} of the file is not CSV: {what}.") from exc

    def _lines(self) -> Iterator[str]:
        """The lines with ``\\n``; a line of megabytes is refused before the parser sees it."""
        rest = ""
        self._line = 0
        for text in self._text:
            lines = (rest + text).split("\n")
            rest = lines.pop()
            for line in lines:
                self._check_line(line)
                self._line += 1
                yield line + "\n"
            self._check_line(rest)
        if rest:
            self._line += 1
            yield rest

    def _check_line(self, line: str) -> None:
        if len(line) > self._max_line:
            raise TooLargeInputError(
                f"{self.label} has a line of more than {self._max_line:,} characters: "
                "no row of such a table is that long."
            )


def column_name(text: str) -> str:
    """The name of a column as it is compared: trimmed, NFC, without a mark of the byte order."""
    return unicodedata.normalize("NFC", text.replace("\ufeff", "")).strip()


def header_of(head: bytes) -> list[str]:
    """The columns that the beginning of a file names; none if it is no CSV.

    Args:
        head: At least the whole first line, where that has at most `PEEK_BYTES`.
    """
    try:
        return Table(io.BytesIO(head[:PEEK_BYTES]), cut=True).header
    except InputError:
        return []


class Numbers:
    """Cells as numbers, with a decimal point or a decimal comma: one of both in a table.

    Args:
        delimiter: What stands between the table's cells. Between commas, ``1,234`` can be 1234 (as English
            spreadsheets write it) or 1.234: it is refused, unless another number has shown decimal commas.

    Example:
        >>> read = Numbers()
        >>> read("0,5"), read("1.234,5"), read("-1e-3")
        (0.5, 1234.5, -0.001)
    """

    def __init__(self, delimiter: str = "") -> None:
        self._sign = ""
        self._may_group = delimiter == ","

    def __call__(self, text: str) -> float:
        """The number; NaN where the cell is empty or says so.

        Raises:
            ValueError: It is none, is out of range, or its decimal sign is not that of the cells before.
        """
        try:
            value = float(text)
            plain = text
        except ValueError:
            plain = self._plain(text)
            value = float(plain or "nan")
        if "_" in text or value in (np.inf, -np.inf):
            raise ValueError("no number, or out of range")
        if "." in plain and plain is text:
            self._saw(".")
        return value

    def _plain(self, text: str) -> str:
        """The number as Python writes it; empty for none."""
        word = _GAPS.sub("", text.strip()).replace("\u2212", "-").replace("\u00a0", "").replace("\u202f", "")
        if word.casefold() in _NO_NUMBER:
            return ""
        if "," not in word:
            return word
        grouped = _GROUPED.fullmatch(word)
        if grouped and {".", ","} <= set(word):
            group = grouped[1]
            self._saw("," if group == "." else ".")
            return word.replace(group, "").replace(",", ".")
        if word.count(",") > 1 or "." in word:
            raise ValueError("two decimal signs")
        if self._may_group and grouped and word.lstrip("+-")[0] != "0" and not self._sign:
            raise ValueError(_THOUSANDS)
        self._saw(",")
        return word.replace(",", ".")

    def _saw(self, sign: str) -> None:
        if self._sign and sign != self._sign:
            raise ValueError(_MIXED)
        self._sign = sign


@dataclass(frozen=True, eq=False)
class Columns:
    """A table that was read as a whole.

    Args:
        numbers: Name -> (n,) float64, NaN where a cell is empty.
        texts: Name -> n cells.
        lines: (n,) the line of the file at which each row ended.
        encoding: Of the file.
        delimiter: What stood between its cells.
    """

    numbers: dict[str, np.ndarray]
    texts: dict[str, list[str]]
    lines: np.ndarray
    encoding: str
    delimiter: str

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def names(self) -> list[str]:
        """Of all columns, those of text first."""
        return [*self.texts, *self.numbers]


def read_columns(
    source: bytes | str | Path | Stream,
    *,
    is_text: Callable[[str], bool] = lambda name: True,
    keep: Callable[[str], bool] = lambda name: True,
    max_rows: int | None = None,
    label: str = "The CSV file",
) -> Columns:
    """Read a CSV whose rows all have the header's length; memory holds eight bytes a number.

    Args:
        source: A path, the file's bytes, or an open file.
        is_text: Says of a column's name whether its cells are text; the others have to hold numbers.
        keep: Says whether it is wanted: wide files take no more memory than what is.
        max_rows: More are refused as soon as they are met; None for no limit but that of memory.
        label: What the file is called in errors, at the start of a sentence.

    Raises:
        MissingInputError: The path cannot be read.
        EmptyInputError: There is nothing in it.
        DamagedInputError: It is no text, a wanted column is named twice, a row has another length, or a cell
            holds no number where there should be one; the line is named.
        TooLargeInputError: The file, a line, the number of rows or of cells passes its limit.
        TypeError: It is neither a path, bytes nor an open file.
    """
    if isinstance(source, BYTES):
        return _columns(Table(io.BytesIO(source), label=label), is_text, keep, max_rows)
    if not isinstance(source, str | Path):
        if not hasattr(source, "read"):
            path_of(source)
        return _columns(Table(source, label=label), is_text, keep, max_rows)
    try:
        with Path(source).open("rb") as file:
            if Path(source).stat().st_size > MAX_BYTES:
                raise TooLargeInputError(f"{label} is larger than {MAX_BYTES // 1_000_000} MB: split it.")
            return _columns(Table(file, label=label), is_text, keep, max_rows)
    except (OSError, ValueError) as exc:
        why = exc.strerror if isinstance(exc, OSError) else "its name is no path"
        raise MissingInputError(f"{label} cannot be read: {why}. Check the path.") from exc


def _columns(
    table: Table, is_text: Callable[[str], bool], keep: Callable[[str], bool], max_rows: int | None
) -> Columns:
    wanted = [k for k, name in enumerate(table.header) if name and keep(name)]
    _check_names([table.header[k] for k in wanted])
    if not wanted:
        return Columns({}, {}, np.zeros(0, np.int64), table.encoding, table.delimiter)
    texts = {k: [] for k in wanted if is_text(table.header[k])}
    numbers = {k: array("d") for k in wanted if k not in texts}
    seen, lines, read, room = {}, array("l"), Numbers(table.delimiter), MAX_TEXT_CHARACTERS
    for row in table:
        if len(row) != len(table.header):
            raise DamagedInputError(
                f"Line {table.line} of the CSV has {count(len(row), 'cell')} where the header has "
                f"{len(table.header)}: the file was cut or edited."
            )
        for k, column in texts.items():
            if row[k] not in seen:
                room -= len(row[k])
            column.append(seen.setdefault(row[k], row[k]))
        for k, column in numbers.items():
            column.append(_number(read, row[k], table, k))
        lines.append(table.line)
        if max_rows is not None and len(lines) > max_rows:
            raise TooLargeInputError(f"The CSV has more than {max_rows:,} rows: split it.")
        if len(lines) * len(wanted) > MAX_CELLS or room < 0:
            raise TooLargeInputError("The CSV has more cells than are read at once: split it.")
    if table.encoding == _FALLBACK:
        tell_guess(GUESSED.format(label=table.label))
    return Columns(
        {table.header[k]: np.array(column, np.float64) for k, column in numbers.items()},
        {table.header[k]: column for k, column in texts.items()},
        np.array(lines, np.int64),
        table.encoding,
        table.delimiter,
    )


def _number(read: Numbers, text: str, table: Table, column: int) -> float:
    try:
        return read(text)
    except ValueError as exc:
        raise DamagedInputError(
            f"Line {table.line} of the CSV has {text[:20]!r} in the column {table.header[column]!r}, "
            f"which holds numbers{why_no_number(exc)}."
        ) from exc


def why_no_number(error: ValueError) -> str:
    """What a person should know about a cell that `Numbers` refused, in brackets; mostly nothing."""
    return f" ({error})" if str(error) in (_MIXED, _THOUSANDS) else ""


def _check_names(names: list[str]) -> None:
    seen: set[str] = set()
    doubled = sorted({name for name in names if name in seen or seen.add(name)})
    if doubled:
        raise DamagedInputError(f"The CSV names a column twice: {', '.join(doubled[:5])}. Remove one.")


def _delimiter_of(line: str, lines: Iterator[str]) -> tuple[str, list[str]]:
    """What separates cells, and the lines that were looked at: the header's first and the next one."""
    told = _SEPARATOR_LINE.fullmatch(line.strip())
    if told and told[1] in DELIMITERS:
        return told[1], [next((more for more in lines if more.strip()), "")]
    header = re.sub(r'"[^"]*"?', "", line)
    second = next(lines, "")
    row = re.sub(r'"[^"]*"?', "", second)
    # Names can hold commas, and numbers too: what stands as often in the first row is what separates.
    best = max(DELIMITERS, key=lambda mark: (0 < header.count(mark) == row.count(mark), header.count(mark)))
    return best, [line, second]


class _Text:
    """The bytes as text, piece by piece, all line ends as ``\\n``.

    Args:
        stream: The bytes.
        label: For errors.
        max_bytes: See `Table`.
        cut: See `Table`.
    """

    def __init__(self, stream: Stream, label: str, *, max_bytes: int | None, cut: bool) -> None:
        self._stream, self._label, self._max_bytes, self._cut = stream, label, max_bytes, cut
        self._plain = True
        self._high = self._strange = 0
        self.encoding = ""

    def __iter__(self) -> Iterator[str]:
        total, carriage = 0, ""
        while True:
            data = self._stream.read(_CHUNK_BYTES)
            total += len(data)
            if self._max_bytes is not None and total > self._max_bytes:
                raise TooLargeInputError(
                    f"{self._label} unpacks to a size that only a zip bomb has: unpack it yourself if you "
                    "trust it."
                )
            if not self.encoding:
                self._check_kind(data)
                data = self._begin(data)
            text = carriage + self._decode(data, final=not data and not self._cut)
            if _BINARY.search(text):
                raise DamagedInputError(f"{self._label} holds binary data, not CSV text.")
            if self.encoding == _FALLBACK:
                self._check_western(data)
            # A pair that is cut between two pieces is one line end.
            carriage = "\r" if data and text.endswith("\r") else ""
            text = text[: len(text) - len(carriage)]
            yield text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
            if not data:
                return

    def _check_kind(self, data: bytes) -> None:
        kind = next((kind for start, kind in _OTHER_FILES if data.startswith(start)), "")
        if kind:
            raise DamagedInputError(f"{self._label} is {kind}, not CSV text: save the table as CSV (UTF-8).")

    def _begin(self, data: bytes) -> bytes:
        """Choose the encoding by a mark or by the look of the first letters; the bytes behind the mark."""
        mark, self.encoding = next(
            ((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", "")
        )
        if not self.encoding:
            head = data[:64]
            self.encoding = next((name for look, name in _UNMARKED if look.match(head)), "utf-8")
        self._decoder = codecs.getincrementaldecoder(self.encoding)()
        return data[len(mark) :]

    def _decode(self, data: bytes, *, final: bool) -> str:
        before = self._decoder.getstate()[0]
        try:
            text = self._decoder.decode(data, final)
        except UnicodeDecodeError as exc:
            if self.encoding != "utf-8" or not self._plain or not (before + data)[: exc.start].isascii():
                raise DamagedInputError(
                    f"{self._label} is no readable text ({self.encoding}): save it as UTF-8."
                ) from exc
            return self._as_cp1252(before + data)
        self._plain = self._plain and text.isascii()
        return text

    def _as_cp1252(self, data: bytes) -> str:
        """Windows' encoding of western Europe: what spreadsheets there write without being asked."""
        self.encoding, self._decoder = _FALLBACK, codecs.getincrementaldecoder(_FALLBACK)()
        try:
            return self._decoder.decode(data)
        except UnicodeDecodeError as exc:
            raise DamagedInputError(
                f"{self._label} holds binary data or text of no known encoding: save it as UTF-8."
            ) from exc

    def _check_western(self, data: bytes) -> None:
        """Refuse what is plainly Cyrillic, Greek, Chinese or the like in an encoding without a mark.

        There most letters stand beside two more that are not ASCII; in western Europe next to none does.
        Which of those encodings it is cannot be told from a few names, so none is guessed.
        """
        if self._cut or data.isascii():
            return
        self._high += len(data.translate(None, _ASCII))
        self._strange += sum(map(len, _RUN.findall(data))) + len(_ODD.findall(_RUN.sub(b"", data)))
        if self._high >= _ENOUGH and 2 * self._strange > self._high:
            raise DamagedInputError(
                f"{self._label} is not in UTF-8, and which encoding its letters are in cannot be told: save "
                "it as UTF-8 (in a spreadsheet: CSV UTF-8)."
            )
