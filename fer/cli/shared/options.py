"""Options that several commands share: how to analyse, and which reports are wanted."""

import argparse
from pathlib import Path

from fer.constants import HIDE_MODES
from fer.export.forms import FORMS
from fer.io.spreadsheet import COMMA, SEMICOLON
from fer.settings import ANSWERS, DETECTORS, Settings

OUTPUTS = ("csv", "xlsx", "json", "report")
"""Reports that can be written, each an option."""


def add_outputs(group) -> None:
    """``--csv --json --report --anonymise --force``, and those of `fer.export.forms`."""
    group.add_argument("--csv", type=Path, help="timeline, one row per face and frame")
    group.add_argument("--xlsx", type=Path, help="persons, episodes, events and frames for a spreadsheet")
    group.add_argument(
        "--csv-form",
        choices=(COMMA, SEMICOLON),
        default=COMMA,
        help="semicolon: with decimal commas and a mark of its encoding, for spreadsheets",
    )
    group.add_argument("--json", type=Path, help="everything, for programs")
    group.add_argument("--report", type=Path, help="HTML report, one file, works offline")
    for name, form in FORMS.items():
        group.add_argument(f"--{name}", type=Path, help=form.about)
    group.add_argument(
        *("--anonymise", "--anonymize"),
        dest="hide",
        choices=HIDE_MODES,
        default="none",
        help="cover faces in the video; covered faces are no anonymity",
    )
    group.add_argument("--force", action="store_true", help="replace files that exist")


def add_settings(group) -> None:
    """The options that become `Settings`."""
    default = Settings()
    group.add_argument("--fps", type=float, help="analysed frames a second; default: every frame")
    _add_search(group, default)
    _add_answer(group, default)


def _add_search(group, default: Settings) -> None:
    """How faces are found."""
    group.add_argument(
        "--detector",
        choices=DETECTORS,
        default=default.detector,
        help="what finds faces; default: %(default)s (docs/DETECTORS.md)",
    )
    group.add_argument("--detector-path", help="weights of dnn; default: models/detectors/")
    group.add_argument(
        "--detect-interval",
        type=float,
        default=default.detect_interval_s,
        metavar="SECONDS",
        help="between two searches for new faces of a video; default: %(default)g",
    )
    group.add_argument(
        "--max-faces",
        type=int,
        default=default.max_faces,
        help="most faces read in a frame; default: %(default)s",
    )


def _add_answer(group, default: Settings) -> None:
    """What is said of a face."""
    group.add_argument(
        "--half-life",
        type=float,
        default=default.half_life_s,
        metavar="SECONDS",
        help="smoothing in the report; 0 switches it off; default: %(default)g",
    )
    group.add_argument(
        "--unsure-below",
        type=float,
        help="confidence (0 to 1) under which the answer is unsure; default: the model's",
    )
    group.add_argument(
        "--no-action-units",
        dest="action_units",
        action="store_false",
        help="do not measure Action Units: faster",
    )
    group.add_argument(
        "--answer",
        choices=ANSWERS,
        help="votes: what ten people would say; labels: what FER2013's label would be; "
        "default: what the model's manifest names",
    )
    group.add_argument("--flip", action="store_true", help="read the mirror image too: more accurate, slower")


def settings_of(args: argparse.Namespace) -> Settings:
    """What `add_settings` asked for.

    Raises:
        SettingsError: A value is out of range.
    """
    return Settings(
        detector=args.detector,
        detector_path=args.detector_path,
        fps=args.fps,
        detect_interval_s=args.detect_interval,
        max_faces=args.max_faces,
        half_life_s=args.half_life,
        unsure_below=args.unsure_below,
        flip=args.flip,
        action_units=args.action_units,
        answer=args.answer,
    )
