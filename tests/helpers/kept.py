"""Kept sessions as a file that the Sessions page takes in."""

import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from fer.library import About, KeptSession, Library
from tests.helpers.factories import make_source, make_timeline


@cache
def sessions_file(count: int = 14) -> bytes:
    """Sessions of participants under two conditions in turn, with and without titles and tags."""
    rng, owner = np.random.default_rng(0), "somebody"
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder))
        for k in range(count):
            condition, happy_s = ("stress", 2.0) if k % 2 else ("calm", 6.0)
            parts = [("happy", happy_s + rng.uniform(0, 2)), ("sad", 1.0), ("neutral", rng.uniform(1, 4))]
            timeline = make_timeline({1: parts, 2: [("neutral", 4.0)]}, source=make_source(f"talk {k}.mp4"))
            kept = KeptSession(timeline, {"name": "emotion"}, "2026-11-26T03:00:00+00:00", unsure_below=0.5)
            title = (
                "" if k % 3 else f"Interview {k + 1}, {'with a somewhat longer title ' * (k == 6)}first take"
            )
            library.keep(owner, kept, About.typed(title, f"P{k // 2 + 1:02d}", condition, ["pilot"][: k % 5]))
        data = library.export(owner, [entry.id for entry in library.entries(owner)])
        library.close()
    return data
