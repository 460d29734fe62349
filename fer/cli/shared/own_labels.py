"""``fer evaluate`` on a CSV of file and label, beside its pictures or in a zip file with them."""

import argparse
import sys
from pathlib import Path

from fer.cli.shared.score_tables import show_classes, show_confusion, show_views
from fer.constants import EMOTIONS
from fer.dataset.faces import FaceDataset
from fer.dataset.readers.folders import whole_picture
from fer.dataset.readers.labeled import (
    is_label_table,
    read_label_folder,
    read_labeled_files,
    zip_holds_label_table,
)
from fer.emotion.network import EmotionNetwork
from fer.evaluation.own_labels import OwnLabels, own_labels, own_labels_json
from fer.evaluation.single_face import SingleFaceCropper
from fer.io.files import write_text
from fer.sources.magic import sniff
from fer.sources.opening import read_head

_SHOWN = 10
_FIRST_BYTES = 4096


def has_own_labels(path: Path) -> bool:
    """Whether a path is a CSV of file and label, or a zip file that holds one."""
    if not path.is_file() or not path.stat().st_size:
        return False
    if sniff(read_head(path)) == "zip":
        return zip_holds_label_table(path)
    with path.open("rb") as file:
        return is_label_table(file.read(_FIRST_BYTES))


def run_own_labels(args: argparse.Namespace, network: EmotionNetwork) -> int:
    """Read the labelled pictures, score, print and write; rows that cannot be used are named on stderr.

    Returns:
        1 if rows were left out, else 0.
    """
    faces = _read(args.data, cropped=args.cropped)
    found = own_labels(faces, network)
    how = "taken as cropped faces" if args.cropped else "searched for their one face, cropped as in use"
    print(f"{found.model} ({found.sha256[:12]}): {len(faces):,} pictures, {how}; 95% intervals in brackets")
    _show(found)
    for warning in found.warnings():
        print(f"warning: {warning}")
    if args.json:
        write_text(own_labels_json(found), args.json, force=args.force)
    for reason in faces.rejected:
        print(f"left out: {reason}", file=sys.stderr)
    if faces.n_rejected > len(faces.rejected):
        print(f"left out: {faces.n_rejected - len(faces.rejected):,} more", file=sys.stderr)
    return 1 if faces.n_rejected else 0


def _read(path: Path, *, cropped: bool) -> FaceDataset:
    to_face = whole_picture if cropped else SingleFaceCropper()
    if sniff(read_head(path)) == "zip":
        return read_labeled_files([(path.name, path.read_bytes())], to_face=to_face)
    return read_label_folder(path, to_face=to_face)


def _show(found: OwnLabels) -> None:
    show_views({"one view": found.scores})
    show_classes(found.scores)
    show_confusion(found.scores)
    rows = found.disagreements()
    if len(rows):
        print(f"{len(rows):,} disagreements, the surest answers first:")
    for k in rows[:_SHOWN]:
        label, answer = EMOTIONS[found.faces.labels[k]], EMOTIONS[found.answers[k]]
        print(f"  {found.faces.names[k]}: labelled {label}, read as {answer} ({found.probs[k].max():.0%})")
