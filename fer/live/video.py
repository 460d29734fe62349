"""Frames of a WebRTC stream: to the session, and back with the overlay of the newest answer."""

import threading
from dataclasses import dataclass

import av
import numpy as np

from fer.draw.annotate import draw
from fer.live.session import LiveSession
from fer.records import Frame, Observations

STALE_S = 2.5
"""An older answer is not drawn any more: the faces have moved on."""


@dataclass(frozen=True)
class Overlay:
    """What is drawn onto the picture that goes back.

    Args:
        boxes: A box and a label at every face.
        bars: The seven probabilities beside every usable face.
        mirror: The picture as in a mirror; texts stay readable.
    """

    boxes: bool = True
    bars: bool = False
    mirror: bool = True


class VideoProcessor:
    """Give `recv` to ``webrtc_streamer(video_frame_callback=...)``. It never raises nor waits for a model.

    Args:
        session: Reads the frames.
        overlay: What to draw; the attribute may be set at any time, from any thread.
        sendback: The picture is shown to somebody; without that nothing is drawn but snapshots.
    """

    def __init__(
        self, session: LiveSession, *, overlay: Overlay | None = None, sendback: bool = True
    ) -> None:
        self.session = session
        self.overlay = overlay or Overlay()
        self.sendback = sendback
        self._index = -1
        self._asked = threading.Event()
        self._taken = threading.Condition()
        self._picture: np.ndarray | None = None

    def recv(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Hand a frame to the session and draw the newest answer onto it.

        Args:
            frame: Any pixel format and size; both may change in mid-stream.

        Returns:
            A frame with the same size, `pts` and `time_base`; the same frame if there is nothing to draw,
            the session is closed or something failed (which is counted).
        """
        try:
            return self._shown(frame)
        except Exception as exc:
            self.session.count_failure(exc)
            return frame

    def snapshot(self, timeout_s: float = 2.0) -> np.ndarray | None:
        """The next picture with its overlay, as (H, W, 3) uint8 RGB; it is kept by nobody else.

        Args:
            timeout_s: How long to wait for it.

        Returns:
            None if no frame came in that time.
        """
        with self._taken:
            self._asked.set()
            self._taken.wait_for(lambda: self._picture is not None, timeout_s)
            self._asked.clear()
            picture, self._picture = self._picture, None
            return picture

    def _hand_over(self, picture: np.ndarray) -> None:
        with self._taken:
            if self._asked.is_set() and self._picture is None:
                self._picture = picture
                self._taken.notify_all()

    def _shown(self, frame: av.VideoFrame) -> av.VideoFrame:
        self._index += 1
        image = frame.to_ndarray(format="rgb24")
        pts_s = self.session.now() if frame.time is None else float(frame.time)
        self.session.submit(Frame(image, self._index, pts_s))
        if not self.sendback and not self._asked.is_set():
            return frame
        overlay, observations = self.overlay, self._drawable(image)
        changes = overlay.mirror or (len(observations) and (overlay.boxes or overlay.bars))
        if not changes and not self._asked.is_set():
            return frame
        picture = draw(
            image,
            observations,
            boxes=overlay.boxes,
            bars=overlay.bars,
            mirror=overlay.mirror,
            names=self.session.names,
        )
        if self._asked.is_set():
            self._hand_over(picture)
        shown = av.VideoFrame.from_ndarray(picture, format="rgb24")
        shown.pts = frame.pts
        if frame.time_base is not None:
            shown.time_base = frame.time_base
        return shown

    def _drawable(self, image: np.ndarray) -> Observations:
        """The newest answer if it is young and was read from a picture of this size."""
        result = self.session.latest
        is_young = self.session.now() - result.arrived_s <= STALE_S
        if is_young and result.size == (image.shape[1], image.shape[0]):
            return result.shown
        return Observations.empty()
