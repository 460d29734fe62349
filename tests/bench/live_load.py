"""How many live sessions this machine holds: lag, queues and processor time of real WebRTC streams.

    python -m tests.bench.live_load [--sessions 4] [--seconds 30] [--sendonly] [--json F]

The cameras run on the same machine, in a process of their own: a browser's share of the work (decoding what
comes back) is on top of the server's, so that the figures are on the safe side.
"""

import argparse
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from streamlit_webrtc import WebRtcMode

from fer.benchmark.sections import write_sections
from fer.benchmark.speed import machine
from fer.live import LiveGate, LiveSession, Overlay, VideoProcessor, default_limit
from pages.ui.live.rooms import make_analyzer
from tests.bench.cameras import FPS, SIZE, Cameras
from tests.helpers.loopback import Server, frames_waiting

SETTLE_S = 5.0
LOOK_EVERY_S = 0.02


@dataclass
class Measured:
    """What was seen of one session.

    Args:
        lag_s: Age of every answer when it was there.
        queued: Frames that the session held, at each look.
        waiting: The longest queue around it, at each look.
    """

    lag_s: list[float] = field(default_factory=list)
    queued: list[int] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    last_index: int = -1

    def look(self, session: LiveSession, worker) -> None:
        """Take down one moment."""
        shot = session.snapshot()
        counts, index = shot.counts, shot.result.observations.frame_index
        self.queued.append(counts.waiting)
        self.waiting.append(frames_waiting(worker))
        if index != self.last_index:
            self.lag_s.append(shot.result.lag_s)
            self.last_index = index


def open_sessions(stack: ExitStack, server: Server, cameras: Cameras, mode: WebRtcMode) -> list[tuple]:
    """A live session with its worker for every camera, connected."""
    pairs = []
    for _ in range(cameras.count):
        session = stack.enter_context(LiveSession(make_analyzer()))
        sends_back = mode is WebRtcMode.SENDRECV
        overlay = Overlay(boxes=sends_back, bars=sends_back, mirror=sends_back)
        worker = server.worker(VideoProcessor(session, overlay=overlay), mode=mode)
        cameras.connect(worker)
        pairs.append((session, worker))
    return pairs


def measure(sessions: int, seconds: float, *, mode: WebRtcMode = WebRtcMode.SENDRECV) -> dict:
    """Run sessions side by side.

    Args:
        sessions: How many.
        seconds: How long, after `SETTLE_S` that do not count.
        mode: SENDRECV: the overlay is drawn here and sent back; SENDONLY: charts only.

    Returns:
        Plain values; times in milliseconds, rates a second and session.
    """
    with ExitStack() as stack:
        cameras = stack.enter_context(Cameras(sessions))
        server = stack.enter_context(Server())
        pairs = open_sessions(stack, server, cameras, mode)
        time.sleep(SETTLE_S)
        cameras.reset()
        before = [session.snapshot().counts for session, _ in pairs]
        spent_s, started_s = time.process_time(), time.monotonic()
        measured = [Measured() for _ in pairs]
        while time.monotonic() - started_s < seconds:
            for one, pair in zip(measured, pairs, strict=True):
                one.look(*pair)
            time.sleep(LOOK_EVERY_S)
        spent_s, elapsed_s = time.process_time() - spent_s, time.monotonic() - started_s
        after = [session.snapshot().counts for session, _ in pairs]
        seen, cameras_cpu_s = cameras.report()
    frames = sum(b.submitted - a.submitted for a, b in zip(before, after, strict=True))
    analyzed = [b.analyzed - a.analyzed for a, b in zip(before, after, strict=True)]
    lags = np.concatenate([one.lag_s for one in measured]) * 1e3
    away = np.array([s for one in seen for s in one.away_s]) * 1e3
    return {
        "sessions": sessions,
        "mode": mode.name,
        "seconds": elapsed_s,
        "sent_fps": sum(one.sent for one in seen) / sessions / elapsed_s,
        "analysed_fps": sum(analyzed) / sessions / elapsed_s,
        "least_analysed_fps": min(analyzed) / elapsed_s,
        "returned_fps": sum(one.received for one in seen) / sessions / elapsed_s,
        "lag_ms_median": float(np.median(lags)),
        "lag_ms_p95": float(np.percentile(lags, 95)),
        "worst_session_lag_ms_p95": max(float(np.percentile(one.lag_s, 95)) * 1e3 for one in measured),
        "round_trip_ms_p95": float(np.percentile(away, 95)) if len(away) else None,
        "most_queued": max(max(one.queued) for one in measured),
        "most_waiting": max(max(one.waiting) for one in measured),
        "cpu_ms_per_frame": spent_s / frames * 1e3,
        "cpus_used": spent_s / elapsed_s,
        "cameras_cpus_used": cameras_cpu_s / elapsed_s,
        "failed": sum(b.failed for b in after),
    }


def refused_at(limit: int) -> int:
    """Which session a gate of that size refuses, counted from 1."""
    gate, tokens = LiveGate(limit), []
    while (token := gate.try_enter()) is not None:
        tokens.append(token)
    return len(tokens) + 1


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sessions", type=int, nargs="+", default=[default_limit()])
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--sendonly", action="store_true", help="charts only: nothing is sent back")
    parser.add_argument("--json", type=Path, help="file of figures, whose section is replaced")
    args = parser.parse_args()
    mode = WebRtcMode.SENDONLY if args.sendonly else WebRtcMode.SENDRECV
    figures = {"machine": machine(), "runs": []}
    print(f"{figures['machine']['cpus']} CPUs, {SIZE[0]}x{SIZE[1]} at {FPS} fps, {mode.name}")
    for sessions in args.sessions:
        f = measure(sessions, args.seconds, mode=mode)
        figures["runs"].append(f)
        trip = f["round_trip_ms_p95"]
        print(
            f"{sessions} sessions: {f['analysed_fps']:.1f} analysed a second and session "
            f"(least {f['least_analysed_fps']:.1f}), lag median {f['lag_ms_median']:.0f} ms, "
            f"p95 {f['lag_ms_p95']:.0f} ms; picture there and back p95 "
            f"{'-' if trip is None else f'{trip:.0f} ms'}; held at most {f['most_queued']}, "
            f"longest queue around it {f['most_waiting']}; {f['cpu_ms_per_frame']:.1f} ms CPU a frame, "
            f"{f['cpus_used']:.2f} CPUs (cameras {f['cameras_cpus_used']:.2f} more); failed {f['failed']}"
        )
    print(f"the cap on this machine is {default_limit()}: session {refused_at(default_limit())} is refused")
    if args.json:
        write_sections({"live_load": figures}, args.json, force=True)


if __name__ == "__main__":
    main()
