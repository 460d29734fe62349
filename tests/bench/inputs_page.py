"""docs/INPUTS.md, written from the code: what is read, what is refused, every limit, every case.

python -m tests.bench.inputs_page            writes it
python -m tests.bench.inputs_page --check    exit status 1 if it is not as the code says
"""

import argparse
import sys
from collections.abc import Iterable, Sequence

from fer.dataset import faces
from fer.dataset.readers import csv_rows, labeled, zipped
from fer.io import parts, spreadsheet, table, xlsx
from fer.sources import animation, archives, container, images, magic, opening, video
from fer.sources.isolated import limits, parent, reading
from fer.timeline import persons
from pages.ui.app import holding, jobs, uploads
from pages.ui.labels import start
from pages.ui.video import foreign_units
from pages.ui.work import photos
from tests.helpers.catalogue import CASES, PENDING, found_tests
from tests.helpers.places import ROOT

PAGE = ROOT / "docs" / "INPUTS.md"
COMMAND = "python -m tests.bench.inputs_page"


def page() -> str:
    """The page's text."""
    blocks = [
        "# What is read, what is refused, and every limit",
        f"Written by `{COMMAND}` from the code; a test holds the two equal.",
        *_formats(),
        *_refused(),
        *_limits(),
        *_apart(),
        *_tables(),
        *_cases(),
    ]
    return "\n\n".join(blocks) + "\n"


def _formats() -> Iterable[str]:
    yield "## What is read"
    yield (
        "A file is judged by its first bytes, never by its name. Photos of a folder or a zip file are read "
        "together, each video by itself."
    )
    films = ", ".join(magic.MAY_BE_ANIMATED)
    rows = [
        ("photos", magic.READ_IMAGES, ", ".join(magic.IMAGE_FORMATS)),
        ("videos", magic.READ_VIDEOS, ", ".join(magic.VIDEO_FORMATS)),
        ("animated pictures", "read as videos", films),
        ("zip files", "of photos and videos; nothing is unpacked to the disk", "zip"),
        ("tables", "CSV of any encoding, delimiter and decimal sign", "text"),
        (
            "data sets",
            "FER2013's CSV (also .gz, .zip), folders of expressions, a CSV of file and label",
            "text, zip",
        ),
    ]
    yield _table(("what", "read", "formats by content"), rows)


def _refused() -> Iterable[str]:
    yield "## What is refused, with one sentence"
    known = ", ".join(sorted({name for _, _, name in magic._KNOWN_BUT_NOT_READ}))
    yield "\n".join(
        (
            f"- formats that are known and not read: {known};",
            "- lists that name other files or addresses (ffconcat, HLS, DASH): FFmpeg may use the demuxers "
            "of the formats above and no protocol at all;",
            "- camera raw pictures, whose files hold small previews only;",
            "- zip files with a password, with names that lead out, or that only a bomb has;",
            "- tables that are no text, name a wanted column twice, or mix decimal points and commas.",
        )
    )


def _limits() -> Iterable[str]:
    yield "## Limits"
    decoders = {**images.FORMAT_BYTES, "heic": images.HEIC_BYTES}
    held = ", ".join(f"{name} {n:g}" for name, n in decoders.items())
    rows = [
        ("photo: pixels", _million(images.MAX_PIXELS), "refused before decoding"),
        ("photo: pixels of a JPEG", _million(images.MAX_JPEG_PIXELS), "refused before decoding"),
        (
            "photo: memory while it is decoded",
            _mb(images.MAX_DECODING_BYTES),
            "read smaller, said; else refused",
        ),
        ("photo: bytes for a pixel in a decoder", held, "4 elsewhere, 1 gray, 2 gray of 16 bits"),
        ("photo: file", _mib(images.MAX_FILE_BYTES), "refused"),
        ("animated picture: pixels, file", _both(animation.MAX_PIXELS, animation.MAX_FILE_BYTES), "refused"),
        ("video: pixels of a frame", _million(container.MAX_PIXELS), "refused before decoding"),
        ("video: frames", f"{video.MAX_FRAMES:,}", "sampled more thinly, said"),
        ("video: seconds without a frame", f"{video.STALL_S:g}", "ended"),
        ("zip: entries", f"{archives.MAX_MEMBERS:,}; {zipped.MAX_MEMBERS:,} of a data set", "refused"),
        (
            "zip: unpacked, one member",
            _both_gb(archives.MAX_TOTAL_BYTES, archives.MAX_MEMBER_BYTES),
            "refused",
        ),
        (
            "zip: unpacked over packed",
            f"{archives.MAX_RATIO}",
            f"refused from {_mib(archives.BOMB_BYTES)} on",
        ),
        ("table: file, line", f"{_mb(table.MAX_BYTES)}, {table.MAX_LINE_CHARACTERS:,} characters", "refused"),
        ("table: cells held at once", _million(table.MAX_CELLS), "refused"),
        (
            "FER2013: line, rows",
            f"{csv_rows.MAX_LINE_CHARACTERS:,} characters, {faces.MAX_ROWS:,}",
            "refused",
        ),
        ("table of file and label", _mib(labeled.MAX_TABLE_BYTES), "refused"),
        ("file of persons", _mb(persons.MAX_PERSONS_BYTES), "refused"),
        ("a name that is shown", f"{opening.MAX_NAME_LENGTH} characters", "cut"),
        ("a name that is written", f"{parts.LONGEST_NAME} bytes", "refused"),
        ("rows of a sheet of XLSX", f"{xlsx.MAX_SHEET_ROWS:,}", "the next sheet"),
    ]
    yield _table(("what", "limit", "beyond it"), rows)
    yield "On the pages besides:"
    rows = [
        ("a video", f"{uploads.VIDEO_MB} MB"),
        ("a photo or a zip of photos", f"{uploads.PHOTO_MB} MB"),
        ("photos read together", f"{photos.MAX_PHOTOS}, {uploads.PHOTOS_TOTAL_MB} MB"),
        ("a data set", f"{uploads.DATA_MB} MB"),
        ("labelled pictures", f"{start.LABELED_MB} MB"),
        ("another program's CSV", f"{foreign_units.LIMIT_MB} MB"),
        ("all that one session holds", _mib(holding.SESSION_BYTES)),
        ("all uploads that arrive at one moment", _mib(holding.IN_FLIGHT_BYTES)),
        ("jobs that wait, of all sessions", f"{jobs.MAX_WAITING}"),
    ]
    yield _table(("what", "limit"), rows)


def _apart() -> Iterable[str]:
    yield "## Where uploads are decoded"
    yield (
        "The app decodes every upload in a process of its own, so a crash or a runaway costs one upload. "
        "The command line reads files of whoever started it and decodes them itself. What a system has no "
        "limit for is not limited there."
    )
    rows = [
        ("address space", f"what it has loaded, the upload twice, and {_mb(limits.LEAST_BYTES)} to "
         f"{_mb(limits.MOST_BYTES)}: {limits.SHARE_OF_FREE:.0%} of what is free"),
        ("time for a picture", f"{parent.ANSWER_S:g} s"),
        ("time without a frame", f"{video.STALL_S + reading.GRACE_S:g} s"),
        ("processor time", f"{limits.CPU_S // 3600} h"),
        ("open files", f"{limits.OPEN_FILES}"),
        ("files written", "none, no core dump either"),
        ("pictures for one process", f"{reading.PICTURES_EACH}"),
        ("environment", "what starts Python; no key or token"),
    ]  # fmt: skip
    yield _table(("what", "limit"), rows)


def _tables() -> Iterable[str]:
    yield "## Tables"
    marks = (
        ", ".join(sorted({name for _, name in table._MARKS}))
        + ", cp1252, which is said (any other encoding is refused)"
    )
    signs = " ".join(f"`{sign}`" if sign != "\t" else "tab" for sign in table.DELIMITERS if sign != "|")
    yield "\n".join(
        (
            f"- Read: {marks}; cells between {signs} or a bar; decimal points or commas; any line end; "
            "quoted line breaks; `sep=` above the header; empty columns and rows that spreadsheets add.",
            "- Names of pictures are matched whatever their Unicode form, case and slashes.",
            f"- Written: {', '.join(spreadsheet.FORMS)}. `fer analyze --xlsx FILE`, `--csv-form semicolon`, "
            "`--out DIR --spreadsheet`; `fer check --csv-form semicolon`; `fer table IN.csv OUT.xlsx` turns "
            "any other table; the pages have the same under “For a spreadsheet”.",
            "- No cell is run as a formula, wherever a spreadsheet splits the line.",
        )
    )


def _cases() -> Iterable[str]:
    yield "## The catalogue of bad input"
    found = found_tests()
    tested = sum(number in found for number in CASES)
    yield (
        f"{len(CASES)} cases, {tested} with tests that carry their number "
        "(`.venv/bin/python -m pytest tests -k case_113` runs those of one)."
    )
    rows = []
    for number, (what, right) in CASES.items():
        files = sorted({test.partition("::")[0].removeprefix("tests/") for test in found.get(number, ())})
        where = ", ".join(f"`{file}`" for file in files) or ("to come" if number in PENDING else "none")
        rows.append((str(number), what, right, where))
    yield _table(("", "what is given", "right value", "tested in tests/"), rows)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _mb(n: int) -> str:
    return f"{n / 1e6:,.0f} MB"


def _mib(n: int) -> str:
    return f"{n // 2**20:,} MiB"


def _million(n: int) -> str:
    return f"{n / 1e6:g} million"


def _both(pixels: int, file: int) -> str:
    return f"{_million(pixels)}, {_mib(file)}"


def _both_gb(total: int, member: int) -> str:
    return f"{total // 2**30} GiB, {member // 2**30} GiB"


def main() -> int:
    """Write or check the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    text = page()
    if args.check:
        same = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text
        print("as the code says" if same else f"{PAGE.name} is old: run `{COMMAND}`")
        return 0 if same else 1
    PAGE.write_text(text, encoding="utf-8")
    print(f"written: {PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
