"""A timeline with its summary and everything that is needed to make it again."""

import platform
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from functools import cached_property
from importlib import metadata

import fer
from fer.records import GivenFile
from fer.settings import Settings
from fer.timeline.markers import Marker
from fer.timeline.smooth import smooth
from fer.timeline.summary import Summary, summarize
from fer.timeline.timeline import Timeline

PACKAGES = ("numpy", "opencv-python-headless", "av", "ai-edge-litert", "onnxruntime", "pandas")
"""Whose versions can change a result."""

SETTING_FLAGS = {
    "detector": "--detector",
    "detector_path": "--detector-path",
    "fps": "--fps",
    "detect_interval_s": "--detect-interval",
    "max_faces": "--max-faces",
    "half_life_s": "--half-life",
    "unsure_below": "--unsure-below",
    "flip": "--flip",
    "action_units": "--no-action-units",
    "answer": "--answer",
}
"""Field of `Settings` -> option of ``python -m fer analyze``."""

PERSONS_FILE = "persons.json"
"""What the steps of `fer.timeline.persons` are saved as, and loaded from when a report is made again."""
MARKERS_FILE = "markers.csv"
"""What markers are saved as, and loaded from when a report is made again."""
NEUTRAL_FILE = "neutral-faces.json"
"""What neutral faces are saved as, and loaded from when a report is made again."""
CALIBRATION_FILE = "footage-calibration.json"
"""What a calibration of footage is saved as, and loaded from when a report is made again."""
MAX_NAMES = 5

LIMITS = (
    "This estimates facial expression, not feelings: what a face shows and what a person feels often differ.",
    "It is often wrong, and unevenly across people: age, skin colour, glasses, beards, light, pose matter.",
    "The percentages say how sure the network is, not how right it is; “unsure” is an answer.",
    "Tell everyone who is on camera before you use it.",
    "Not for work, hiring, school, policing, medicine or lie detection. The EU AI Act, Art. 5(1)(f), bans "
    "emotion inference at work and in education since 2 February 2025.",
)
"""What every report says about the method."""


@dataclass(frozen=True)
class Provenance:
    """Where a report comes from.

    Args:
        created_utc: Time of making in ISO 8601, UTC.
        fer_version: Version of this library.
        python_version: Version of Python.
        packages: Name -> version of the packages that can change a result.
        model: What the pipeline says about its models; at least ``name`` and ``sha256``.
        source_sha256: Hash of the source's bytes; empty where there are none.
    """

    created_utc: str
    fer_version: str
    python_version: str
    packages: dict[str, str] = field(default_factory=dict)
    model: dict = field(default_factory=dict)
    source_sha256: str = ""

    @property
    def model_name(self) -> str:
        """Name of the emotion network; empty if it is not known."""
        return str(self.model.get("name", ""))

    @property
    def model_sha256(self) -> str:
        """Hash of its weights; empty if it is not known."""
        return str(self.model.get("sha256", ""))


@dataclass(frozen=True, eq=False)
class Report:
    """The result of an analysis; it is smoothed and counted once somebody asks.

    Args:
        timeline: Per frame, unsmoothed.
        provenance: Versions and hashes.
    """

    timeline: Timeline
    provenance: Provenance

    @cached_property
    def smoothed(self) -> Timeline:
        """The timeline, smoothed with ``settings.half_life_s``; what charts show."""
        return smooth(self.timeline, self.settings.half_life_s)

    @cached_property
    def summary(self) -> Summary:
        """Of the smoothed timeline."""
        return summarize(self.smoothed)

    @property
    def settings(self) -> Settings:
        """What it was made with."""
        return self.timeline.settings

    @property
    def recalibrated(self) -> bool:
        """Its percentages were fitted to the footage by tags."""
        return "footage_calibration" in self.provenance.model

    def marked(self, markers: Sequence[Marker]) -> "Report":
        """The report with other markers; what they exclude has to be left out already.

        Markers alone change no figure: nothing is smoothed or counted anew.
        """
        timeline, smoothed = (replace(one, markers=tuple(markers)) for one in (self.timeline, self.smoothed))
        found = replace(self, timeline=timeline)
        vars(found).update(smoothed=smoothed, summary=self.summary)
        return found


def make_report(timeline: Timeline, *, model: dict, created_at: datetime | None = None) -> Report:
    """Sign a timeline.

    Args:
        timeline: Per frame, unsmoothed.
        model: What made it: ``name`` and ``sha256`` of the network, and what else should be written down.
        created_at: An aware time; now if not given.
    """
    created = (created_at or datetime.now(UTC)).astimezone(UTC)
    provenance = Provenance(
        created_utc=created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        fer_version=fer.__version__,
        python_version=platform.python_version(),
        packages=_versions(),
        model=dict(model),
        source_sha256=timeline.source.sha256,
    )
    return Report(timeline, provenance)


def with_given(report: Report, given: tuple[GivenFile, ...]) -> Report:
    """The report with the account of everything that was given with its source."""
    if given == report.timeline.source.given:
        return report
    source = replace(report.timeline.source, given=given)
    return replace(report, timeline=replace(report.timeline, source=source))


def rerun_command(report: Report) -> str:
    """The command line that makes the report again; empty for a live session, which cannot be repeated."""
    source, defaults = report.timeline.source, Settings()
    if source.kind == "live":
        return ""
    names = [source.name]
    if source.kind == "photos":
        found = list(dict.fromkeys(report.timeline.table["source"]))
        names = found if 0 < len(found) <= MAX_NAMES else ["FOLDER"]
    words = ["python", "-m", "fer", "analyze", *(shlex.quote(_not_an_option(name)) for name in names)]
    for entry in fields(Settings):
        value = getattr(report.settings, entry.name)
        if value != getattr(defaults, entry.name):
            words.append(SETTING_FLAGS[entry.name])
            words += (
                []
                if isinstance(value, bool)
                else [shlex.quote(f"{value:g}" if isinstance(value, float) else str(value))]
            )
    if report.recalibrated:
        words += ["--calibration", CALIBRATION_FILE]
    if report.timeline.persons.edits:
        words += ["--persons", PERSONS_FILE]
    if report.timeline.markers:
        words += ["--markers", MARKERS_FILE]
    if report.timeline.own_neutral:
        words += ["--neutral", NEUTRAL_FILE]
    return " ".join([*words, "--report", "report.html"])


def _not_an_option(name: str) -> str:
    return f"./{name}" if name.startswith("-") else name


def _versions() -> dict[str, str]:
    """Versions of the packages that are installed."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found
