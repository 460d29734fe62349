"""Persons over seams: several people, cuts, walks and gaps, in pieces that begin from a saved state."""

from itertools import count
from pathlib import Path

import numpy as np
import pandas as pd

from fer.batch.files import SourceFile
from fer.batch.pieces import Piece, piece_from_bytes
from fer.batch.store import Store
from fer.batch.work import Answer, Bench, Order, perform, piece_name, report_of
from fer.pipeline import analyze_video, load_components
from fer.settings import Settings
from tests.bench.compositions import Reference, compositions, load_people
from tests.helpers.clips import clip
from tests.helpers.places import SHARED

RATE = 12
PIECE_S = 1.0


def persons(folder: Path) -> None:
    """A line a group of cases: seams, people, and whether every number is the same."""
    settings = Settings()
    components = load_components(settings)
    print("| case | seams | people in one process | rows | the same persons | the same numbers |")
    print("| --- | --- | --- | --- | --- | --- |")
    for number, case in enumerate(compositions(load_people(SHARED / "media", Reference()))):
        path = folder / f"{number:02d}.mp4"
        folder.mkdir(parents=True, exist_ok=True)
        size = case.size(0.0)
        images = [frame.image for frame, _ in case.frames(RATE) if frame.image.shape[1::-1] == size]
        images = [image[: size[1] // 2 * 2, : size[0] // 2 * 2] for image in images]
        path.write_bytes(clip(images, rate=RATE, codec_options={"crf": "20"}))
        alone = analyze_video(path, settings, name=path.name, components=components).timeline
        pieces = _in_pieces(path, folder / "out", settings, number)
        joined = report_of(pieces).timeline
        same = np.array_equal(alone.face_of_row, joined.face_of_row)
        same &= alone.suggestions == joined.suggestions
        equal = _equal(alone.table, joined.table)
        people = len(alone.face_ids)
        print(
            f"| {case.name} | {len(pieces) - 1} | {people} | {len(alone)} | {'yes' if same else 'NO'} | "
            f"{'yes' if equal else 'NO'} |",
            flush=True,
        )


def _in_pieces(path: Path, out: Path, settings: Settings, key: int) -> list[Piece]:
    """Every piece by a worker that has seen nothing before."""
    file = SourceFile(path.name, str(path))
    models = None
    for number in count():
        bench = Bench("fresh")
        bench._models = models
        answer: Answer = perform(
            Order(
                key=key,
                kind="video",
                label=path.name,
                stem=path.stem,
                number=number,
                out=str(out),
                settings=settings,
                files=(file,),
                fingerprint=file.fingerprint(),
                piece_s=PIECE_S,
            ),
            bench,
            lambda *_: None,
        )
        models = bench._models
        if answer.error:
            raise SystemExit(answer.error)
        if answer.last:
            return [piece_from_bytes(Store(str(out)).read(piece_name(key, k))) for k in range(number + 1)]
    raise AssertionError


def _equal(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    try:
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    except AssertionError:
        return False
    return True
