"""Data files as users should not bring them: one table for the library, the commands and the pages.

The numbers are those of the project's catalogue of faults.
"""

import gzip
import io
import zipfile
from dataclasses import dataclass

import cv2
import numpy as np
import pytest

PIXELS = " ".join(["7"] * 2304)
ROW = f"3,{PIXELS}"


def csv_bytes(*rows: str, header: str = "emotion,pixels") -> bytes:
    """A CSV of these lines."""
    return "".join(f"{line}\n" for line in (header, *rows)).encode()


MADE = (2026, 1, 1, 0, 0, 0)
"""Time of every file in a zip."""


def zip_bytes(members: dict[str, bytes]) -> bytes:
    """A zip file of these members; always the same bytes, as test ids are made of them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, MADE), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def png(level: int = 50, side: int = 96) -> bytes:
    """A picture of one gray level."""
    return cv2.imencode(".png", np.full((side, side), level, np.uint8))[1].tobytes()


def noise(seed: int) -> bytes:
    """A picture that has nothing to do with another seed's."""
    grain = np.random.default_rng(seed).integers(0, 256, (12, 12), np.uint8)
    return cv2.imencode(".png", cv2.resize(grain, (48, 48)))[1].tobytes()


@dataclass(frozen=True)
class Bad:
    """One file that is no data set.

    Args:
        case: Number in the catalogue.
        what: In a word, for the name of the test.
        name: What its sender calls it.
        content: Its bytes.
        code: Of the error.
        said: A part of the sentence.
    """

    case: int
    what: str
    name: str
    content: bytes
    code: str
    said: str


def _utf(encoding: str) -> bytes:
    return csv_bytes(ROW).decode().encode(encoding)


REFUSED = (
    Bad(31, "empty", "empty.csv", b"", "input_empty", "empty"),
    Bad(31, "blank lines", "blank.csv", b"\n\n", "input_empty", "empty"),
    Bad(31, "header only", "header.csv", csv_bytes(), "dataset", "No row follows the header"),
    Bad(
        31,
        "packed header",
        "h.csv.gz",
        gzip.compress(csv_bytes(), mtime=0),
        "dataset",
        "No row follows the header",
    ),
    Bad(32, "cut UTF-16", "wide.csv", _utf("utf-16")[:-1], "input_damaged", "save it as UTF-8"),
    Bad(32, "no text", "x.csv", csv_bytes("\u00e9", ROW).replace(b"\xc3", b"\x81"), "input_damaged", "UTF-8"),
    Bad(33, "all ragged", "ragged.csv", csv_bytes("3", "4,1,2"), "dataset", "row 0: it has 1 cell"),
    Bad(33, "open quote", "q.csv", csv_bytes(f'3,"{PIXELS}', *[ROW] * 40), "input_damaged", "quotation mark"),
    Bad(34, "no pixels", "x.csv", csv_bytes("1", header="emotion"), "dataset", "lacks the column pixels"),
    Bad(34, "no emotion", "test.csv", csv_bytes(PIXELS, header="pixels"), "dataset", "test.csv"),
    Bad(
        34,
        "doubled",
        "x.csv",
        csv_bytes(f"3,{ROW}", header="emotion,emotion,pixels"),
        "dataset",
        "emotion twice",
    ),
    Bad(35, "all labels wrong", "x.csv", csv_bytes(f"happy,{PIXELS}"), "dataset", "the label 'happy' is not"),
    Bad(36, "all pixels wrong", "x.csv", csv_bytes(f"{ROW} 7"), "dataset", "2304 numbers from 0 to 255"),
    Bad(
        37,
        "one long line",
        "x.csv",
        csv_bytes("3," + "7 " * 200_000),
        "input_too_large",
        "more than 131,072 characters",
    ),
    Bad(
        42,
        "leads out",
        "x.zip",
        zip_bytes({"a.csv": csv_bytes(ROW), "../../evil.csv": b"x"}),
        "input_unsupported",
        "lead out",
    ),
    Bad(42, "bomb", "x.zip", zip_bytes({"x.csv": bytes(70_000_000)}), "input_too_large", "bomb"),
    Bad(42, "nothing in it", "x.zip", zip_bytes({"a.txt": b"", "b.txt": b"x"}), "dataset", "neither"),
    Bad(
        42,
        "two tables",
        "x.zip",
        zip_bytes({"a.csv": csv_bytes(ROW), "b.csv": csv_bytes(ROW)}),
        "dataset",
        "2 CSV files",
    ),
    Bad(43, "NUL", "nul.csv", csv_bytes(ROW, "3,\0"), "input_damaged", "binary data"),
    Bad(43, "binary", "x.csv", bytes(range(256)) * 20, "input_damaged", "binary data"),
    Bad(43, "a picture", "x.csv", png(), "dataset", "single image"),
    Bad(43, "cut gzip", "x.csv.gz", gzip.compress(csv_bytes(ROW), mtime=0)[:-20], "input_damaged", "cut off"),
    Bad(43, "cut zip", "x.zip", zip_bytes({"x.csv": csv_bytes(ROW)})[:-30], "input_damaged", "cut off"),
)

PARTLY = (
    Bad(33, "a ragged row", "x.csv", csv_bytes(ROW, "3"), "", "row 1: it has 1 cell where the header has 2"),
    *(
        Bad(35, f"label {label}", "x.csv", csv_bytes(f"{label},{PIXELS}", ROW), "", "row 0: the label")
        for label in ("-1", "7", "NaN", "happy")
    ),
    *(
        Bad(36, what, "x.csv", csv_bytes(f"3,{pixels}", ROW), "", "row 0: its pixels are not 2304 numbers")
        for what, pixels in (
            ("2303 pixels", PIXELS[:-2]),
            ("2305 pixels", f"{PIXELS} 7"),
            ("256", f"{PIXELS[:-1]}256"),
            ("a letter", f"{PIXELS[:-1]}x"),
        )
    ),
)
"""One row of each is rejected and one is read; `said` is in the reason."""


def of_case(*numbers: int, among: tuple[Bad, ...] = REFUSED) -> pytest.MarkDecorator:
    """The test runs for every file of these cases."""
    chosen = [bad for bad in among if bad.case in numbers]
    assert chosen
    return pytest.mark.parametrize("bad", chosen, ids=[bad.what for bad in chosen])
