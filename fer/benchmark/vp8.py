"""A WebRTC stream's codec work, with the codec objects of aiortc: pictures to packets and back."""

from collections.abc import Iterable
from fractions import Fraction
from typing import cast

import av
import numpy as np

CLOCK_HZ = 90_000
BIT_RATE = 1_000_000
"""About what a browser spends on 640x480."""

KEYFRAME_EVERY = 30
OPTIONS = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "g": str(KEYFRAME_EVERY)}


def camera_packets(images: Iterable[np.ndarray], *, fps: float) -> list[bytes]:
    """Encode pictures as a camera's browser does.

    Args:
        images: (H, W, 3) uint8 RGB, all of one size.
        fps: Frames a second.

    Returns:
        One VP8 packet for every picture; the first is a key frame, and each `KEYFRAME_EVERY` later one.
    """
    context: av.VideoCodecContext | None = None
    packets: list[bytes] = []
    for index, image in enumerate(images):
        if context is None:
            context = av.CodecContext.create("libvpx", "w")
            context.height, context.width = image.shape[:2]
            context.pix_fmt, context.bit_rate, context.options = "yuv420p", BIT_RATE, OPTIONS
            context.framerate, context.time_base = Fraction(fps), Fraction(1, CLOCK_HZ)
        picture = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format="yuv420p")
        picture.pts, picture.time_base = round(index * CLOCK_HZ / fps), Fraction(1, CLOCK_HZ)
        packets += [bytes(packet) for packet in context.encode(picture)]
    if context is not None:
        packets += [bytes(packet) for packet in context.encode(None)]
    return packets


class Vp8Codec:
    """Decodes what a camera sends and encodes what goes back, as aiortc does for a live page."""

    def __init__(self) -> None:
        # Imported here: a command without WebRTC does not pay for it.
        from aiortc.codecs.vpx import Vp8Decoder, Vp8Encoder
        from aiortc.jitterbuffer import JitterFrame

        self._decoder, self._encoder, self._wrap = Vp8Decoder(), Vp8Encoder(), JitterFrame

    def decode(self, packet: bytes, pts: int) -> av.VideoFrame:
        """The picture of a packet; ``pts`` counts at `CLOCK_HZ`."""
        [frame] = self._decoder.decode(self._wrap(packet, pts))
        return cast(av.VideoFrame, frame)  # aiortc says only that it is a frame

    def encode(self, frame: av.VideoFrame) -> int:
        """Bytes of the RTP payloads of a picture."""
        payloads, _timestamp = self._encoder.encode(frame)
        return sum(map(len, payloads))
