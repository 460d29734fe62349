"""Videos: every video case of the fault catalogue that the sources can decide."""

import ctypes
import gc
import io
import itertools
import os
import socket
import struct
import tempfile
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from fer.errors import (
    DamagedInputError,
    EmptyInputError,
    InputError,
    MissingInputError,
    NoVideoError,
    SettingsError,
    StalledInputError,
    TooLargeInputError,
    UnsupportedInputError,
)
from fer.records import Frame, SourceInfo
from fer.sources import VideoSource, hash_source, sniff
from fer.sources.developing import Developer
from fer.sources.timing import FrameSampler, PtsClock, rate_within
from fer.sources.video import ANOTHER, RESIZED
from tests.helpers.clips import clip, corner_names, corners, damage, flat, mjpeg_packets, noise, ramp

VP8 = {"container": "webm", "codec": "libvpx"}
MKV = {"container": "matroska"}


def read(data: bytes | Path, **options) -> tuple[list[Frame], SourceInfo]:
    """(frames, info) of a whole video."""
    with VideoSource(data, **options) as video:
        frames = list(video)
        return frames, video.info


def times(frames: list[Frame]) -> list[float]:
    return [frame.timestamp_s for frame in frames]


def brightness(frames: list[Frame]) -> np.ndarray:
    return np.array([frame.image.mean() for frame in frames])


def sound(*, cover: bool = False) -> bytes:
    """An MP4 with half a second of silence, and with the picture of an album if wanted."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as output:
        streams = [
            (
                output.add_stream("aac", rate=16_000),
                av.AudioFrame.from_ndarray(np.zeros((1, 8_000), np.float32), format="fltp", layout="mono"),
            )
        ]
        streams[0][1].rate = 16_000
        if cover:
            picture = output.add_stream("mjpeg", rate=1)
            picture.width, picture.height, picture.pix_fmt = 64, 48, "yuvj420p"
            picture.disposition = av.stream.Disposition.attached_pic
            streams.append((picture, av.VideoFrame.from_ndarray(corners(), format="rgb24")))
        for stream, frame in streams:
            frame.pts = 0
            output.mux(stream.encode(frame))
            output.mux(stream.encode(None))
    return file.getvalue()


class Watch:
    """Counts every opening and reading of one file by this process, FFmpeg's included (inotify)."""

    def __init__(self, path: Path) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self._fd = libc.inotify_init1(os.O_NONBLOCK)
        if self._fd < 0 or libc.inotify_add_watch(self._fd, os.fsencode(path), 0x1 | 0x20) < 0:
            pytest.skip("needs inotify to see every read")

    def __enter__(self) -> "Watch":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._fd)

    def events(self) -> bytes:
        try:
            return os.read(self._fd, 4096)
        except BlockingIOError:
            return b""


@pytest.fixture
def server():
    """A local listener that nobody may call; gives (port, function that says whether somebody did)."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)

        def called() -> bool:
            try:
                listener.accept()[0].close()
            except BlockingIOError:
                return False
            return True

        yield listener.getsockname()[1], called


def test_case_16_empty_and_missing_inputs_are_refused(tmp_path):
    with pytest.raises(EmptyInputError):
        VideoSource(b"")
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(EmptyInputError):
        VideoSource(tmp_path / "empty.mp4")
    with pytest.raises(MissingInputError):
        VideoSource(tmp_path / "nowhere.mp4")
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(MissingInputError):
        VideoSource(tmp_path / "pipe.mp4")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"Only a text, " * 20, "no format"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "PNG"),
        (b"\0\0\0\x18ftypheic" + bytes(100), "HEIC"),
        (b".RMF" + bytes(100), "RealMedia video, which is not read here: convert it to MP4"),
    ],
)
def test_case_16_text_and_pictures_named_mp4_are_refused_by_magic_bytes(data, what, monkeypatch):
    monkeypatch.setattr(av, "open", lambda *_, **__: pytest.fail("FFmpeg was asked"))
    with pytest.raises(UnsupportedInputError, match=what):
        VideoSource(data, name="film.mp4")


def test_case_17_half_an_mp4_without_its_index_says_so():
    data = clip(noise(10))
    with pytest.raises(DamagedInputError, match="end of the video is missing"):
        VideoSource(data[: len(data) // 2])
    garbage = b"\0\0\0\x18ftypisom" + bytes(range(256)) * 8
    with pytest.raises(DamagedInputError):
        VideoSource(garbage)


def index_in_front(data: bytes) -> bytes:
    """The MP4 with its index moved before the pictures, as for the web."""
    boxes, position = {}, 0
    while position < len(data):
        length = struct.unpack_from(">I", data, position)[0]
        boxes[data[position + 4 : position + 8]] = data[position : position + length]
        position += length
    index = bytearray(boxes[b"moov"])
    table = index.find(b"stco") + 8
    for number in range(struct.unpack_from(">I", index, table)[0]):
        place = table + 4 + 4 * number
        struct.pack_into(">I", index, place, struct.unpack_from(">I", index, place)[0] + len(index))
    rest = [box for name, box in boxes.items() if name not in (b"ftyp", b"moov")]
    return boxes[b"ftyp"] + bytes(index) + b"".join(rest)


def test_case_17_half_an_mp4_with_its_index_in_front_gives_its_part():
    data = index_in_front(clip(noise(40)))
    assert len(read(data)[0]) == 40
    frames, info = read(data[: len(data) // 2])
    assert 5 < len(frames) < 35
    assert info.partial
    assert "cut off" in info.notes[0]


@pytest.mark.parametrize(
    "options",
    [MKV, VP8, {"container": "avi", "codec": "mpeg4"}, {"container_options": {"movflags": "frag_keyframe"}}],
)
def test_case_18_half_a_video_gives_the_part_that_decodes_and_is_marked_partial(options):
    data = clip(noise(40), codec_options={"g": "5"}, **options)
    whole, whole_info = read(data)
    assert not whole_info.partial
    assert whole_info.notes == ()
    frames, info = read(data[: len(data) // 2])
    assert 5 < len(frames) < 35
    assert times(frames) == times(whole)[: len(frames)]
    assert info.partial
    assert any(note.startswith("The video is cut off: it was read up to 0:0") for note in info.notes)


def test_case_18_something_behind_a_whole_mp4_is_not_called_cut_off():
    data = clip(noise(5))
    for behind in (bytes(5000), b"\xfe\xff\x13\x37" * 999, b"\0\0\0\x18\x01\x02\x03\x04"):
        frames, info = read(data + behind)
        assert (len(frames), info.partial, info.notes) == (5, False, ())
    assert read(data + b"\0\1\0\0mdat")[1].partial


@pytest.mark.parametrize("unwritten", [b"\0", b"\xff"])
@pytest.mark.parametrize("options", [MKV, VP8, {"codec_options": {"g": "5"}}], ids=["MKV", "WebM", "MP4"])
def test_case_18_a_file_that_was_copied_in_part_into_its_full_length_is_said(options, unwritten):
    """Also where it breaks off between two pictures, as always in a WebM's clusters: none is damaged then."""
    data = clip(noise(60), **options)
    data = index_in_front(data) if "container" not in options else data
    frames, info = read(data[: len(data) // 3] + unwritten * (len(data) - len(data) // 3))
    assert 0 < len(frames) < 40
    assert info.partial
    assert info.notes[-1] == "The video is damaged: it was read up to 0:01 of 0:06."


HOLED = {
    "MKV": MKV,
    "WebM": VP8,
    "AVI": {"container": "avi", "codec": "mjpeg", "pix_fmt": "yuvj420p"},
    "TS": {"container": "mpegts"},
    "WMV": {"container": "asf", "codec": "wmv2"},
    "MP4 in fragments": {"container_options": {"movflags": "frag_keyframe+empty_moov"}},
}


@pytest.mark.parametrize("unwritten", [b"\0", b"\xff"])
@pytest.mark.parametrize("kind", HOLED)
def test_case_18_a_hole_in_the_middle_is_said_and_what_follows_keeps_its_times(kind, unwritten):
    options = {"codec_options": {"g": "5", "bf": "0"}, **HOLED[kind]}
    data = clip(noise(60, width=96, height=96), **options)
    whole, info = read(data)
    assert (len(whole), info.partial, info.notes) == (60, False, ())
    first, behind = int(0.35 * len(data)), int(0.65 * len(data))
    frames, info = read(data[:first] + unwritten * (behind - first) + data[behind:])
    assert 20 < len(frames) < 55
    assert times(frames)[-1] == pytest.approx(times(whole)[-1], abs=0.01)
    assert info.duration_s == pytest.approx(6, abs=0.15)
    assert np.array_equal(frames[-1].image, whole[-1].image)
    assert info.partial
    (note,) = [note for note in info.notes if note.startswith("A part of the file is blank: ")]
    assert note.endswith(("s of the video are missing at 0:01.", "s of the video are missing at 0:02."))


STANDING_ON = {"codec_options": {"g": "10", "bf": "2", "sc_threshold": "0"}}


@pytest.mark.parametrize("unwritten", [b"\0", b"\xff"])
@pytest.mark.parametrize(
    "options",
    [{}, MKV, {"codec": "mpeg4"}, {"container_options": {"movflags": "frag_keyframe+empty_moov"}}],
    ids=["MP4", "MKV", "MPEG-4", "MP4 in fragments"],
)
def test_case_18_pictures_of_which_the_file_holds_nothing_are_not_made_up(options, unwritten):
    """An MP4 says where each picture lies: its decoder would be given blanks, and show older pictures."""
    data = clip(noise(60, width=96, height=96), **STANDING_ON, **options)
    whole, info = read(data)
    assert (len(whole), info.partial, info.notes) == (60, False, ())
    with av.open(io.BytesIO(data)) as container:
        packets = [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]
    first, behind = packets[24][0] + 40, sum(packets[26]) - 40
    frames, info = read(data[:first] + unwritten * (behind - first) + data[behind:])
    known = {frame.timestamp_s: frame.image for frame in whole}
    assert 48 <= len(frames) <= 55, "up to the next picture that stands alone, the 30th"
    assert times(frames)[-1] == times(whole)[-1]
    assert sum(not np.array_equal(frame.image, known[frame.timestamp_s]) for frame in frames) <= 1
    assert info.partial
    assert info.notes[0].startswith("A part of the file is blank: 0.")
    assert info.notes[0].endswith("s of the video are missing at 0:02.")


@pytest.mark.parametrize("unwritten", [b"\0", b"\xff"])
@pytest.mark.parametrize(
    ("codec", "pix_fmt"), [("mjpeg", "yuvj420p"), ("mpeg4", "yuv420p"), ("libx264", "yuv420p")]
)
def test_case_18_a_small_hole_in_an_avi_is_said(codec, pix_fmt, unwritten):
    """It counts its pictures, so that even a single one is known to be missing."""
    options = {} if codec == "mjpeg" else {"codec_options": {"g": "5", "bf": "0"}}
    data = clip(noise(40, width=96, height=96), container="avi", codec=codec, pix_fmt=pix_fmt, **options)
    whole, info = read(data)
    assert (len(whole), info.partial, info.notes) == (40, False, ())
    first, known = int(0.4 * len(data)), {frame.timestamp_s: frame.image for frame in whole}
    frames, info = read(data[:first] + unwritten * 4000 + data[first + 4000 :])
    assert 30 < len(frames) < 40
    assert all(np.array_equal(frame.image, known[frame.timestamp_s]) for frame in frames)
    assert info.partial
    assert info.notes[0].startswith("A part of the file is blank: 0.")


@pytest.mark.parametrize("unwritten", [b"\0", b"\xff"])
def test_case_18_a_small_hole_in_a_wmv_is_said(unwritten):
    options = {"codec_options": {"g": "5", "bf": "0"}, **HOLED["WMV"]}
    data = clip(noise(40, width=96, height=96), rate=25, **options)
    whole, info = read(data)
    assert (len(whole), info.partial, info.notes) == (40, False, ())
    first = int(0.4 * len(data))
    frames, info = read(data[:first] + unwritten * 8000 + data[first + 8000 :])
    assert 25 < len(frames) < 40
    assert info.partial
    assert info.notes[0].startswith("A part of the file is blank: 0.")


def test_case_18_silence_between_reordered_pictures_is_no_hole():
    """Sound of zeros lies between the pictures of an MXF, whose times jump where their order is another."""
    file = io.BytesIO()
    with av.open(file, "w", format="mxf") as output:
        pictures, sound = (
            output.add_stream("mpeg2video", rate=25),
            output.add_stream("pcm_s16le", rate=48_000),
        )
        pictures.width, pictures.height, pictures.pix_fmt, sound.layout = 64, 48, "yuv420p", "stereo"
        pictures.options = {"bf": "2", "g": "12"}
        for number, image in enumerate(ramp(30)):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            output.mux(pictures.encode(frame))
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 3840), np.int16), format="s16", layout="stereo")
            silence.rate, silence.pts, silence.time_base = 48_000, 1920 * number, Fraction(1, 48_000)
            output.mux(sound.encode(silence))
        output.mux(pictures.encode(None))
    frames, info = read(file.getvalue())
    assert (len(frames), info.partial, info.notes) == (30, False, ())


def test_case_18_a_hole_that_no_whole_picture_follows_is_said():
    data = clip(noise(20, width=96, height=96), codec_options={"g": "100", "bf": "0"})
    with av.open(io.BytesIO(data)) as container:
        place, size = [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size][15]
    frames, info = read(data[:place] + bytes(size) + data[place + size :])
    assert len(frames) == 15
    assert info.partial
    assert info.notes[-1] == "The video is damaged: it was read up to 0:01 of 0:02."


def test_case_18_a_hole_in_a_stream_without_times_is_said():
    data = clip(noise(60, width=96, height=96), container="h264", codec_options={"g": "10"})
    first, behind = int(0.35 * len(data)), int(0.55 * len(data))
    frames, info = read(data[:first] + bytes(behind - first) + data[behind:])
    assert 30 < len(frames) < 55
    assert info.partial
    assert any(note.startswith("A part of the file is blank: pictures are missing at") for note in info.notes)


@pytest.mark.parametrize("gop", ["10", "100"], ids=["several fragments", "one fragment"])
@pytest.mark.parametrize("flags", ["frag_keyframe+empty_moov", "frag_keyframe+empty_moov+default_base_moof"])
def test_case_18_of_joined_fragmented_videos_the_first_is_read_whole(flags, gop):
    coded = {"g": gop, "sc_threshold": "0"}
    options = {"codec_options": coded, "container_options": {"movflags": flags}}
    first = clip(noise(30), **options)
    frames, info = read(first + clip(noise(30), **options))
    whole, _ = read(first)
    assert times(frames) == times(whole)
    assert np.array_equal(frames[-1].image, whole[-1].image)
    assert (info.partial, info.notes) == (True, (ANOTHER,))


def test_case_18_a_stream_saved_in_segments_that_repeat_its_index_is_read_whole():
    flags = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    data = clip(noise(30), codec_options={"g": "10", "bf": "0"}, container_options=flags)
    data = data[: data.index(b"mfra") - 4]
    first = data.index(b"moof") - 4
    later = data.index(b"moof", first + 100) - 4
    frames, info = read(data[:later] + data[:first] + data[later:])
    assert (len(frames), info.partial, info.notes) == (30, False, ())


def test_case_18_a_single_lost_sector_of_a_webm_is_said():
    """It costs the rest of its cluster, where it hits the head of a block."""
    data = clip(noise(60), codec_options={"g": "15"}, **VP8)
    with av.open(io.BytesIO(data)) as container:
        place = [packet.pos for packet in container.demux(video=0)][20]
    assert place is not None
    frames, info = read(data[: place - 400] + bytes(1024) + data[place + 624 :])
    assert 30 < len(frames) < 57
    assert info.partial
    assert info.notes[0].startswith("A part of the file is blank: ")


@pytest.mark.parametrize(
    "options",
    [{}, {"container": "mov"}, {"container": "flv", "codec": "flv"}, {"container": "asf", "codec": "wmv2"}],
    ids=["MP4", "MOV", "FLV", "WMV"],
)
def test_case_18_a_second_video_behind_the_first_is_said(options):
    """Chapters of a camera that were joined with `copy /b`."""
    data = clip(noise(20), **options)
    assert read(data)[1].notes == ()
    frames, info = read(data + clip(noise(30), **options))
    assert (len(frames), info.partial) == (20, True)
    assert ANOTHER in info.notes


@pytest.mark.parametrize(
    "options", [MKV, VP8, {"container": "avi", "codec": "mpeg4"}, {"container": "mpegts"}]
)
def test_case_18_videos_that_can_be_joined_are_read_on(options):
    frames, info = read(clip(noise(20), **options) + clip(noise(30), **options))
    assert len(frames) >= 49
    assert ANOTHER not in info.notes


def test_case_18_a_gap_in_time_alone_is_no_hole():
    """A recording of a screen on which nothing happens."""
    stamps = [0, 1, 2, 900, 901]
    for options in (MKV, VP8):
        frames, info = read(clip(noise(5), pts=stamps, **options))
        assert (len(frames), info.partial, info.notes) == (5, False, ())


def test_case_18_pictures_that_come_late_behind_damage_do_not_shift_the_others():
    """A decoder gives what it still held back: its time of long ago is no new beginning."""
    data = clip(noise(100), codec_options={"g": "40", "bf": "3"})
    whole = times(read(data)[0])
    for part in range(10, 70, 5):
        first = len(data) * part // 100
        frames, info = read(data[:first] + bytes(len(data) // 5) + data[first + len(data) // 5 :])
        assert times(frames)[-1] <= whole[-1] + 0.01
        assert info.duration_s == pytest.approx(10)


def test_case_19_audio_only_is_refused():
    with pytest.raises(NoVideoError):
        VideoSource(sound())


def test_case_19_the_cover_of_an_audio_file_is_no_video():
    with pytest.raises(NoVideoError):
        VideoSource(sound(cover=True))


@pytest.mark.parametrize("behind_mp4_magic", [False, True])
def test_case_20_an_ffconcat_text_reads_no_neighbor(tmp_path, monkeypatch, behind_mp4_magic):
    canary = tmp_path / "canary.mp4"
    canary.write_bytes(clip(ramp(5)))
    path = tmp_path / "film.mp4"
    path.write_text("ffconcat version 1.0\nfile canary.mp4\n")
    if behind_mp4_magic:  # the second wall alone: FFmpeg itself must refuse
        monkeypatch.setattr("fer.sources.video.sniff", lambda _: "mp4")
    monkeypatch.chdir(tmp_path)  # FFmpeg, which knows no path, would look for neighbours here
    with Watch(canary) as watch:
        for source in (path, str(path), path.read_bytes()):
            with pytest.raises(InputError):
                VideoSource(source)
        assert watch.events() == b""
        canary.read_bytes()
        assert watch.events() != b"", "the canary does not sing"


@pytest.mark.parametrize("behind_mp4_magic", [False, True])
def test_case_21_playlists_read_nothing_and_connect_nowhere(tmp_path, monkeypatch, server, behind_mp4_magic):
    port, called = server
    canary = tmp_path / "canary.ts"
    canary.write_bytes(clip(ramp(5), container="mpegts"))
    head = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:0\n"
    texts = [
        head + f"#EXTINF:1,\n{address}\n#EXT-X-ENDLIST\n"
        for address in (
            f"http://127.0.0.1:{port}/a.ts",
            f"tcp://127.0.0.1:{port}",
            canary.as_uri(),
            str(canary),
            "canary.ts",
        )
    ]
    texts.append(
        f'<?xml version="1.0"?><MPD><Period><BaseURL>http://127.0.0.1:{port}/</BaseURL></Period></MPD>'
    )
    texts.append(f"v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video {port} RTP/AVP 96\n")
    if behind_mp4_magic:
        monkeypatch.setattr("fer.sources.video.sniff", lambda _: "mp4")
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "film.mp4"
    with Watch(canary) as watch:
        for text in texts:
            path.write_text(text)
            for source in (path, text.encode()):
                with pytest.raises(InputError):
                    VideoSource(source)
        assert watch.events() == b""
        assert not called()
        canary.read_bytes()
        assert watch.events() != b"", "the canary does not sing"
    socket.create_connection(("127.0.0.1", port)).close()
    assert called(), "the listener does not hear"


def test_case_21_only_the_demuxers_of_video_files_are_allowed(monkeypatch):
    monkeypatch.setattr("fer.sources.video.sniff", lambda _: "mp4")
    for container in ("mpegts", "flv", "nut", "matroska", "avi"):
        data = clip(ramp(5), container=container)
        assert container in av.open(io.BytesIO(data)).format.name.split(",")
        with pytest.raises(DamagedInputError):
            VideoSource(data)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:{port}/a.mp4", "tcp://127.0.0.1:{port}", "concat:a|b", "/dev/zero"]
)
def test_case_21_an_address_is_no_path(server, address):
    port, called = server
    with pytest.raises(MissingInputError):
        VideoSource(address.format(port=port))
    assert not called()


def test_case_21_a_path_that_looks_like_an_address_is_only_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("concat:film.mp4").write_bytes(clip(ramp(3)))
    assert len(read("concat:film.mp4")[0]) == 3


def huge_avi() -> tuple[bytes, int]:
    """An AVI of 16384x16384 by its header and by its pictures, and where the header says so."""
    data = bytearray(clip(noise(2), container="avi", codec="mjpeg", pix_fmt="yuvj420p"))
    place = data.find(b"strf") + 12
    assert struct.unpack_from("<ii", data, place) == (64, 48)
    data[place : place + 8] = struct.pack("<ii", 16_384, 16_384)
    picture = data.find(b"\xff\xc0")
    while picture >= 0:
        data[picture + 5 : picture + 9] = struct.pack(">HH", 16_384, 16_384)
        picture = data.find(b"\xff\xc0", picture + 9)
    return bytes(data), place


def test_case_22_a_huge_header_is_refused_before_decoding(monkeypatch):
    data, _ = huge_avi()
    monkeypatch.setattr(VideoSource, "_pictures", lambda _: pytest.fail("the decoder was asked"))
    with pytest.raises(TooLargeInputError, match="34 megapixels"):
        VideoSource(data)


def test_case_22_huge_pictures_behind_a_small_header_are_not_decoded():
    data, place = huge_avi()
    data = data[:place] + struct.pack("<ii", 64, 48) + data[place + 8 :]
    with pytest.raises(DamagedInputError), VideoSource(data) as video:
        list(video)


def test_case_23_ten_hours_are_sampled_to_the_cap_over_the_whole_length():
    stamps = range(0, 36_000, 60)
    data = clip(ramp(600), rate=1, pts=stamps, codec_options={"preset": "ultrafast"})
    frames, info = read(data, fps=30.0, max_frames=50)
    assert info.duration_s > 35_900
    assert 45 <= len(frames) <= 50
    assert frames[-1].timestamp_s > 34_000
    assert not info.partial
    assert "sampled at" in info.notes[0]
    assert "50 frames" in info.notes[0]


def test_case_23_a_thousand_frames_a_second_are_sampled_to_the_cap():
    data = clip(ramp(300), rate=1000, codec_options={"preset": "ultrafast"})
    frames, info = read(data, max_frames=100)
    assert 90 <= len(frames) <= 100
    assert frames[-1].timestamp_s > 0.28
    assert info.frames_decoded == 300
    assert np.allclose(np.diff(times(frames)), 0.003, atol=0.0011)
    assert len(info.notes) == 1


def test_case_23_without_a_length_the_cap_ends_the_video():
    data = clip(ramp(30), **VP8, container_options={"live": "1"})
    frames, info = read(data, max_frames=12)
    assert len(frames) == 12
    assert info.partial
    assert info.notes == ("Only the first 12 frames were read, up to 0:01.",)


def test_case_24_times_of_a_normal_file_are_pts_times_time_base():
    stamps = [0, 33, 67, 100, 133, 167, 1000, 1001, 5000]
    data = clip(ramp(len(stamps)), pts=stamps, time_base=Fraction(1, 1000), **VP8)
    frames, info = read(data)
    assert times(frames) == [stamp / 1000 for stamp in stamps]
    assert [frame.index for frame in frames] == list(range(len(stamps)))
    assert np.all(np.diff(brightness(frames)) > 5)
    assert info.notes == ()


def test_case_24_a_late_first_frame_is_the_start():
    frames, _ = read(mjpeg_packets(ramp(4), [700, 740, 780, 820]))
    assert times(frames) == [0.0, 0.04, 0.08, 0.12]


def test_case_24_negative_repeated_and_backward_pts_give_growing_times():
    stamps = [-80, -40, 0, 40, 40, 40, 30, 80]
    frames, info = read(mjpeg_packets(ramp(len(stamps)), stamps))
    assert len(frames) == len(stamps)
    assert times(frames)[0] == 0
    assert np.all(np.diff(times(frames)) > 0)
    assert times(frames)[3] == pytest.approx(0.12)
    assert times(frames)[-1] == pytest.approx(0.16)
    assert "estimated: 3" in info.notes[0]


def test_case_24_clock_repairs_missing_times():
    clock = PtsClock(Fraction(1, 90_000), period_s=0.04)
    got = [clock.time_of(pts) for pts in (None, None, 9_000, 18_000)]
    assert got == pytest.approx([0.0, 0.04, 0.08, 0.18])
    assert clock.repaired == 2


def test_case_24_clock_goes_on_where_the_stamps_stand_still():
    clock = PtsClock(Fraction(1, 1000), period_s=0.04)
    got = [clock.time_of(pts) for pts in (*[0] * 8, 500, 500, 540)]
    assert got == pytest.approx(
        [0, 0.001, 0.002, 0.003, 0.004, 0.044, 0.084, 0.124, 0.5, 0.501, 0.54], abs=1e-6
    )
    assert clock.repaired == 8


def test_case_24_clock_puts_a_restarted_recording_behind_the_first():
    clock = PtsClock(Fraction(1, 10), period_s=0.1)
    got = [clock.time_of(pts) for pts in (100, 101, 0, 1, 2)]
    assert got == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4])
    assert clock.repaired == 1


def test_case_24_clock_puts_the_first_stamp_behind_the_frames_without_one():
    clock = PtsClock(Fraction(1, 10), start=1, period_s=0.1)
    got = [clock.time_of(pts) for pts in (None, None, None, 0, 1, 2)]
    assert got == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4, 0.5])


@pytest.mark.parametrize(("longest_gap_s", "last_s"), [(10.0, 0.3), (1000.0, 500.1)])
def test_case_24_clock_closes_a_gap_only_where_recordings_are_joined(longest_gap_s, last_s):
    clock = PtsClock(Fraction(1, 10), period_s=0.1, longest_gap_s=longest_gap_s)
    assert [clock.time_of(pts) for pts in (0, 1, 5000, 5001)][-1] == pytest.approx(last_s)


@pytest.mark.parametrize(("codec", "bf"), [("libx264", 0), ("libx264", 3), ("mpeg4", 2), ("mjpeg", 0)])
def test_case_24_an_avi_whose_pictures_are_stored_in_another_order_has_even_times(codec, bf):
    options = {} if codec == "mjpeg" else {"bf": str(bf)}
    pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    data = clip(ramp(20), container="avi", codec=codec, codec_options=options, pix_fmt=pix_fmt)
    frames, info = read(data)
    assert times(frames) == pytest.approx([k / 10 for k in range(20)])
    assert np.all(np.diff(brightness(frames)) > -1)
    assert info.notes == ()


@pytest.mark.parametrize("later_s", [-3600, -0.5, 0, 500], ids=lambda s: f"{s:g} s")
def test_case_24_joined_transport_streams_follow_each_other(later_s):
    # An hour back, overlapping, and 500 s on: recordings that were put together with `cat`.
    first = clip(ramp(20), container="mpegts", pts=[40_000 + k for k in range(20)], codec_options={"bf": "0"})
    begin = 40_020 + int(10 * later_s)
    second = clip(ramp(20), container="mpegts", pts=[begin + k for k in range(20)], codec_options={"bf": "0"})
    frames, info = read(first + second)
    assert len(frames) == 40
    assert np.all(np.diff(times(frames)) > 0)
    assert times(frames)[-1] < 4.1
    assert info.duration_s is None or abs(info.duration_s - 4) < 1.1


def test_case_24_the_declared_start_is_0():
    for start, first_s in ((-5, 1.0), (0, 0.5), (3, 0.2), (None, 0.0)):
        assert PtsClock(Fraction(1, 10), start=start).time_of(5) == first_s
    undeclared = PtsClock(Fraction(1, 10), start=None)
    assert [undeclared.time_of(pts) for pts in (-7, -6)] == pytest.approx([0.0, 0.1])


def test_sampling_takes_the_first_frame_at_or_after_each_tick():
    frames, info = read(clip(ramp(40), rate=20), fps=5.0)
    assert times(frames) == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6, 1.8])
    assert [frame.index for frame in frames] == list(range(0, 40, 4))
    assert info.frames_decoded == 40


def test_sampling_follows_the_time_axis_not_the_frame_count():
    stamps = [0, 10, 20, 30, 450, 900, 910, 1500]
    frames, _ = read(clip(ramp(8), pts=stamps, time_base=Fraction(1, 1000), **VP8), fps=5.0)
    assert times(frames) == [0, 0.45, 0.9, 1.5]


@pytest.mark.parametrize("fps", [3.0, 7.5, 12.0, 23.976, 29.97, 30.0])
def test_sampling_does_not_drift_over_an_hour(fps):
    rate, ticks = 30_000 / 1001, Fraction(1, 1000)
    stamps = [round(1000 * n / rate) / 1000 for n in range(int(3600 * rate))]
    sampler = FrameSampler(fps, time_base=ticks)
    chosen = [stamp for stamp in stamps if sampler.wants(stamp)]
    assert len(chosen) == pytest.approx(3600 * min(fps, rate), rel=1e-3)
    wanted = np.arange(len(chosen)) / fps
    if fps < 20:
        assert np.max(np.abs(np.array(chosen) - wanted)) < 1 / rate + 0.001


def test_sampling_above_the_stream_rate_takes_every_frame():
    assert len(read(clip(ramp(12), rate=10), fps=60.0)[0]) == 12


@pytest.mark.parametrize(
    ("fps", "end_s", "wanted"), [(None, None, None), (5.0, 10.0, 5.0), (30.0, 100.0, 1.0)]
)
def test_the_rate_is_lowered_only_where_the_cap_needs_it(fps, end_s, wanted):
    assert rate_within(100, fps=fps, stream_fps=None, end_s=end_s) == wanted


@pytest.mark.parametrize("options", [{"fps": 0.0}, {"fps": -1.0}, {"fps": float("nan")}, {"max_frames": 0}])
def test_settings_out_of_range_are_refused(options):
    with pytest.raises(SettingsError):
        VideoSource(clip(ramp(1)), **options)


@pytest.mark.parametrize(
    ("turn", "names"),
    [
        ((0, False, False), "rgbw"),
        ((-90, False, False), "brwg"),
        ((90, False, False), "gwrb"),
        ((180, False, False), "wbgr"),
        ((0, True, False), "grwb"),
        ((0, False, True), "bwrg"),
        ((90, True, False), None),
        ((-90, False, True), None),
    ],
)
def test_case_25_rotation_metadata_turns_the_picture_upright(turn, names):
    frames, info = read(clip([corners()] * 3, turn=turn))
    shape = (64, 48, 3) if abs(turn[0]) == 90 else (48, 64, 3)
    assert {frame.image.shape for frame in frames} == {shape}
    assert (info.height, info.width) == shape[:2]
    assert all(frame.image.flags.c_contiguous for frame in frames)
    if names is None:  # mirrored and turned: the diagonal that is kept is one of two
        assert corner_names(frames[0].image) in ("rbgw", "wgbr")
    else:
        assert corner_names(frames[0].image) == names


@pytest.mark.parametrize("scale", [0.5, 2.0, 1.001])
def test_case_25_a_display_matrix_that_also_scales_still_turns(scale):
    data = clip([corners()] * 2, turn=(90, False, False))
    one, at = 1 << 16, data.index(b"tkhd")
    old = next(m for m in (struct.pack(">iii", 0, k * one, 0) for k in (1, -1)) if m in data[at : at + 90])
    plain = [frame.image for frame in read(data)[0]]
    start = data.index(old, at)
    matrix = [round(scale * v) for v in struct.unpack(">5i", data[start : start + 20])]
    scaled = data[:start] + struct.pack(">5i", *matrix) + data[start + 20 :]
    assert np.array_equal(read(scaled)[0][0].image, plain[0])
    assert plain[0].shape == (64, 48, 3)


@pytest.mark.parametrize("codec", ["libx264", "mpeg4"])
def test_case_24_an_avi_that_counts_fields_has_even_times_up_to_its_end(codec):
    options = {"codec": codec, "codec_options": {"bf": "2"}, "rate": 25}
    frames, info = read(clip(ramp(14), container="avi", **options))
    assert [f.timestamp_s for f in frames] == pytest.approx([k / 25 for k in range(14)])
    assert (info.fps, info.notes) == (25.0, ())


def test_case_24_a_length_that_ends_before_the_last_picture_is_put_right():
    data = bytearray(clip(ramp(10), container="matroska", rate=10))
    at = data.index(b"\x44\x89\x88") + 3  # its length in milliseconds, behind the name of that field
    assert struct.unpack_from(">d", data, at) == (1000.0,)
    struct.pack_into(">d", data, at, 500.0)
    frames, info = read(bytes(data))
    assert (len(frames), info.duration_s) == (10, pytest.approx(1.0))


def test_case_27_of_two_videos_in_a_file_it_is_said_which_was_read():
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as output:
        sizes = [(64, 48), (128, 96)]
        streams = [output.add_stream("libx264", rate=10) for _ in sizes]
        for stream, (stream.width, stream.height) in zip(streams, sizes, strict=True):
            stream.pix_fmt = "yuv420p"
        for stream, (width, height) in zip(streams, sizes, strict=True):
            for image in ramp(3, width=width, height=height):
                output.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
            output.mux(stream.encode(None))
    frames, info = read(file.getvalue())
    size = (frames[0].width, frames[0].height)
    assert size in ((64, 48), (128, 96))
    assert info.notes == (f"The file holds 2 videos: only that of {size[0]} x {size[1]} pixels was read.",)


def test_case_26_a_size_change_is_passed_on():
    file = io.BytesIO()
    with av.open(file, "w", format="webm") as output:
        stream = output.add_stream("libvpx", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for part, (width, height) in enumerate([(64, 48), (128, 96), (32, 24)]):
            with av.open(io.BytesIO(clip(ramp(5, width=width, height=height), **VP8))) as source:
                for packet in source.demux(video=0):
                    if packet.size:
                        packet.pts = packet.dts = packet.pts + part * 500
                        packet.stream = stream
                        output.mux(packet)
    frames, info = read(file.getvalue())
    assert [(f.width, f.height) for f in frames] == [(64, 48)] * 5 + [(128, 96)] * 5 + [(32, 24)] * 5
    assert np.all(np.diff(brightness(frames)[5:10]) > 10)
    assert (info.width, info.height) == (64, 48)
    assert info.notes == (RESIZED.format(width=64, height=48),)


@pytest.mark.parametrize(
    ("pix_fmt", "size", "codec"),
    [
        ("yuv420p10le", (64, 48), "libx264"),
        ("yuv444p", (63, 47), "libx264"),
        ("yuv422p10le", (64, 48), "libx264"),
        ("yuv420p", (63, 47), "libvpx-vp9"),
        ("gray", (64, 48), "ffv1"),
        ("bgr0", (61, 33), "ffv1"),
        ("yuvj420p", (64, 48), "mjpeg"),
    ],
)
def test_case_27_ten_bits_444_and_odd_sizes_keep_their_colors(pix_fmt, size, codec):
    image = flat((200, 60, 90), width=size[0], height=size[1])
    frames, _ = read(clip([image] * 3, codec=codec, pix_fmt=pix_fmt, **MKV))
    assert len(frames) == 3
    wanted = (105, 105, 105) if pix_fmt == "gray" else (200, 60, 90)
    for frame in frames:
        assert frame.image.shape == image.shape
        assert frame.image.flags.c_contiguous
        assert np.abs(frame.image.astype(int) - wanted).max() <= 8


@pytest.mark.parametrize("codec", ["libx264", "libvpx-vp9", "libvpx", "mjpeg", "mpeg4"])
def test_case_28_damaged_packets_are_skipped_and_counted(codec):
    pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    data = clip(noise(30), codec=codec, pix_fmt=pix_fmt, codec_options={"g": "5"}, **MKV)
    whole, _ = read(data)
    frames, info = read(damage(data, [12, 13]))
    assert 1 <= info.frames_skipped <= 6
    assert info.frames_decoded == len(frames)
    assert info.frames_decoded + info.frames_skipped == 30
    assert np.all(np.diff(times(frames)) > 0)
    assert times(frames)[:11] == times(whole)[:11]
    assert times(frames)[-12:] == times(whole)[-12:]
    assert info.notes[0] == f"Damaged frames that were left out: {info.frames_skipped}."
    assert np.array_equal(frames[-1].image, whole[-1].image), "the next key frame did not repair the picture"


def test_case_28_frames_that_the_decoder_only_guessed_are_left_out():
    images = [np.roll(corners(width=320, height=240), 8 * n, axis=1) for n in range(20)]
    data = clip(images, codec="mpeg4", codec_options={"g": "30"}, **MKV)
    whole, _ = read(data)
    frames, info = read(damage(data, [10], keep=8))  # the start is good, the rest of the picture is guessed
    assert info.frames_skipped == 1
    assert info.frames_decoded == 19
    assert times(frames) == [frame.timestamp_s for frame in whole if frame.index != 10]
    assert 10 not in [frame.index for frame in frames]


def test_case_28_a_video_without_one_good_frame_is_refused():
    data = clip(noise(10), codec="mjpeg", pix_fmt="yuvj420p", **MKV)
    with VideoSource(damage(data, range(10))) as video:
        with pytest.raises(DamagedInputError, match="Not one picture"):
            list(video)
        assert video.info.frames_skipped == 10


def ticking(step_s: float):
    """A clock that goes on by ``step_s`` at every look."""
    counter = itertools.count()
    return lambda: next(counter) * step_s


def test_case_29_a_stall_ends_when_the_budget_is_spent():
    data = clip(noise(60), codec="mjpeg", pix_fmt="yuvj420p", **MKV)
    broken = damage(data, range(5, 60))
    assert len(read(broken)[0]) == 5
    with (
        VideoSource(broken, stall_s=20.0, clock=ticking(1.0)) as video,
        pytest.raises(StalledInputError, match="20"),
    ):
        list(video)
    assert len(read(data, clock=ticking(1.0))[0]) == 60, "a video that goes on is no stall"


def test_case_29_a_stall_ends_inside_of_ffmpeg_too():
    data = clip(noise(20), **MKV)
    with pytest.raises(StalledInputError):
        VideoSource(data, clock=ticking(1000.0))
    assert len(read(data)[0]) == 20, "the next request works"


def test_case_29_the_time_of_the_caller_is_not_the_videos():
    now = [0.0]
    with VideoSource(clip(ramp(8)), clock=lambda: now[0], stall_s=5.0) as video:
        count = 0
        for _ in video:
            now[0] += 100.0
            count += 1
    assert count == 8


def test_case_30_webm_of_a_browser_recorder_has_no_duration_and_works():
    data = clip(ramp(20), **VP8, container_options={"live": "1"})
    with VideoSource(data) as video:
        assert video.duration_s is None
        assert len(list(video)) == 20
        assert video.info.duration_s is None
        assert not video.info.partial
        assert video.info.notes == ()


def test_frames_carry_known_pixels_and_the_label():
    frames, info = read(clip([corners()] * 2), name="../../film.mp4")
    assert corner_names(frames[0].image) == "rgbw"
    assert frames[0].source == info.name == "film.mp4"
    assert (info.kind, info.width, info.height, info.fps) == ("video", 64, 48, 10.0)
    assert info.duration_s == pytest.approx(0.2)


def test_colors_of_bt709_are_the_same_as_those_of_bt601():
    for colorspace in (1, 6):
        file = io.BytesIO()
        with av.open(file, "w", format="mp4") as output:
            stream = output.add_stream("libx264", rate=10)
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            stream.codec_context.colorspace, stream.codec_context.color_range = colorspace, 1
            frame = av.VideoFrame.from_ndarray(flat((30, 180, 60)), format="rgb24")
            frame = frame.reformat(
                format="yuv420p",
                dst_colorspace="ITU709" if colorspace == 1 else "ITU601",
                dst_color_range="MPEG",
            )
            frame.pts, frame.time_base = 0, Fraction(1, 10)
            output.mux(stream.encode(frame))
            output.mux(stream.encode(None))
        image = read(file.getvalue())[0][0].image
        assert np.abs(image.astype(int) - (30, 180, 60)).max() <= 4


def test_bytes_and_path_give_the_same_frames_and_hash(tmp_path):
    data = clip(ramp(6))
    path = tmp_path / "film.mp4"
    path.write_bytes(data)
    from_bytes, info = read(data)
    from_path, path_info = read(str(path))
    assert [f.image.tobytes() for f in from_bytes] == [f.image.tobytes() for f in from_path]
    assert info.sha256 == path_info.sha256 == hash_source(data)
    assert (info.name, path_info.name) == ("video", "film.mp4")


def test_bytes_leave_nothing_on_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert len(read(clip(ramp(6)))[0]) == 6
    assert list(tmp_path.iterdir()) == []


def test_every_iteration_starts_from_the_beginning():
    with VideoSource(clip(ramp(8))) as video:
        assert next(iter(video)).index == 0
        assert times(list(video)) == times(list(video))
        assert video.info.frames_decoded == 8


def test_a_closed_video_is_not_read_on():
    with VideoSource(clip(ramp(30))) as video:
        frames = iter(video)
        next(frames)
    with pytest.raises(ValueError, match="closed"):
        list(frames)
    with pytest.raises(ValueError, match="closed"):
        list(video)
    assert video.info.name == "video"


def test_dropped_frames_are_not_converted(monkeypatch):
    converted = []
    original = Developer.develop
    monkeypatch.setattr(Developer, "develop", lambda self, p: converted.append(p.pts) or original(self, p))
    frames, _ = read(clip(ramp(40), rate=20), fps=2.0)
    assert len(frames) == len(converted) == 4


def resident_mb() -> float:
    """Memory of this process in MB, FFmpeg's included."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    except OSError:
        pytest.skip("needs /proc to see FFmpeg's memory")


def test_memory_stays_flat_over_a_long_clip():
    images = (flat(n % 200, width=640, height=480) for n in range(300))
    data = clip(images, turn=(-90, False, False), codec_options={"preset": "ultrafast"})
    gc.collect()
    gc.disable()  # whatever waits for the collector counts as kept
    try:
        with VideoSource(data) as video:
            sizes = [resident_mb() for frame in video if frame.index % 50 == 49]
    finally:
        gc.enable()
    assert len(sizes) == 6
    assert sizes[-1] - sizes[0] < 30, "250 frames, kept, would be 110 MB in YUV and 220 MB in RGB"


def test_memory_comes_back_after_many_videos():
    data = clip(ramp(6, width=640, height=480), codec_options={"preset": "ultrafast"})
    gc.collect()
    gc.disable()
    try:
        sizes = []
        for _ in range(60):
            assert len(read(data)[0]) == 6
            sizes.append(resident_mb())
    finally:
        gc.enable()
    assert sizes[-1] - sizes[9] < 30, (
        "one frame kept of each of 50 videos would be 22 MB in YUV and 44 MB in RGB"
    )


def test_random_damage_gives_frames_or_an_input_error():
    rng = np.random.default_rng(5)
    read_count = refused = 0
    for options in ({}, MKV, VP8, {"container": "avi", "codec": "mpeg4"}):
        data = clip(ramp(6), **options)
        for number in range(25):
            broken = bytearray(data)
            for place in rng.integers(0, 400 if number % 2 else len(data), 6):
                broken[place] = rng.integers(0, 256)
            try:
                read_count += bool(read(bytes(broken))[0])
            except InputError:
                refused += 1
    assert read_count + refused == 100
    assert min(read_count, refused) > 0


def test_sniff_knows_the_containers():
    assert sniff(clip(ramp(1))) == "mp4"
    assert sniff(clip(ramp(1), container="mov")) == "mp4"
    assert sniff(clip(ramp(1), **MKV)) == sniff(clip(ramp(1), **VP8)) == "matroska"
    assert sniff(clip(ramp(1), container="avi", codec="mpeg4")) == "avi"


@pytest.mark.data
def test_a_real_clip_keeps_its_times(media):
    frames, info = read(media / "talking_woman_short.mp4", fps=5.0)
    assert times(frames) == pytest.approx(np.arange(23) / 5, abs=0.05)
    assert (info.frames_decoded, info.width, info.height) == (115, 596, 336)
