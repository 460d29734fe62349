"""An annotated copy of a video, written while it is analysed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from fer.draw.annotate import anonymize as hide
from fer.draw.annotate import draw
from fer.draw.video_writer import VideoWriter
from fer.emotion.network import read_manifest
from fer.records import Frame, Observations
from fer.settings import Settings


@contextmanager
def annotated_video(
    path: str | Path, *, settings: Settings, anonymize: str = "none", force: bool = False
) -> Iterator[Callable[[Frame, Observations], None]]:
    """Open an output video and give the function to pass as ``on_frame``.

    Args:
        path: Where the .mp4 goes; whole or not there.
        settings: `unsure_below` is read.
        anonymize: ``"none"``, ``"blur"`` or ``"mesh"``.
        force: Replace a file that exists.

    Raises:
        OutputError: It cannot be written.
    """
    unsure_below = settings.unsure_below
    if unsure_below is None:
        unsure_below = read_manifest().unsure_below
    with VideoWriter(path, force=force) as writer:

        def _on_frame(frame: Frame, observations: Observations) -> None:
            picture = hide(frame.image, observations, anonymize)
            writer.write(draw(picture, observations, unsure_below=unsure_below), frame.timestamp_s)

        yield _on_frame
