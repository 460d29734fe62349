"""The catalogue of bad input: every case with its right value, and the tests that carry its number.

A test belongs to a case by its name: ``test_case_31_...``, ``test_cases_31_and_33_...``, or
``test_case_31_to_43_...``.
"""

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

from tests.helpers.places import ROOT

ERROR = "one sentence with a code"

CASES: dict[int, tuple[str, str]] = {
    1: ("an empty picture", ERROR),
    2: ("random bytes, text or SVG named .jpg", ERROR),
    3: ("JPEG or PNG cut off anywhere", ERROR + ", never half a picture"),
    4: ("a small PNG of 12000 x 12000", ERROR + " from its header"),
    5: ("1 x 1, 65535 x 1", "read"),
    6: ("JPEG 2000, EPS and others renamed", ERROR + ": judged by content"),
    7: ("16 bits, gray, palette, transparent, CMYK", "the picture that RGB gives"),
    8: ("EXIF orientation 1 to 8", "upright"),
    9: ("scripts and places in EXIF", "never shown or kept"),
    10: ("names with paths, formulas, markup, 300 letters", "labels only"),
    11: ("animated pictures as photos", "the first frame, said"),
    12: ("no face", "said, no emotion"),
    13: ("20 and 300 faces", "all; a cap, said"),
    14: ("tiny, masked or cut faces", "low confidence or none"),
    15: ("200 files, one of them bad", "199 results and one error"),
    16: ("an empty video, text, a PNG named .mp4", ERROR),
    17: ("half an MP4", ERROR),
    18: ("half an MKV", "what decodes, marked partial"),
    19: ("sound only", ERROR),
    20: ("an ffconcat list named .mp4", ERROR + ", no file read"),
    21: ("HLS lists with file:// or http://", ERROR + ", no file read, no connection"),
    22: ("a header of 16384 x 16384", ERROR + " before decoding"),
    23: ("ten hours, 1000 frames a second", "sampled to a cap, said"),
    24: ("varying rate, missing or negative times", "times that rise"),
    25: ("rotation in the metadata", "upright"),
    26: ("the size changes in the stream", "copies keep the first"),
    27: ("10 bits, 4:4:4, odd sizes", "read"),
    28: ("damaged packets", "left out, counted"),
    29: ("a stall", ERROR + " within its time"),
    30: ("WebM of a browser's recorder", "read; progress without a share"),
    31: ("a table that is empty or only a header", ERROR),
    32: ("UTF-16, UTF-32, cp1252, a byte order mark", "read"),
    33: ("ragged rows", "named or counted"),
    34: ("columns missing or twice", ERROR),
    35: ("labels that are none", "the row rejected, counted"),
    36: ("2303 or 2305 pixels, 256, letters", "the row rejected, counted"),
    37: ("one line of 500 MB", ERROR + " before parsing"),
    38: ("a million rows", "little more memory than their pixels"),
    39: ("one class only", "training refused"),
    40: ("the same picture in training and test", "warned"),
    41: ("cells that a spreadsheet would run", "harmless in every form that is written"),
    42: ("zip bombs, members that lead out", ERROR),
    43: ("binary data as a table", ERROR),
    44: ("a model with another hash", "refused"),
    45: ("a cut model", ERROR),
    46: ("Lambda layers", ERROR),
    47: ("shapes that would fill the memory", ERROR + ", nothing allocated"),
    48: ("another number or order of classes", "the self-test at the start fails"),
    49: ("NaN from a network", ERROR + ", never a label"),
    50: ("a missing model", "the app opens and says how to mend it"),
    51: ("stop before the first frame", "nothing breaks"),
    52: ("camera denied, none, plain http", "a message"),
    53: ("camera unplugged", "ended within seconds"),
    54: ("the size changes, a phone is turned", "it goes on"),
    55: ("an exception in one callback", "the frame passes, counted"),
    56: ("a callback of 1 s, of 12 s", "the newest frame wins; it survives"),
    57: ("a consumer that stalls", "two frames wait at most"),
    58: ("a tab closed 50 times", "no thread stays"),
    59: ("another page while it plays", "the worker ends"),
    60: ("started and stopped 100 times", "memory is flat"),
    61: ("faces 0, 20, 0", "trackers are freed"),
    62: ("STUN and TURN out of reach", "said within 15 s"),
    63: ("black frames", "no face"),
    64: ("two users at once", "nothing crosses"),
    65: ("a session over the cap", "busy, politely"),
    66: ("two trainings in one folder", "the second is told"),
    67: (
        "a closed tab",
        "its bytes wait for its visitor, within a bound; two minutes where the app is public",
    ),
    68: ("a full disk", ERROR + ", nothing half written"),
    69: ("SIGKILL in an export", "no half file under its name, swept later"),
    70: ("SIGTERM while streaming", "ends within seconds, what was read is written"),
    71: ("a killed training", "the old model whole, it resumes"),
    72: ("2.7 GB of memory", "enough"),
    73: ("a read-only file system", "exports say so"),
    74: ("the clock jumps", "times that rise"),
    75: ("<script> in a name", "inert; no address in a report"),
    76: ("NaN in JSON", "null"),
    77: ("an empty session", "valid files with headers"),
    78: ("a folder with files that cannot be read", "each named with its reason; exit 1"),
    79: ("TIFF, AVIF, HEIC, MPO, animated GIF", "read"),
    80: ("MPEG, TS, MTS, WMV, FLV, DV", "read"),
    81: ("files of one name in several folders", "paths stay apart in labels and outputs"),
    82: ("a wildcard that the shell left", "expanded"),
    83: ("a zip of clips", "read like a folder"),
    84: ("notes of photos", "in every output"),
    85: ("a stream that starts at an hour", "all frames, times from 0"),
    86: ("pixels that are not square", "answers and boxes of the square original"),
    87: ("sizes that change in the stream", "one id"),
    88: ("codecs that a browser does not play", "said, and a copy or stills"),
    89: ("HDR (PQ and HLG)", "brightness mapped, said"),
    90: ("faces of 24 px in large frames", "found within a second"),
    91: ("a face that fills the picture", "found"),
    92: ("posters, toys, letters", "no person"),
    93: ("a face upside down", "read like the upright one, or left out"),
    94: ("a covered mouth or eyes", "a reason of its own"),
    95: ("one person without a cut", "one id"),
    96: ("two people side by side", "two ids"),
    97: ("cuts between two people and back", "the ids come back, or are joined by hand"),
    98: ("somebody enters a video with hidden faces", "covered from the first frame"),
    99: ("the sound of a copy", "kept, or said why not"),
    100: ("names in other Unicode forms, case or slashes", "matched"),
    101: ("named pictures that are missing", "that sentence"),
    102: ("semicolons and decimal commas in any table", "read; and written on request, XLSX too"),
    103: ("a million columns, rows of one cell", ERROR + ", bounded memory"),
    104: ("numbers of 400 digits, nests of 3,000", ERROR),
    105: ("a zip damaged anywhere, in memory", ERROR + ", or read"),
    106: ("FER2013's CSV of 301 MB", "uploads"),
    107: ("output closed, full or in another encoding", "files are written all the same"),
    108: ("two processes into one file", "one is told, the other's is whole"),
    109: ("SIGTERM, SIGKILL while writing", "nothing half written; a user's own files stay"),
    110: ("folders and names that cannot be written, NaN seconds", ERROR),
    111: ("an output over an input, or named twice", "refused before the work"),
    112: ("Ctrl-C during imports", "quiet, exit 130"),
    113: ("8000 x 8000 in 16 bits or with transparency", "read smaller, under 300 MB"),
    114: ("too little memory", "said so, never called damaged"),
    115: ("files that no page asked for", "bounded"),
    116: ("a face on its side", "read like the upright one, one id"),
}
"""Number -> what is given, and the right value."""

ALSO = {
    69: (
        "tests/faults/test_output_faults.py::test_case_109_no_half_file_takes_the_name_however_the_process_dies",
    ),
    70: ("tests/unit/cli/test_webcam.py::test_ctrl_c_ends_it_and_saves_the_timeline",),
    73: (
        "tests/faults/test_output_faults.py::"
        "test_case_110_a_folder_that_is_a_file_or_missing_or_read_only_is_one_sentence",
    ),
    75: (
        "tests/unit/timeline/test_report.py::test_nothing_a_photo_is_called_becomes_markup",
        "tests/unit/timeline/test_report.py::test_no_address_outside_the_page",
    ),
    76: ("tests/unit/export/test_export.py::test_json_holds_summary_and_rows",),
}
"""Tests that hold a case and carry another name."""

PENDING: frozenset[int] = frozenset()
"""Cases whose tests are still to be written."""

_NUMBERED = re.compile(r"test_cases?((?:_(?:to|and|\d+))+)")


def numbers_of(name: str) -> set[int]:
    """The cases that a test's name carries.

    Example:
        >>> sorted(numbers_of("test_cases_31_to_33_and_42_are_refused"))
        [31, 32, 33, 42]
    """
    found = _NUMBERED.match(name)
    if found is None:
        return set()
    words, numbers = found[1].strip("_").split("_"), set()
    for at, word in enumerate(words):
        if word == "to" and 0 < at < len(words) - 1:
            numbers |= set(range(int(words[at - 1]), int(words[at + 1]) + 1))
        elif word.isdigit():
            numbers.add(int(word))
    return numbers


@cache
def found_tests() -> dict[int, list[str]]:
    """Case -> its tests as ``path::name``, in the order of their files."""
    found = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        place = path.relative_to(ROOT).as_posix()
        for name in names_in(path):
            for number in numbers_of(name):
                found[number].append(f"{place}::{name}")
    for number, tests in ALSO.items():
        found[number] += tests
    return dict(found)


def names_in(path: Path) -> list[str]:
    """The functions of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
