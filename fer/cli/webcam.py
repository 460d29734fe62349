"""``fer webcam``: a camera of this machine, read live in the terminal; Ctrl-C ends it and saves the rest."""

import argparse
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path

from rich.console import Console
from rich.live import Live

from fer.cli.shared.live_view import as_line, as_picture
from fer.cli.shared.options import OUTPUTS, add_outputs, add_settings, settings_of
from fer.cli.shared.reports import print_report, say_written, write_reports
from fer.cli.shared.targets import check_targets
from fer.draw.late import live_copy
from fer.errors import CameraLostError, FerError
from fer.export.forms import FORMS
from fer.io.names import check_video_name
from fer.live import LiveSession, LiveSnapshot
from fer.pipeline import Analyzer
from fer.sources.camera import CameraSource
from fer.timeline.report import LIMITS, make_report

REFRESH_S = 0.1
LINE_EVERY_S = 1.0
SILENT_S = 12.0
"""A camera that gives nothing for this long has hung. Longer than the time limit of a single read."""

SETTLE_S = 2.0


def add_parser(commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("webcam", help="read a camera of this machine live, in the terminal")
    parser.add_argument(
        "--device", help="a camera (/dev/video0, 0, a name) or a video file; default: the first camera"
    )
    parser.add_argument("--seconds", type=float, help="end after this time; default: at Ctrl-C")
    output = parser.add_argument_group("output (nothing is kept without it)")
    output.add_argument(
        "--record-video",
        type=Path,
        dest="video",
        metavar="VIDEO",
        help="the pictures with the readings (.mp4)",
    )
    add_outputs(output)
    add_settings(parser.add_argument_group("analysis"))
    parser.set_defaults(run=run, usage_error=parser.error)


def run(args: argparse.Namespace) -> int:
    """Read until the end; what was read by then is reported and written even if the camera was lost."""
    settings = settings_of(args)
    if args.seconds is not None and not args.seconds > 0:
        args.usage_error("--seconds is a number above 0")
    targets = {name: getattr(args, name) for name in (*OUTPUTS, "video", *FORMS) if getattr(args, name)}
    check_targets(targets.values(), [Path(args.device)] if args.device else [], force=args.force)
    if args.video:
        check_video_name(args.video)
    print(LIMITS[3], file=sys.stderr)
    with stopping() as stop, ExitStack() as stack:
        camera = stack.enter_context(CameraSource(args.device))
        analyzer = Analyzer(settings)
        copy = nullcontext()
        if args.video:
            copy = live_copy(args.video, settings, mode=args.hide, force=args.force)
        on_frame = stack.enter_context(copy)
        with LiveSession(analyzer, on_frame=on_frame, max_fps=settings.fps) as session:
            session.start_recording()
            lost = _watch(camera, session, stop, seconds=args.seconds)
            timeline = session.stop_recording(camera.name)
        if lost is not None and not len(timeline.frame_times_s):
            raise lost
    report = make_report(timeline, model=analyzer.model_info)
    write_reports(report, targets, csv_form=args.csv_form, force=args.force)
    print_report(camera.name, report)
    say_written(targets)
    if lost is not None:
        raise lost
    return 0


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set, so that the work ends where it can be written down."""
    stop = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for number in before:
            signal.signal(number, lambda *_: stop.set())
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Reader(threading.Thread):
    """Hands the camera's frames to the session. A thread: reading a camera cannot be interrupted."""

    def __init__(self, camera: CameraSource, session: LiveSession) -> None:
        super().__init__(name="camera", daemon=True)
        self._camera, self._session = camera, session
        self.error: Exception | None = None
        self.seen_s = time.monotonic()
        self.stop = threading.Event()

    def run(self) -> None:
        """Read until the camera ends or `stop` is set."""
        try:
            for frame in self._camera:
                if self.stop.is_set():
                    return
                self.seen_s = time.monotonic()
                self._session.submit(frame)
        except Exception as exc:
            self.error = exc


def _watch(
    camera: CameraSource, session: LiveSession, stop: threading.Event, *, seconds: float | None
) -> FerError | None:
    """Show the session until the end of the file, of the time, or Ctrl-C.

    Returns:
        Why the camera was lost; None if it was not.

    Raises:
        Exception: What went wrong in reading and is no error that a user can cure.
    """
    reader, started_s = _Reader(camera, session), time.monotonic()
    reader.start()
    lost = None
    with _view(camera.name) as show:
        while reader.is_alive() and not stop.wait(REFRESH_S):
            show(session.snapshot())
            if seconds is not None and time.monotonic() - started_s >= seconds:
                break
            if time.monotonic() - reader.seen_s > SILENT_S:
                lost = CameraLostError(f"The camera {camera.name} hangs: unplug it, connect it, start again.")
                break
        _settle(session)
        show(session.snapshot())
    reader.stop.set()
    reader.join(SETTLE_S)
    if isinstance(reader.error, FerError):
        return reader.error
    if reader.error is not None:
        raise reader.error
    return lost


def _settle(session: LiveSession) -> None:
    """Let the newest frame be read."""
    ends_s = time.monotonic() + SETTLE_S
    while session.snapshot().counts.waiting and time.monotonic() < ends_s:
        time.sleep(REFRESH_S / 10)


@contextmanager
def _view(title: str) -> Iterator[Callable[[LiveSnapshot], None]]:
    """Bars that move on a terminal, a line a second elsewhere."""
    console = Console(stderr=True)
    if console.is_terminal:
        with Live(console=console, transient=True, auto_refresh=False) as live:
            yield lambda shot: live.update(as_picture(shot, title=title), refresh=True)
        return
    told_s = time.monotonic()

    def tell(shot: LiveSnapshot) -> None:
        """A line a second, however often it is called."""
        nonlocal told_s
        if time.monotonic() - told_s >= LINE_EVERY_S:
            told_s += LINE_EVERY_S
            print(as_line(shot), file=sys.stderr, flush=True)

    yield tell
