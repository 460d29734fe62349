"""A camera of this machine, read through FFmpeg; or a video file that plays at its own pace, like one."""

import errno
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
from av.container import InputContainer
from av.error import FFmpegError

from fer.errors import (
    CameraDeniedError,
    CameraError,
    CameraInUseError,
    CameraLostError,
    MissingCameraError,
)
from fer.given import path_of
from fer.records import Frame
from fer.sources.opening import safe_name
from fer.sources.video import VideoSource

ASKED_FOR = {"video_size": "640x480", "framerate": "30"}
"""What a camera is asked for first; one that cannot is taken as it is."""

OPEN_WITHIN_S, READ_WITHIN_S = 15.0, 10.0


@dataclass(frozen=True)
class CameraApi:
    """How a system gives cameras.

    Args:
        format: FFmpeg's input device.
        first: The camera that is taken when none is named; empty takes the first that the system lists.
        prefix: What stands before a camera's name.
        allow: How a user permits the camera.
    """

    format: str
    first: str = ""
    prefix: str = ""
    allow: str = "allow this program to use the camera in the system's privacy settings"


CAMERA_APIS = {
    "linux": CameraApi(
        "v4l2",
        "/dev/video0",
        allow="add your user to its group (sudo usermod -aG video $USER) and log in again",
    ),
    "darwin": CameraApi(
        "avfoundation",
        "0",
        allow="allow your terminal under System Settings, Privacy & Security, Camera, and start it again",
    ),
    "win32": CameraApi(
        "dshow", prefix="video=", allow="allow desktop apps under Settings, Privacy & security, Camera"
    ),
}
"""By `sys.platform`."""

_DENIED = (errno.EACCES, errno.EPERM)
_IN_USE = (errno.EBUSY, errno.EAGAIN)


class CameraSource:
    """The frames of a camera, one after the other, until it is closed or unplugged.

    Iterating gives `Frame` records in RGB whose ``timestamp_s`` counts by the camera's own clock, from
    anywhere. Use it as a context manager.

    Args:
        device: Name of a camera (``/dev/video0``, ``0``, ``Integrated Camera``) or its number, or path of a
            video file, which is given out at the pace at which it was recorded. None takes the first camera.
        platform: As `sys.platform`; for tests.
        clock: Monotonic seconds; for the pace of a file.
        sleep: Waits some seconds; for the pace of a file.

    Raises:
        MissingCameraError: There is no such camera.
        CameraInUseError: Another program uses it.
        CameraDeniedError: It may not be used.
        CameraError: It cannot be opened for another reason.
        CameraLostError: While iterating: it stopped giving pictures.
        InputError: The device is a file and cannot be read as a video.

    Example:
        >>> with CameraSource() as camera:          # doctest: +SKIP
        ...     for frame in camera:
        ...         session.submit(frame)
    """

    def __init__(
        self,
        device: str | int | None = None,
        *,
        platform: str = sys.platform,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._video: VideoSource | None = None
        self._camera: InputContainer | None = None
        device = str(device) if isinstance(device, int) else device
        if device is not None and Path(path_of(device)).is_file():
            self._video = VideoSource(device)
            self.name = self._video.info.name
        else:
            self._camera, self.name = _open_camera(device, platform)

    def __enter__(self) -> "CameraSource":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the camera back."""
        for opened in (self._video, self._camera):
            if opened is not None:
                opened.close()
        self._video = self._camera = None

    def __iter__(self) -> Iterator[Frame]:
        """See the class."""
        if self._video is not None:
            return self._paced(self._video)
        if self._camera is None:
            raise ValueError("The camera was closed.")
        return self._live(self._camera)

    def _paced(self, video: VideoSource) -> Iterator[Frame]:
        """The file's frames, each when its time has come."""
        start: tuple[float, float] | None = None
        for frame in video:
            if start is None:
                start = self._clock(), frame.timestamp_s
            started_s, first_s = start
            self._sleep(max(0.0, frame.timestamp_s - first_s - (self._clock() - started_s)))
            yield frame

    def _live(self, camera: InputContainer) -> Iterator[Frame]:
        index = 0
        try:
            for picture in camera.decode(video=0):
                time_s = self._clock() if picture.time is None else float(picture.time)
                yield Frame(picture.to_ndarray(format="rgb24"), index, time_s, self.name)
                index += 1
        except (FFmpegError, OSError) as exc:
            raise CameraLostError(
                f"The camera {self.name} gives no more pictures: check its cable and start again."
            ) from exc


def _open_camera(device: str | None, platform: str) -> tuple[InputContainer, str]:
    """The open camera and its label."""
    api = CAMERA_APIS.get(platform)
    if api is None:
        raise CameraError(f"Cameras are not read on {platform}: use the Live page of the app.")
    chosen = device or api.first or next(iter(cameras(api)), "")
    if not chosen:
        raise MissingCameraError("No camera was found: connect one, or name it with --device.")
    address = chosen if chosen.startswith(api.prefix) else api.prefix + chosen
    for options in (ASKED_FOR, {}):
        try:
            timeout = (OPEN_WITHIN_S, READ_WITHIN_S)
            container = av.open(address, mode="r", format=api.format, options=dict(options), timeout=timeout)
        except (FFmpegError, OSError, ValueError) as exc:
            error = exc
            continue
        if container.streams.video:
            return container, safe_name(chosen, default="camera")
        container.close()
        error = OSError(errno.EINVAL, "no picture")
    raise _reason(error, chosen, api) from error


def _reason(error: Exception, name: str, api: CameraApi) -> CameraError:
    """Why a camera does not open, and what helps."""
    number = getattr(error, "errno", None)
    if number in _DENIED:
        return CameraDeniedError(f"The camera {name} may not be used: {api.allow}.")
    if number in _IN_USE:
        return CameraInUseError(f"Another program uses the camera {name}: close it and start again.")
    if number in (errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO):
        others = [camera for camera in cameras(api) if camera != name]
        cure = f"choose one of {', '.join(others)} with --device" if others else "connect one"
        return MissingCameraError(f"There is no camera {name}: {cure}, or name a video file.")
    return CameraError(f"{name} gives no pictures: name a camera or a video file with --device.")


def cameras(api: CameraApi) -> list[str]:
    """Names of the cameras that the system lists; empty where it cannot say."""
    try:
        found = av.enumerate_input_devices(api.format)
    except (FFmpegError, OSError, ValueError):
        return []
    return [device.name for device in found if not device.media_types or "video" in device.media_types]
