"""Cameras in a process of their own: aiortc clients that send the sample and look at what comes back.

The pictures are encoded once, before the start, so that sending costs next to nothing. Each carries its
number as a row of black and white fields: how long it was away is read off the picture that comes back.
"""

import asyncio
import multiprocessing
import time
from dataclasses import dataclass, field
from fractions import Fraction
from multiprocessing.connection import Connection

import av
import numpy as np
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription, VideoStreamTrack
from aiortc.mediastreams import MediaStreamError

from fer.benchmark.vp8 import CLOCK_HZ, camera_packets
from fer.sample.clip import sample_frames

FPS = 15
SIZE = (640, 480)
TICKS = CLOCK_HZ // FPS
FIELD_PX = 20
BITS = 8
SIGNAL_WITHIN_S = 60.0
READY_WITHIN_S = 300.0
"""Encoding the pictures takes seconds, and minutes where other programs have the processor."""
LOOK_EVERY_S = 1.0
STOP_WITHIN_S = 15.0


@dataclass
class Seen:
    """What one camera saw.

    Args:
        sent: Frames sent.
        received: Frames that came back.
        away_s: How long each of them was away, where its number could be read.
    """

    sent: int = 0
    received: int = 0
    away_s: list[float] = field(default_factory=list)


def numbered(image: np.ndarray, number: int) -> np.ndarray:
    """The picture with its number written in fields along its lower edge, both ways round."""
    image = image.copy()
    bits = [255 * (number >> bit & 1) for bit in range(BITS)]
    for k, value in enumerate(bits):
        left = FIELD_PX * k
        image[-FIELD_PX:, left : left + FIELD_PX] = value
        image[-FIELD_PX:, SIZE[0] - left - FIELD_PX : SIZE[0] - left] = value
    return image


def number_of(luma: np.ndarray) -> int:
    """The number that `numbered` wrote, from a picture's luma (H, W)."""
    row = luma[-FIELD_PX // 2, FIELD_PX // 2 :: FIELD_PX][:BITS]
    return sum(int(value > 128) << bit for bit, value in enumerate(row))


def encoded_sample() -> list[bytes]:
    """The sample at `SIZE` and `FPS`, numbered, as VP8 packets."""
    frames = sample_frames(width=SIZE[0], height=SIZE[1], fps=FPS)
    images = (numbered(frame.image, frame.index) for frame in frames if frame.index < 1 << BITS)
    return camera_packets(images, fps=FPS)


class CameraTrack(VideoStreamTrack):
    """Sends packets over and over at `FPS`, on time.

    Args:
        packets: From `encoded_sample`.
    """

    def __init__(self, packets: list[bytes]) -> None:
        super().__init__()
        self._packets = packets
        self._started_s = time.monotonic()
        self._index = -1
        self.seen = Seen()
        self.sent_s = [0.0] * len(packets)

    async def recv(self) -> av.Packet:
        """The next packet, when its time has come."""
        self._index += 1
        wait_s = self._started_s + self._index / FPS - time.monotonic()
        await asyncio.sleep(max(0.0, wait_s))
        number = self._index % len(self._packets)
        packet = av.Packet(self._packets[number])
        packet.pts, packet.time_base = self._index * TICKS, Fraction(1, CLOCK_HZ)
        self.sent_s[number] = time.monotonic()
        self.seen.sent += 1
        return packet

    def came_back(self, frame: av.VideoFrame) -> None:
        """Read off a returned frame how long it was away."""
        self.seen.received += 1
        number = number_of(frame.to_ndarray(format="gray"))
        if number < len(self.sent_s) and self.sent_s[number]:
            self.seen.away_s.append(time.monotonic() - self.sent_s[number])


async def _connect(
    pipe: Connection, packets: list[bytes]
) -> tuple[RTCPeerConnection, CameraTrack, asyncio.Task]:
    client = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    transceiver = client.addTransceiver("video", direction="sendrecv")
    track = CameraTrack(packets)
    transceiver.sender.replaceTrack(track)
    await client.setLocalDescription(await client.createOffer())
    pipe.send((client.localDescription.sdp, client.localDescription.type))
    answer = await asyncio.to_thread(pipe.recv)
    await client.setRemoteDescription(RTCSessionDescription(*answer))
    return client, track, asyncio.create_task(_watch(transceiver.receiver.track, track))


async def _watch(returned, track: CameraTrack) -> None:
    while True:
        try:
            frame = await returned.recv()
        except MediaStreamError:
            return
        track.came_back(frame)


async def _run(pipe: Connection, cameras: int) -> None:
    packets = encoded_sample()
    pipe.send("ready")
    running = [await _connect(pipe, packets) for _ in range(cameras)]
    while (word := await asyncio.to_thread(pipe.recv)) != "stop":
        if word == "reset":
            for _, track, _ in running:
                track.seen = Seen()
            time_at_reset = time.process_time()
        elif word == "report":
            pipe.send(([track.seen for _, track, _ in running], time.process_time() - time_at_reset))
    for client, _, watching in running:
        watching.cancel()
        await client.close()


def _main(pipe: Connection, cameras: int) -> None:
    asyncio.run(_run(pipe, cameras))


class Cameras:
    """Some cameras in a process of their own. A context manager.

    Args:
        count: How many.
    """

    def __init__(self, count: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=_main, args=(other, count), daemon=True)
        self.count = count

    def __enter__(self) -> "Cameras":
        self._process.start()
        if self._answer(READY_WITHIN_S) != "ready":
            raise RuntimeError("the cameras' process speaks out of turn")
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.is_alive():
            self._pipe.send("stop")
        self._process.join(STOP_WITHIN_S)
        if self._process.is_alive():
            self._process.kill()

    def connect(self, worker) -> None:
        """Connect the next camera to a worker (`tests.helpers.loopback.Server.worker`)."""
        sdp, kind = self._answer()
        answer = worker.process_offer(sdp, kind, SIGNAL_WITHIN_S)
        self._pipe.send((answer.sdp, answer.type))

    def reset(self) -> None:
        """Count anew from here."""
        self._pipe.send("reset")

    def report(self) -> tuple[list[Seen], float]:
        """What each camera saw since `reset`, and the CPU seconds that this process spent."""
        self._pipe.send("report")
        return self._answer()

    def _answer(self, within_s: float = SIGNAL_WITHIN_S):
        """What the process says next.

        Raises:
            RuntimeError: It has ended.
            TimeoutError: It says nothing for that long.
        """
        ends_s = time.monotonic() + within_s
        while not self._pipe.poll(LOOK_EVERY_S):
            if not self._process.is_alive():
                raise RuntimeError(f"the cameras' process ended with status {self._process.exitcode}")
            if time.monotonic() > ends_s:
                raise TimeoutError(f"the cameras said nothing for {within_s:.0f} s: the machine is too busy")
        return self._pipe.recv()
