"""How fast and how large: milliseconds a step, frames a second, memory, start-up. Prints nothing itself."""

import importlib.util
import io
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

import av

from fer.emotion.network import EmotionNetwork
from fer.errors import SettingsError
from fer.evaluation.figures.latency import latencies
from fer.io.places import IMPORT_ROOT, MODELS_DIR
from fer.pipeline import Analyzer, load_components
from fer.processors import processor_name, processors
from fer.records import Frame
from fer.settings import Settings
from fer.sources import VideoSource
from fer.stages import STAGES, Stages

WARM_UP_FRAMES = 10
REFERENCE = "mini_xception"
"""The network that others ship; measured in the same run, with new weights: speed does not depend on them."""

# In a process of its own: TensorFlow's threads and memory must not stand in the way of what is measured.
_BUILD = """
import sys
from pathlib import Path
from fer.training.conversion.forms import to_litert
from fer.training.networks import build
Path(sys.argv[2]).write_bytes(to_litert(build(sys.argv[1])))
"""
_MIB = 1024 * 1024


def benchmark_video(source: bytes | str | Path, settings: Settings | None = None, *, name: str = "") -> dict:
    """Milliseconds of every step over a whole clip.

    Args:
        source: Path or bytes of a video.
        settings: What to do; by default every frame at full size.
        name: Label of the clip.

    Returns:
        Plain values: size, frames, ``ms`` per frame by step, ``ms_per_frame`` with everything between
        reading the file and the finished Observations, ``frames_per_s`` and ``times_real_time``. Steps of
        different frames run side by side, so that the whole is less than their sum.
    """
    settings = settings or Settings()
    analyzer = Analyzer(settings, components=load_components(settings))
    faces = count = 0
    started = last_s = 0.0
    with VideoSource(source, name=name or None) as video:
        stream = analyzer.stream(_timed(video, analyzer.stages))
        for number, (frame, observations) in enumerate(stream, 1):
            if number == WARM_UP_FRAMES:
                analyzer.stages.seconds.clear()
                started, count, faces = time.perf_counter(), 0, 0
                continue
            faces += len(observations)
            count, last_s = count + 1, frame.timestamp_s
        elapsed = time.perf_counter() - started
        info = video.info
    if not started or not count:
        raise SettingsError(f"The clip is too short to be measured: wanted over {WARM_UP_FRAMES} frames.")
    played_s = last_s * count / (count + WARM_UP_FRAMES)
    return {
        "clip": info.name,
        "width": info.width,
        "height": info.height,
        "frames": count,
        "faces_per_frame": faces / count,
        "ms": {stage: analyzer.stages.seconds[stage] / count * 1e3 for stage in STAGES},
        "ms_per_frame": elapsed / count * 1e3,
        "frames_per_s": count / elapsed,
        "times_real_time": played_s / elapsed,
    }


def _timed(frames: Iterable[Frame], stages: Stages) -> Iterator[Frame]:
    """The same frames; what making them takes is the step "decode"."""
    made = iter(frames)
    while True:
        with stages.time("decode"):
            frame = next(made, None)
        if frame is None:
            return
        yield frame


def network_latency(folder: Path = MODELS_DIR) -> list[dict]:
    """Milliseconds of the shipped network and, where TensorFlow can build it, mini_xception's beside it.

    Args:
        folder: Folder with the shipped network.

    Returns:
        Rows of `Latency` as plain values, every batch size, number of threads and view.
    """
    network = EmotionNetwork(folder)
    with tempfile.TemporaryDirectory() as built:
        paths = {network.manifest.name: folder / network.manifest.tflite}
        if importlib.util.find_spec("tensorflow"):
            paths[REFERENCE] = Path(built, f"{REFERENCE}.tflite")
            _python(_BUILD, REFERENCE, str(paths[REFERENCE]))
        return [asdict(row) for row in latencies(paths, views=("plain", "flip"))]


def import_cost() -> dict:
    """Seconds of ``import fer`` in a new process, and whether TensorFlow came with it."""
    code = (
        "import time; t = time.perf_counter(); import fer; t = time.perf_counter() - t;"
        "import fer.pipeline, fer.photos, sys; print(t, bool({'tensorflow', 'keras'} & set(sys.modules)))"
    )
    seconds, heavy = _python(code).split()
    return {"seconds": float(seconds), "tensorflow": heavy == "True"}


def peak_memory(path: str | Path) -> float:
    """Peak memory in MiB of a new process that analyses a clip."""
    code = (
        "import sys, resource; from fer.pipeline import analyze_video; analyze_video(sys.argv[1]);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    return float(_python(code, str(path)).split()[-1])


def _python(code: str, *args: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code, *args], cwd=IMPORT_ROOT, capture_output=True, text=True, check=True
    ).stdout


def repeated(clip: bytes, seconds: float) -> bytes:
    """A clip repeated until it lasts that long, without encoding it again.

    Args:
        clip: An MP4 with one video stream.
        seconds: Length wanted.

    Returns:
        The longer MP4.
    """
    out_file = io.BytesIO()
    with av.open(out_file, "w", format="mp4") as out:
        stream, offset, lasted_s = None, 0, 0.0
        while lasted_s < seconds:
            with av.open(io.BytesIO(clip), "r") as source:
                video = source.streams.video[0]
                if not video.duration or video.time_base is None:
                    raise ValueError("clip: wanted an MP4 that says how long it is")
                stream = stream or out.add_stream_from_template(video)
                for packet in source.demux(video):
                    if packet.dts is not None and packet.pts is not None:
                        packet.pts, packet.dts = packet.pts + offset, packet.dts + offset
                        packet.stream = stream
                        out.mux(packet)
                offset += video.duration
                lasted_s = float(offset * video.time_base)
    return out_file.getvalue()


def machine() -> dict:
    """What the figures were measured on."""
    return {
        "cpus": processors(),
        "processor": processor_name(),
        "python": platform.python_version(),
        "load_1min": os.getloadavg()[0],
    }


def peak_memory_mib() -> float:
    """Peak memory of this process in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / _MIB
