"""An annotated copy of a video, written while it is analysed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from fer.draw.annotate import anonymize as hide
from fer.draw.annotate import draw
from fer.draw.video_writer import VideoWriter
from fer.records import Frame, Observations


@contextmanager
def video_copy(
    path: str | Path, *, anonymize: str = "none", force: bool = False
) -> Iterator[Callable[[Frame, Observations], None]]:
    """Open an output video and give the function to pass as ``on_frame``.

    Args:
        path: Where the .mp4 goes; whole or not there.
        anonymize: ``"none"``, ``"blur"`` or ``"mesh"``.
        force: Replace a file that exists.

    Raises:
        OutputError: It cannot be written.
    """
    with VideoWriter(path, force=force) as writer:

        def _on_frame(frame: Frame, observations: Observations) -> None:
            picture = hide(frame.image, observations, anonymize)
            writer.write(draw(picture, observations), frame.timestamp_s)

        yield _on_frame
