"""What people have coded in a video: ELAN (.eaf), Praat (.TextGrid), BORIS (table or project), CSV."""

import json
import re
import warnings
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from fer.constants import EMOTIONS
from fer.errors import DamagedInputError, EmptyInputError, InputError, MissingInputError, TooLargeInputError
from fer.io.csv import unescape_formula
from fer.io.table import Numbers, read_columns
from fer.timeline.markers import read_markers

ELAN, PRAAT, BORIS, PLAIN = "ELAN", "Praat", "BORIS", "CSV"

MAX_CODING_BYTES = 50_000_000
MAX_CODED = 200_000

SYNONYMS = {
    "anger": "angry",
    "disgusted": "disgust",
    "contempt": "",
    "afraid": "fear",
    "fearful": "fear",
    "scared": "fear",
    "happiness": "happy",
    "joy": "happy",
    "smile": "happy",
    "sadness": "sad",
    "surprised": "surprise",
}
"""Words of other coding schemes for our expressions; one without a counterpart is empty."""


@dataclass(frozen=True)
class Coded:
    """One annotation.

    Args:
        label: As it was written.
        start_s: Seconds from the video's start.
        end_s: Seconds; a moment ends where it starts.
        subject: Whose: the tier, or the subject; empty where the file does not say.
    """

    label: str
    start_s: float
    end_s: float
    subject: str = ""

    @property
    def emotion(self) -> str:
        """One of `EMOTIONS`; empty for any other word."""
        word = self.label.strip().casefold()
        return word if word in EMOTIONS else SYNONYMS.get(word, "")


@dataclass(frozen=True)
class Coding:
    """All annotations of a file.

    Args:
        program: `ELAN`, `PRAAT`, `BORIS` or `PLAIN`.
        coded: By start.
    """

    program: str
    coded: tuple[Coded, ...]

    @property
    def subjects(self) -> tuple[str, ...]:
        """In the order of their names."""
        return tuple(sorted({one.subject for one in self.coded}))

    def of(self, subject: str) -> "Coding":
        """Only one subject's."""
        return Coding(self.program, tuple(one for one in self.coded if one.subject == subject))

    @property
    def strange(self) -> tuple[str, ...]:
        """Labels that are no expression of ours."""
        return tuple(sorted({one.label for one in self.coded if not one.emotion}))


def read_coding(source: bytes | str | Path, *, observation: str = "") -> Coding:
    """Read what people have coded; the kind of file is told by its content.

    Args:
        source: A path, or the file's bytes.
        observation: Of a BORIS file with several: the id of the one that is wanted.

    Raises:
        InputError: The file cannot be read or holds no coding; says why in a sentence.
    """
    data = source if isinstance(source, bytes) else _bytes_of(Path(source))
    if not data.strip():
        raise EmptyInputError("The file of the coding is empty: choose another one.")
    head = data[:4096].replace(b"\0", b"")
    if b"<ANNOTATION_DOCUMENT" in head:
        coding = Coding(ELAN, _by_time(_with_file(data, _elan)))
    elif b"TextGrid" in head:
        coding = Coding(PRAAT, _by_time(_with_file(data, _praat)))
    elif b'"behaviors_conf"' in data:
        coding = Coding(BORIS, _by_time(_boris_project(data, observation)))
    elif start := _boris_table(data):
        coding = Coding(BORIS, _by_time(_boris(data[start - 1 :], observation)))
    else:
        found = [Coded(m.name, m.start_s, m.end_s) for m in read_markers(data) if m.kind != "exclusion"]
        coding = Coding(PLAIN, _by_time(found))
    if not coding.coded:
        raise EmptyInputError(
            f"The {coding.program} file holds no annotation with a time: choose another one."
        )
    return coding


def _bytes_of(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_CODING_BYTES:
            raise TooLargeInputError(f"{path.name} is larger than any coding: choose another file.")
        return path.read_bytes()
    except (OSError, ValueError) as exc:
        raise MissingInputError(f"The coding cannot be read from {path}: check the path.") from exc


def _by_time(coded: list[Coded]) -> tuple[Coded, ...]:
    if len(coded) > MAX_CODED:
        raise TooLargeInputError(f"The coding holds more than {MAX_CODED:,} annotations: split it.")
    return tuple(sorted(coded, key=lambda one: (one.start_s, one.end_s, one.subject, one.label)))


@contextmanager
def _as_damage(program: str):
    """Whatever pympi raises on a damaged file, as one sentence."""
    try:
        yield
    except InputError:
        raise
    except Exception as exc:  # it raises bare Exceptions, and whatever its parsing meets
        raise DamagedInputError(
            f"The {program} file is damaged or of an unknown version: open it in {program} and save it again."
        ) from exc


def _with_file(data: bytes, read: Callable[[str], list[Coded]]) -> list[Coded]:
    """pympi reads from paths only."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "coding"
        path.write_bytes(data)
        return read(str(path))


def _elan(path: str) -> list[Coded]:
    from pympi.Elan import Eaf  # 30 ms, for the few who have such files

    found = []
    with _as_damage(ELAN), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        document = Eaf(path, suppress_version_warning=True)
        for tier in document.get_tier_names():
            who = document.get_parameters_for_tier(tier).get("PARTICIPANT") or tier
            for start, end, label, *_ in document.get_annotation_data_for_tier(tier):
                if label and start is not None and end is not None:
                    found.append(Coded(label, start / 1000, end / 1000, who))
    return found


def _praat(path: str) -> list[Coded]:
    from pympi.Praat import TextGrid

    head = Path(path).read_bytes()[:2]
    found = []
    with _as_damage(PRAAT):
        grid = TextGrid(path, codec="utf-16" if head in (b"\xff\xfe", b"\xfe\xff") else "utf-8")
        for tier in grid.get_tiers():
            for start, *rest in tier.get_intervals(sort=True):
                end, label = rest if len(rest) == 2 else (start, rest[0])
                if label.strip():
                    found.append(Coded(label, float(start), float(end), tier.name))
    return found


def _boris_table(data: bytes) -> int:
    """Where the header of BORIS's table starts, from 1 (old versions write lines above it); 0 for none."""
    for line in re.finditer(rb"[^\r\n]+", data[: 2**16]):
        cells = {cell.strip(b" \"'\xef\xbb\xbf") for cell in re.split(rb"[,;\t]", line[0])}
        if b"Behavior" in cells and cells & {b"Start (s)", b"Time"}:
            return line.start() + 1
    return 0


def _boris(data: bytes, observation: str) -> list[Coded]:
    """Aggregated events (a line an episode), or tabular events (a line a start and a stop)."""
    read = read_columns(data, max_rows=2 * MAX_CODED, label="The BORIS file")
    cells = {name: [unescape_formula(cell).strip() for cell in texts] for name, texts in read.texts.items()}
    _check_observation(set(cells.get("Observation id", [])), observation)
    rows = [
        k for k in range(len(read)) if not observation or cells.get("Observation id", [""])[k] == observation
    ]
    numbers = Numbers(read.delimiter)

    def _seconds(name: str, k: int) -> float:
        try:
            return numbers(cells[name][k])
        except ValueError as exc:
            raise DamagedInputError(
                f"Line {read.lines[k]} of the BORIS file has {cells[name][k][:20]!r} in {name!r}: export it "
                "with times in seconds."
            ) from exc

    who = cells.get("Subject", [""] * len(read))
    if "Start (s)" in cells:
        found = []
        for k in rows:
            start, end = (
                _seconds("Start (s)", k),
                _seconds("Stop (s)", k) if "Stop (s)" in cells else float("nan"),
            )
            found.append(Coded(cells["Behavior"][k], start, end if end >= start else start, who[k]))
        return [one for one in found if one.start_s == one.start_s]
    kinds = cells.get("Behavior type") or cells.get("Status") or ["POINT"] * len(read)
    events = [
        (_seconds("Time", k), cells["Behavior"][k], who[k], kinds[k].upper(), int(read.lines[k]))
        for k in rows
    ]
    return _paired(events)


def _boris_project(data: bytes, observation: str) -> list[Coded]:
    """The project file itself: state events come in pairs of start and stop."""
    with _as_damage(BORIS):
        project = json.loads(data)
        known = project["observations"]
        _check_observation(set(known), observation)
        states = {b["code"] for b in project["behaviors_conf"].values() if b["type"].startswith("State")}
        events, opened = [], set()
        for number, (time_s, who, label, *_) in enumerate(
            known[observation or next(iter(known))]["events"], 1
        ):
            kind = "POINT" if label not in states else "STOP" if (label, who) in opened else "START"
            opened ^= {(label, who)} if label in states else set()
            events.append((float(time_s), str(label), str(who), kind, number))
        return _paired(events)


def _check_observation(known: set[str], observation: str) -> None:
    if (observation and observation not in known) or (len(known) > 1 and not observation):
        names = ", ".join(sorted(known)[:5]) or "none"
        raise InputError(f"Say which observation of the BORIS file is meant (it holds: {names}).")


def _paired(events: list[tuple[float, str, str, str, int]]) -> list[Coded]:
    """Starts and stops of one behavior and subject taken together.

    Args:
        events: (seconds, behavior, subject, START, STOP or POINT, line) of each.
    """
    found, opened = [], {}
    for time_s, label, subject, kind, line in events:
        if kind == "START":
            opened[label, subject] = time_s
        elif kind == "STOP":
            if (label, subject) not in opened:
                raise DamagedInputError(
                    f"Line {line} of the BORIS file stops {label[:20]!r}, which never started."
                )
            found.append(Coded(label, opened.pop((label, subject)), time_s, subject))
        else:
            found.append(Coded(label, time_s, time_s, subject))
    if opened:
        label, subject = next(iter(opened))
        raise DamagedInputError(
            f"In the BORIS file {label[:20]!r} starts and never stops: close it in BORIS."
        )
    return found
