"""``fer action-units``: what the Action Units are worth, and their population's statistics."""

import argparse
import json
import math
from pathlib import Path

from fer.action_units.population import PATH, population
from fer.action_units.prototypes import VERDICT_TEXT
from fer.action_units.table import BY_CODE
from fer.cli.shared.targets import check_targets
from fer.constants import DISPLAY_ORDER, UNIT_VERDICTS
from fer.dataset.readers.fer2013 import read_dataset
from fer.errors import SettingsError
from fer.evaluation.units import checks, gates
from fer.evaluation.units.fitting import fit_population, in_units
from fer.io.files import write_text
from fer.pipeline import Components, load_components
from fer.settings import Settings
from fer.text import MISSING, percent
from fer.timeline.foreign_units import compare, read_foreign, remarks
from fer.timeline.read import read_timeline_csv

CLIP_FRAMES = (*gates.EYES_SHUT, *gates.EYES_OPEN, *gates.SMILING, *gates.HAND_OVER_MOUTH)


def add_parser(commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("action-units", help="check the Action Units: gates, verdicts, cost")
    parser.add_argument("--data", type=Path, help="labelled faces (FER2013): separation and verdicts")
    parser.add_argument("--split", default="PrivateTest", help="rows of --data that are scored")
    parser.add_argument(
        "--clip", type=Path, help="crying_woman_472f.mp4: eyes and smile against what is seen"
    )
    parser.add_argument(
        "--compare",
        nargs=2,
        type=Path,
        metavar=("OURS.csv", "THEIRS.csv"),
        help="only set a timeline beside OpenFace 2's or py-feat's CSV of the same clip",
    )
    parser.add_argument(
        "--face", type=int, default=1, help="face id of OURS.csv in --compare; default: %(default)s"
    )
    parser.add_argument(
        "--their-face", help="face_id or Identity in THEIRS.csv, where it holds several faces"
    )
    parser.add_argument("--fit", action="store_true", help="fit the population to --data's Training rows")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    parser.add_argument("--force", action="store_true", help="overwrite")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Fit or measure, print, write. Exit status 1 if a gate is missed."""
    check_targets([args.json], [args.data, args.clip], force=args.force)
    if args.compare:
        return _compare(args)
    # Imported here: the other commands start without it.
    import skimage.data

    models = load_components(Settings())
    if args.fit:
        return _fit(args, models)
    figures: dict = {"network": {"name": models.emotion.manifest.name, "sha256": models.emotion.sha256}}
    figures["population"] = in_units(population())
    figures["sample"] = checks.sample_track(models)
    figures["still"] = checks.steadiness(skimage.data.astronaut(), models)
    figures["cost"] = checks.cost(models)
    if args.data:
        rows = read_dataset(args.data).split(args.split)
        figures["split"] = args.split
        figures |= gates.score_split(rows, models.emotion, models.mesh, models.eyes)
    if args.clip:
        values = checks.clip_values(args.clip, CLIP_FRAMES, load_components(Settings()))
        figures["clip"] = gates.clip_gate(values.get)
    _show(figures)
    if args.json:
        text = json.dumps(figures, indent=1, allow_nan=False) + "\n"
        write_text(text, args.json, force=args.force)
    return 0 if _passed(figures) else 1


def _fit(args: argparse.Namespace, models: Components) -> int:
    """Write the population's statistics into the library."""
    if not args.data:
        raise SettingsError("--fit needs --data: a FER2013 CSV with Training rows.")
    known = fit_population(read_dataset(args.data).split("Training"), models.mesh, models.eyes)
    write_text(known.to_json(), PATH, force=args.force)
    print(f"{known.faces:,} neutral faces; written: {PATH}")
    return 0


def _compare(args: argparse.Namespace) -> int:
    """Print how far another program agrees."""
    timeline, other = read_timeline_csv(args.compare[0]), read_foreign(args.compare[1])
    if args.their_face is not None:
        other = other.of_face(args.their_face)
        if not len(other):
            raise SettingsError(f"--their-face {args.their_face} is no face of {args.compare[1].name}.")
    found = compare(timeline, args.face, other)
    for remark in remarks(timeline, other):
        print(remark)
    print(f"face {args.face} beside {other.program}: {len(found)} units in common")
    for row in found:
        alike = f"agreement {percent(row.agreement)} of {row.judged}"
        number = f"correlation {_or_missing(row.correlation)}, {alike} frames"
        print(f"  {BY_CODE[row.code].number} {BY_CODE[row.code].name}: {number}")
    return 0


def _passed(figures: dict) -> bool:
    rows = figures.get("separation", {}).get("gates", [])
    return all(row["passed"] for row in rows) and figures.get("clip", {}).get("passed", True)


def _show(figures: dict) -> None:
    cost = figures["cost"]
    print(
        f"Action Units take {cost['ms_per_face']:.1f} ms a face; a frame takes "
        f"{cost['ms_per_frame_without']:.1f} ms without and {cost['ms_per_frame_with']:.1f} ms with them"
    )
    sample = figures["sample"]
    found = ", ".join(f"{code} {_or_missing(value)}" for code, value in sample["correlation"].items())
    print(f"sample, {sample['frames']} frames, correlation with its script: {found}")
    still = ", ".join(f"{code} {_or_missing(row['sd'])}" for code, row in figures["still"].items())
    print(f"still photo, standard deviation: {still}")
    pairs = [(code, row["mean"], row["mirrored"]) for code, row in figures["still"].items()]
    both = ", ".join(f"{code} {a:.2f} | {b:.2f}" for code, a, b in pairs if a is not None and b is not None)
    print(f"still photo | its mirror image: {both}")
    if "separation" in figures:
        _show_split(figures)
    for row in figures.get("clip", {}).get("rows", []):
        mark = "ok" if row["passed"] else "MISSED"
        value = _or_missing(row["value"])
        print(f"clip, frame {row['frame']:3}: {row['expected']:9} {row['unit']} {value} {mark}")


def _show_split(figures: dict) -> None:
    print(f"{figures['split']}: {figures['faces']:,} faces, mesh found in {figures['mesh_found']:,}")
    for row in figures["separation"]["gates"]:
        mark = "ok" if row["passed"] else "MISSED"
        gate = f"AUC {row['auc']:.2f}, at least {row['least']:.2f} {mark}"
        print(f"  {row['unit']} in {row['expression']:8} {gate}")
    logged = ", ".join(
        f"{r['unit']} in {r['expression']} {r['auc']:.2f}" for r in figures["separation"]["logged"]
    )
    print(f"  no gate: {logged}")
    table = figures["verdicts"]
    print(f"  {'answer':9}" + "".join(f"{VERDICT_TEXT[kind]:>22}" for kind in UNIT_VERDICTS))
    for name in ("all", *DISPLAY_ORDER):
        group = table["all"] if name == "all" else table["by_answer"][name]
        print(f"  {name:9}" + "".join(f"{_cell(group[kind]):>22}" for kind in UNIT_VERDICTS))


def _cell(entry: dict) -> str:
    right = MISSING if entry["right"] is None else percent(entry["right"])
    return f"{percent(entry['share'])}, {right} right"


def _or_missing(value: float | None) -> str:
    return MISSING if value is None or math.isnan(value) else f"{value:.2f}"
