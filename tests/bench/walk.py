"""Which modules a video, a webcam frame, a training row and an Action Unit value visit, in order.

    python -m tests.bench.walk [--list]

A visit is a run of calls into one module; a return is a visit to a room that was left before. The calls
are those of one frame (one row), counted while they happen; what Streamlit adds on a page is left out.
"""

import argparse
import io
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import fer
from fer.draw.video_writer import Mp4Encoder
from fer.sample.clip import sample_frames
from tests.helpers.datasets import scenes, write


class Walk:
    """Notes the module of every call into this project, one note for calls in a row.

    Example:
        >>> with Walk() as walk: ...                    # doctest: +SKIP
        >>> walk.returns
    """

    def __init__(self) -> None:
        self.visits: list[str] = []

    def __enter__(self) -> "Walk":
        threading.setprofile(self._see)
        sys.setprofile(self._see)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)
        threading.setprofile(None)

    @property
    def modules(self) -> list[str]:
        """Each module once, in the order of the first visit."""
        return list(dict.fromkeys(self.visits))

    @property
    def rooms(self) -> list[str]:
        """The room of every visit, one note for visits in a row: a folder, or a module of the spine."""
        names = [".".join(name.split(".")[:2]) for name in self.visits]
        return [name for k, name in enumerate(names) if not k or names[k - 1] != name]

    def _see(self, frame, event: str, _argument: object) -> None:
        name = frame.f_globals.get("__name__", "")
        inside = name.startswith("fer.") and frame.f_code.co_name != "<module>"
        if event == "call" and inside and (not self.visits or self.visits[-1] != name):
            self.visits.append(name)


def one_frame_clip() -> bytes:
    """The first frame of the sample as an MP4."""
    file = io.BytesIO()
    encoder = Mp4Encoder(file, fps=10.0)
    encoder.write(next(sample_frames()).image, 0.0)
    encoder.close()
    return file.getvalue()


def of_a_video() -> Callable[[], object]:
    """From the bytes of an upload to the report's sentences and its CSV."""
    clip = one_frame_clip()

    def go() -> None:
        from fer.timeline.headline import headlines

        report = fer.analyze_video(clip)
        headlines(report.summary)
        fer.to_csv(report.timeline)

    return go


def of_a_webcam_frame() -> Callable[[], object]:
    """From a frame of the stream to the picture that goes back."""
    from fer.live import LiveSession, VideoProcessor

    frame = next(sample_frames())
    session = LiveSession(fer.Analyzer())

    def go() -> None:
        import av

        session.process(frame)
        picture = av.VideoFrame.from_ndarray(frame.image, format="rgb24")
        picture.pts = 0
        VideoProcessor(session).recv(picture)
        session.close()

    return go


def of_a_training_row() -> Callable[[], object]:
    """From a row of the CSV to an augmented face in a batch."""
    path = Path(tempfile.mkdtemp()) / "rows.csv"
    write(path, scenes(4), [0, 1, 2, 3], ["Training"] * 4)

    def go() -> None:
        from fer.dataset.readers.fer2013 import read_dataset
        from fer.training.batches import Batches
        from fer.training.plan import Plan

        batches = Batches(
            Plan(votes_weight=0.0, epochs=1, batch_size=4), read_dataset(path), votes=None, teacher=None
        )
        next(iter(batches.stream(0, 0)))

    return go


def of_an_action_unit() -> Callable[[], object]:
    """From a face's landmarks to the CSV's column."""
    from fer.timeline.timeline import TimelineBuilder

    analyzer, frame = fer.Analyzer(still=True), next(sample_frames())
    seen = analyzer.analyze(frame)

    def go() -> None:
        units = analyzer.action_units
        geometry = units.measure([(frame, seen.faces)])
        units.read(frame.timestamp_s, seen.faces, geometry, seen.probs, seen.usable)
        builder = TimelineBuilder()
        builder.add(seen)
        fer.to_csv(builder.build(fer.SourceInfo("a", "photos"), analyzer.settings))

    return go


JOURNEYS = {
    "video upload": of_a_video,
    "webcam frame": of_a_webcam_frame,
    "training row": of_a_training_row,
    "Action Unit value": of_an_action_unit,
}


def main() -> None:
    """Walk all four and print what was visited."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--list", action="store_true", help="name the modules in order")
    args = parser.parse_args()
    for name, prepare in JOURNEYS.items():
        prepare()()  # the first time also imports and loads
        go = prepare()
        with Walk() as walk:
            go()
        rooms, returns = len(set(walk.rooms)), len(walk.rooms) - len(set(walk.rooms))
        print(f"{name}: {rooms} rooms, {returns} returns to a room; {len(walk.modules)} modules")
        if args.list:
            print("  " + " > ".join(walk.modules))


if __name__ == "__main__":
    main()
