"""Recordings of any length from short ones, without encoding them again, and many photos."""

import io
import os
import shutil
from pathlib import Path

import av
import cv2

from fer.sample.shipped import shipped_video
from fer.sources import VideoSource
from tests.helpers.clips import clip
from tests.helpers.places import SHARED

CLIPS = (
    *("expressive_a.mp4", "expressive_b.mp4", "expressive_c.mp4"),
    *("one_person_turns.mp4", "talking_woman_short.mp4", "crying_woman_472f.mp4"),
)
"""Six clips beside the checkout; without them the built-in sample stands for each."""

PHOTO_PX = (400, 300)


def fresh(place: Path) -> Path:
    """The same path, at which nothing lies any more."""
    shutil.rmtree(place, ignore_errors=True)
    return place


def six_clips(folder: Path, *, seconds: float = 0.0) -> Path:
    """Six videos in a folder, each repeated up to a length in seconds; 0 takes them as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    sample = b""
    for name in CLIPS:
        path = SHARED / "media" / name
        if not path.is_file():
            sample = sample or shipped_video()
        data = path.read_bytes() if path.is_file() else sample
        (folder / name).write_bytes(repeated(data, seconds) if seconds else data)
    return folder


def repeated(data: bytes, seconds: float) -> bytes:
    """A video one behind the other until it is at least so long: packets are copied, nothing is encoded."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as target:
        stream, shift, length = None, 0, 0.0
        while length < seconds:
            with av.open(io.BytesIO(data)) as source:
                track = source.streams.video[0]
                stream = stream or target.add_stream_from_template(track)
                end = 0
                for packet in source.demux(track):
                    if packet.dts is None or packet.pts is None:
                        continue
                    end = max(end, packet.pts + (packet.duration or 1))
                    packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                    packet.stream = stream
                    target.mux(packet)
                shift += end
                length = float(shift * track.time_base)
    return out.getvalue()


def long_clip(hours: float, *, fps: float = 1.0, height: int = 240) -> bytes:
    """The sample, small and slow, for hours."""
    with VideoSource(shipped_video(), fps=5.0) as video:
        images = [cv2.resize(frame.image, (height * 4 // 3, height)) for frame in video]
    rate = max(1, round(fps))
    minute = [images[k % len(images)] for k in range(60 * rate)]
    return repeated(clip(minute, rate=rate, codec_options={"g": "30", "bf": "0"}), 3600 * hours)


def many_photos(folder: Path, count: int, *, kinds: int = 50) -> Path:
    """So many JPEG files, of a few contents: the others are further names of the same files."""
    fresh(folder).mkdir(parents=True)
    with VideoSource(shipped_video(), fps=5.0) as video:
        images = [cv2.cvtColor(frame.image, cv2.COLOR_RGB2BGR) for frame in video][:kinds]
    images = [cv2.resize(image, PHOTO_PX) for image in images]
    for k in range(count):
        path = folder / f"{k:06d}.jpg"
        if k < len(images):
            path.write_bytes(cv2.imencode(".jpg", images[k])[1].tobytes())
        else:
            os.link(folder / f"{k % len(images):06d}.jpg", path)
    return folder
