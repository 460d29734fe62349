"""Files that people bring, whatever made them: photos of case 79, videos of case 80, HDR of case 89.

Each is made here from one picture or one little clip and must come back as it was.
"""

import io
import struct
import subprocess
import sys
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms
from pillow_heif import from_pillow

from fer.dataset.readers.folders import read_folder
from fer.dataset.readers.labeled import read_label_folder
from fer.errors import DamagedInputError, InputError, TooLargeInputError, UnsupportedInputError
from fer.sources import VideoSource, content_kind, read_image, sniff
from fer.sources.developing import INTERLACED, TONE_MAPPED, Developer
from fer.sources.pixels.strips import UNSEEN
from fer.sources.video import RESHAPED
from tests.helpers.clips import clip, corner_names, corners, flat, ramp

SIZE = (48, 32)


def scene() -> Image.Image:
    """A smooth picture without symmetry."""
    rows, columns = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    channels = [columns * 255 // SIZE[0], rows * 255 // SIZE[1], (rows + columns) * 2]
    return Image.fromarray(np.stack(channels, -1).astype(np.uint8))


def saved(picture: Image.Image, form: str, **options) -> bytes:
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def heic(picture: Image.Image, **options) -> bytes:
    file = io.BytesIO()
    from_pillow(picture).save(file, quality=95, **options)
    return file.getvalue()


def gray_values(scale: float, dtype: type) -> np.ndarray:
    """The scene's gray values times ``scale``."""
    return np.round(np.asarray(scene().convert("L"), float) * scale, 6).astype(dtype)


def gray(scale: float, dtype: type) -> Image.Image:
    return Image.fromarray(gray_values(scale, dtype))


def gray_tiff(values: np.ndarray, *, photometric: int = 1) -> bytes:
    """A TIFF of one strip as measuring programs write it; white is 0 where ``photometric`` is."""
    height, width = values.shape
    tags = {256: width, 257: height, 258: 8 * values.itemsize, 259: 1, 262: photometric, 273: 8, 277: 1}
    tags |= {278: height, 279: values.nbytes, 339: 1}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in sorted(tags.items()))
    directory = struct.pack("<H", len(tags)) + entries + bytes(4)
    return b"II*\0" + struct.pack("<I", 8 + values.nbytes) + values.tobytes() + directory


def color_tiff(values: np.ndarray, *, planes: bool = False, order: str = "<", **told: int) -> bytes:
    """A TIFF in color as laboratories' programs write it.

    Args:
        values: (H, W, 3 or 4) of 8 or 16 bits.
        planes: One color lies behind the other.
        order: Of the bytes.
        told: ``white``: the brightest value that there can be.
    """
    height, width, bands = values.shape
    stored = values.astype(values.dtype.newbyteorder(order))
    parts = [stored[..., k].tobytes() for k in range(bands)] if planes else [stored.tobytes()]
    tags: dict[int, list[int]] = {256: [width], 257: [height], 258: [8 * values.itemsize] * bands, 259: [1]}
    tags |= {262: [2], 273: [], 277: [bands], 278: [height], 279: [len(p) for p in parts], 284: [1 + planes]}
    tags |= ({281: [told["white"]] * bands} if told else {}) | ({338: [2]} if bands > 3 else {})
    start = 14 + 12 * len(tags)
    pixels = start + 4 * bands * 4
    tags[273] = [pixels + sum(map(len, parts[:k])) for k in range(len(parts))]
    entries, longer = b"", b""
    for tag, numbers in sorted(tags.items()):
        packed = struct.pack(f"{order}{len(numbers)}I", *numbers)
        place = packed if len(packed) == 4 else struct.pack(order + "I", start + len(longer))
        longer += b"" if len(packed) == 4 else packed
        entries += struct.pack(order + "HHI", tag, 4, len(numbers)) + place
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "IH", 8, len(tags))
    return (head + entries + bytes(4) + longer).ljust(pixels, b"\0") + b"".join(parts)


def deep(scale: float) -> np.ndarray:
    """The scene in 16 bits."""
    return np.round(np.asarray(scene(), float) * scale).astype(np.uint16)


def with_alpha(values: np.ndarray, alpha: int) -> np.ndarray:
    return np.dstack([values, np.full(values.shape[:2], alpha, np.uint16)])


def packed_tiff(values: np.ndarray) -> bytes:
    """By LZW, as OpenCV writes it."""
    done, data = cv2.imencode(".tiff", values[..., ::-1])
    assert done
    return data.tobytes()


def turned(orientation: int = 6) -> tuple[Image.Image, bytes]:
    """The scene as a camera held upright stores it, and the EXIF that says so."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return scene().transpose(Image.Transpose.ROTATE_90), exif.tobytes()


def lab() -> Image.Image:
    srgb, wanted = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    return ImageCms.profileToProfile(scene(), srgb, wanted, outputMode="LAB")


SIDEWAYS, EXIF = turned()
PHOTOS = {
    "TIFF": saved(scene(), "TIFF"),
    "TIFF, LZW": saved(scene(), "TIFF", compression="tiff_lzw"),
    "TIFF, deflated": saved(scene(), "TIFF", compression="tiff_adobe_deflate"),
    "BigTIFF": saved(scene(), "TIFF", big_tiff=True),
    "TIFF, CMYK": saved(scene().convert("CMYK"), "TIFF"),
    "TIFF, alpha": saved(scene().convert("RGBA"), "TIFF"),
    "TIFF, Lab": saved(lab(), "TIFF"),
    "TIFF on its side": saved(SIDEWAYS, "TIFF", exif=EXIF),
    "AVIF": saved(scene(), "AVIF", quality=95, subsampling="4:4:4"),
    "AVIF on its side": saved(SIDEWAYS, "AVIF", quality=95, subsampling="4:4:4", exif=EXIF),
    "HEIC": heic(scene()),
    "HEIC on its side": heic(SIDEWAYS, exif=EXIF),
    "MPO": saved(scene(), "MPO", quality=95, save_all=True, append_images=[scene().rotate(180)]),
    "PPM": saved(scene(), "PPM"),
    "PPM with a remark": b"P6\n# of a camera\n48 32\n255\n" + np.asarray(scene()).tobytes(),
    "HEIC, alpha": heic(scene().convert("RGBA")),
    "GIF of one picture": saved(scene(), "GIF"),
    "WebP of one picture": saved(scene(), "WEBP", lossless=True, save_all=True),
}
FILM = clip(ramp(2))
GRAY_PHOTOS = {
    "8 bits": (saved(scene().convert("L"), "TIFF"), ""),
    "16 bits": (saved(gray(257, np.uint16), "TIFF"), ""),
    "12 of 16 bits": (saved(gray(16, np.uint16), "TIFF"), "4095 was taken as white"),
    "8 of 16 bits": (saved(gray(1, np.uint16), "TIFF"), "255 was taken as white"),
    "10 of 16 bits": (saved(gray(4, np.uint16), "TIFF"), "1023 was taken as white"),
    "14 of 16 bits": (saved(gray(64, np.uint16), "TIFF"), "16383 was taken as white"),
    "0 to 1": (saved(gray(1 / 255, np.float32), "TIFF"), "1 was taken as white"),
    "32 bits": (gray_tiff(gray_values(257 * 65_537, np.uint32)), ""),
    "16 bits, white is 0": (gray_tiff(~gray_values(257, np.uint16), photometric=0), ""),
    "8 bits, white is 0": (gray_tiff(~gray_values(1, np.uint8), photometric=0), ""),
    "PGM": (saved(scene().convert("L"), "PPM"), ""),
    "PGM of 16 bits": (b"P5 48 32 65535\n" + gray_values(257, np.uint16).astype(">u2").tobytes(), ""),
    "PNG of 16 bits": (saved(gray(257, np.uint16), "PNG"), ""),
}


DEEP_PHOTOS = {
    "16 bits": (color_tiff(deep(257)), ""),
    "16 bits, the other order": (color_tiff(deep(257), order=">"), ""),
    "16 bits in planes": (color_tiff(deep(257), planes=True), ""),
    "16 bits in planes, the other order": (color_tiff(deep(257), planes=True, order=">"), ""),
    "16 bits, LZW": (packed_tiff(deep(257)), ""),
    "8 bits in planes": (color_tiff(np.asarray(scene()), planes=True), ""),
    "12 of 16 bits": (color_tiff(deep(16)), "4095 was taken as white"),
    "12 of 16 bits, the other order": (color_tiff(deep(16), order=">"), "4095 was taken as white"),
    "12 of 16 bits in planes": (color_tiff(deep(16), planes=True), "4095 was taken as white"),
    "12 of 16 bits, LZW": (packed_tiff(deep(16)), "4095 was taken as white"),
    "10 of 16 bits": (color_tiff(deep(4)), "1023 was taken as white"),
    "14 of 16 bits": (color_tiff(deep(64)), "16383 was taken as white"),
    "8 of 16 bits": (color_tiff(deep(1)), "255 was taken as white"),
    "a white that the file says": (color_tiff(deep(80), white=20_400), "20400 was taken as white"),
    "12 bits, opaque in 12": (color_tiff(with_alpha(deep(16), 4095)), "4095 was taken as white"),
    "12 bits, opaque in 16": (color_tiff(with_alpha(deep(16), 65_535)), "4095 was taken as white"),
}


@pytest.mark.parametrize("what", DEEP_PHOTOS)
def test_case_79_colors_of_16_bits_keep_their_brightness(what):
    data, said = DEEP_PHOTOS[what]
    loaded = read_image(data)
    assert np.abs(loaded.frame.image.astype(int) - np.asarray(scene(), int)).max() <= 2
    assert said in "".join(loaded.notes)
    assert bool(loaded.notes) == bool(said)


def test_case_113_a_large_one_of_few_bits_is_refused_before_the_memory_is_taken(monkeypatch):
    monkeypatch.setattr("fer.sources.images.MAX_DECODING_BYTES", SIZE[0] * SIZE[1] * 9)
    with pytest.raises(TooLargeInputError, match="uses few of its 16 bits"):
        read_image(color_tiff(deep(16)))
    assert read_image(color_tiff(deep(257))).notes == ()


@pytest.mark.parametrize("what", PHOTOS)
def test_case_79_a_photo_of_any_usual_format_is_the_same_picture(what):
    loaded = read_image(PHOTOS[what])
    assert content_kind(PHOTOS[what]) == "image"
    assert loaded.frame.image.shape == (SIZE[1], SIZE[0], 3)
    off = np.abs(loaded.frame.image.astype(int) - np.asarray(scene(), int)).mean()
    assert off < 6, f"{what}: off by {off:.1f} levels"
    assert loaded.notes == ()


@pytest.mark.parametrize("what", GRAY_PHOTOS)
def test_case_79_gray_values_of_any_width_keep_their_brightness(what):
    data, said = GRAY_PHOTOS[what]
    loaded = read_image(data)
    assert np.abs(loaded.frame.image[..., 0].astype(int) - np.asarray(scene().convert("L"), int)).max() <= 2
    assert said in "".join(loaded.notes)
    assert bool(loaded.notes) == bool(said)


@pytest.mark.parametrize(
    ("photo", "mark"),
    [
        (saved(scene(), "JPEG"), b""),
        (saved(scene(), "JPEG"), b"\0\0\1\x30\x0aMotionPhoto_Data"),
        (heic(scene()), struct.pack(">I4s", 8 + len(FILM), b"mpvd")),
        (saved(scene(), "AVIF"), struct.pack(">I4s", 8 + len(FILM), b"mpvd")),
    ],
    ids=["Pixel", "Galaxy", "HEIC", "AVIF"],
)
def test_case_79_the_film_behind_a_photo_is_said_and_the_photo_is_whole(photo, mark):
    loaded = read_image(photo + mark + FILM)
    assert np.array_equal(loaded.frame.image, read_image(photo).frame.image)
    assert not loaded.partial
    (note,) = loaded.notes
    assert "film lies behind the photo" in note
    assert read_image(photo + b"ftyp" + b"\0\0\0\x18ftyp").notes == ()


def test_case_79_a_film_of_bare_jpegs_is_not_lost_behind_its_first_picture():
    first, second = saved(scene(), "JPEG"), saved(scene().rotate(180), "JPEG")
    loaded = read_image(first + second)
    assert (loaded.partial, "goes on with more JPEG pictures" in loaded.notes[0]) == (True, True)
    assert read_image(first + b"trailing bytes").notes == ()


@pytest.mark.parametrize("marker", [0xC3, 0xF7, 0xCB])
def test_case_06_a_jpeg_of_a_rare_kind_is_not_called_damaged(marker):
    data = saved(scene(), "JPEG")
    at = data.index(b"\xff\xc0")
    with pytest.raises(UnsupportedInputError, match="rare kind of JPEG: save it as"):
        read_image(data[: at + 1] + bytes([marker]) + data[at + 2 :])


def test_case_06_a_jpeg_of_12_bits_is_not_called_damaged():
    """As X-ray machines and some cameras of laboratories write them."""
    data = saved(scene(), "JPEG")
    at = data.index(b"\xff\xc0")
    with pytest.raises(UnsupportedInputError, match="rare kind of JPEG: save it as"):
        read_image(data[:at] + b"\xff\xc1" + data[at + 2 : at + 4] + b"\x0c" + data[at + 5 :])


def bmp_of_32_bits(alpha: int) -> bytes:
    """The scene as grabbers and screen recorders write it, with a mask for how far a pixel is transparent."""
    pixels = np.dstack([np.asarray(scene())[::-1, :, ::-1], np.full(SIZE[::-1], alpha, np.uint8)]).tobytes()
    head = struct.pack("<IiiHHIIiiII", 108, *SIZE, 1, 32, 3, len(pixels), 0, 0, 0, 0)
    masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    file_head = struct.pack("<IHHI", 122 + len(pixels), 0, 0, 122)
    return b"BM" + file_head + head + masks + b"BGRs" + bytes(48) + pixels


def test_case_79_a_picture_that_is_transparent_everywhere_is_read_all_the_same_and_said():
    assert read_image(bmp_of_32_bits(255)).notes == ()
    unseen = Image.merge("RGBA", (*scene().split(), Image.new("L", SIZE, 0)))
    for data in (bmp_of_32_bits(0), saved(unseen, "PNG"), saved(unseen, "TIFF")):
        loaded = read_image(data)
        assert np.array_equal(loaded.frame.image, np.asarray(scene()))
        assert loaded.notes == (UNSEEN,)
    one_seen = unseen.copy()
    one_seen.putpixel((5, 5), (9, 9, 9, 255))
    loaded = read_image(saved(one_seen, "PNG"))
    assert (loaded.notes, int((loaded.frame.image < 255).any(-1).sum())) == ((), 1)


def test_case_79_a_text_is_no_pgm():
    assert sniff(b"P5 is the fifth participant") == "unknown"
    assert sniff(b"P5\n# a remark\n640 480\n255\n") == "netpbm"


def test_case_79_a_tiff_of_another_kind_is_not_only_called_damaged():
    data = gray_tiff(gray_values(1, np.float64))
    with pytest.raises(InputError, match="in a form that few programs read: save it as"):
        read_image(data)


@pytest.mark.parametrize("form", ["tiff", "heic", "avif", "pgm", "jpg"])
def test_case_79_a_labelled_folder_takes_pictures_of_any_format(tmp_path, form):
    writers = {"heic": heic, "pgm": lambda picture: saved(picture.convert("L"), "PPM")}
    data = writers.get(form, lambda picture: saved(picture, "JPEG" if form == "jpg" else form.upper()))(
        scene()
    )
    for name in ("happy/a", "other/b"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / f"{name}.{form}").write_bytes(data)
    by_folder = read_folder(tmp_path)
    assert (len(by_folder), by_folder.n_rejected) == (1, 1)
    (tmp_path / "labels.csv").write_text(f"file,label\na.{form},sad\nother/b.{form},happy\n")
    assert len(read_label_folder(tmp_path / "labels.csv")) == 2


def test_case_79_of_a_tiff_with_several_pages_the_first_is_read_and_said():
    data = saved(scene(), "TIFF", save_all=True, append_images=[scene().rotate(180), scene()])
    loaded = read_image(data)
    assert np.array_equal(loaded.frame.image, np.asarray(scene()))
    assert loaded.notes == ("The TIFF holds 3 pages: only the first was read.",)


def test_case_79_colors_of_another_space_are_those_that_its_profile_means():
    # In Lab the middle gray of sRGB is 53.6: read without the profile it would be another gray.
    loaded = read_image(saved(lab(), "TIFF"))
    assert np.abs(loaded.frame.image.astype(int) - np.asarray(scene(), int)).mean() < 2
    broken = saved(scene(), "TIFF", icc_profile=b"no profile at all")
    assert np.array_equal(read_image(broken).frame.image, np.asarray(scene()))


def test_case_79_a_camera_raw_is_no_tiff_photo():
    data = saved(scene(), "TIFF", tiffinfo={50706: b"\1\4\0\0"})
    with pytest.raises(UnsupportedInputError, match=r"camera raw.*export it as JPEG"):
        read_image(data)


def test_case_79_a_tiff_with_negative_numbers_is_refused_and_never_turned_white():
    """Of a heat camera or a scanner: what is black in it nobody says."""
    gray = np.tile(np.arange(200, dtype=np.int32), (100, 1))
    assert read_image(saved(Image.fromarray(gray), "TIFF")).frame.image.max() > 190
    with pytest.raises(DamagedInputError, match="in a form that few programs read"):
        read_image(saved(Image.fromarray(gray - 100), "TIFF"))


@pytest.mark.parametrize("unwritten", [b"\0", b"\xff"])
def test_case_79_a_file_that_was_never_written_is_not_called_an_unknown_format(unwritten):
    for read in (read_image, VideoSource):
        with pytest.raises(UnsupportedInputError, match=r"begins blank, as a copy does.*copy it again"):
            read(unwritten * 50_000)


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "AVIF"])
def test_case_79_an_animated_picture_is_a_video_with_its_own_times(form):
    pictures = [Image.new("RGB", SIZE, color) for color in ("red", "lime", "blue")]
    options = {"duration": [80, 400, 120], "save_all": True, "append_images": pictures[1:]}
    data = saved(pictures[0], form, **options)
    assert content_kind(data) == "video"
    with VideoSource(data) as video:
        frames = list(video)
        assert video.info.notes == ()
        assert video.info.frames_decoded == 3
    assert [frame.timestamp_s for frame in frames] == pytest.approx([0, 0.08, 0.48], abs=0.011)
    assert [int(frame.image[5, 5].argmax()) for frame in frames] == [0, 1, 2]
    # As a photo it is its first picture, and says so.
    assert "animated" in read_image(data).notes[0]


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_case_79_an_animated_picture_is_upright_as_the_photo_of_its_first(form, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    pictures = [Image.fromarray(corners()), Image.fromarray(corners()[::-1])]
    data = saved(
        pictures[0], form, save_all=True, append_images=pictures[1:], duration=100, exif=exif.tobytes()
    )
    with VideoSource(data) as video:
        declared = (video.info.width, video.info.height)
        first, second = video
    photo = read_image(data).frame.image
    assert corner_names(first.image) == corner_names(photo)
    assert declared == (photo.shape[1], photo.shape[0]) == (first.width, first.height)
    assert corner_names(second.image) != corner_names(first.image)


def test_case_79_the_stand_in_of_an_animated_png_is_no_part_of_the_film():
    pictures = [Image.new("RGB", SIZE, color) for color in ("white", "red", "lime", "blue")]
    options = {"save_all": True, "append_images": pictures[1:], "duration": 80}
    data = saved(pictures[0], "PNG", default_image=True, **options)
    with VideoSource(data) as video:
        frames = list(video)
    assert [int(frame.image[5, 5].argmax()) for frame in frames] == [0, 1, 2]
    assert [frame.timestamp_s for frame in frames] == pytest.approx([0, 0.08, 0.16])


@pytest.mark.parametrize("brand", [b"hevc", b"msf1"])
def test_case_79_a_burst_in_heif_is_read_as_a_video(brand):
    quiet = {"x265-params": "log-level=none"}
    data = clip(ramp(5), codec="libx265", codec_options=quiet)
    burst = data[:8] + brand + data[12:]
    assert content_kind(burst) == "video"
    with VideoSource(burst) as video:
        assert len(list(video)) == 5


@pytest.mark.parametrize("text", [b"The free will", b"You skip it", b"The wide shot", b"No. junk"])
def test_case_80_a_text_that_says_the_name_of_a_box_is_no_video(text):
    assert content_kind(text + bytes(300)) == "unknown"
    assert sniff(b"\0\0\0\x08free" + bytes(20)) == "mp4"


def test_case_79_a_raw_photo_in_the_boxes_of_mp4_is_no_video():
    head = b"\0\0\0\x18ftypcrx \0\0\0\1crx isom"
    assert content_kind(head + bytes(500)) == "unknown"
    with pytest.raises(UnsupportedInputError, match=r"camera raw picture.*save it as JPEG"):
        read_image(head + bytes(500))


@pytest.mark.parametrize("box", [b"uuid", b"pnot", b"junk", b"free"])
def test_case_80_whatever_box_an_mp4_begins_with(box):
    data = clip(ramp(3), container_options={"movflags": "frag_keyframe+empty_moov+default_base_moof"})
    with VideoSource(b"\0\0\0\x20" + box + bytes(24) + data) as video:
        assert len(list(video)) == 3


def test_case_79_a_cut_animation_gives_the_part_that_is_there_or_a_sentence():
    pictures = [Image.effect_noise(SIZE, 80 + k).convert("RGB") for k in range(8)]
    read = refused = 0
    for form in ("GIF", "PNG", "WEBP", "AVIF"):
        data = saved(pictures[0], form, save_all=True, append_images=pictures[1:], duration=100)
        for share in (0.02, 0.2, 0.5, 0.8, 0.99):
            try:
                with VideoSource(data[: int(len(data) * share)]) as video:
                    read += len(list(video)) > 0
            except InputError as error:
                refused += error.message.endswith(".")
    assert read + refused == 20
    assert min(read, refused) > 0


VIDEOS = {
    "MPEG-1": ({"container": "mpeg", "codec": "mpeg1video", "rate": 25}, "mpeg"),
    "MPEG-2": ({"container": "vob", "codec": "mpeg2video", "rate": 25}, "mpeg"),
    "a bare stream": ({"container": "mpeg1video", "codec": "mpeg1video", "rate": 25}, "mpegvideo"),
    "TS": ({"container": "mpegts"}, "mpegts"),
    "MTS": ({"container": "mpegts", "container_options": {"mpegts_m2ts_mode": "1"}}, "mpegts"),
    "WMV": ({"container": "asf", "codec": "wmv2"}, "asf"),
    "FLV": ({"container": "flv", "codec": "flv"}, "flv"),
    "3GP": ({"container": "3gp"}, "mp4"),
    "MXF": ({"container": "mxf", "codec": "mpeg2video", "rate": 25}, "mxf"),
    "IVF": ({"container": "ivf", "codec": "libvpx"}, "ivf"),
    "Y4M": ({"container": "yuv4mpegpipe", "codec": "wrapped_avframe"}, "y4m"),
    "a camera's bare H.264": ({"container": "h264"}, "h264"),
    "a camera's bare H.265": (
        {"container": "hevc", "codec": "libx265", "codec_options": {"x265-params": "log-level=none"}},
        "hevc",
    ),
}


@pytest.mark.parametrize("what", VIDEOS)
def test_case_80_a_video_of_any_usual_format_is_read_from_0(what):
    options, form = VIDEOS[what]
    images = ramp(12, width=64, height=48)
    data = clip(images, **options)
    assert sniff(data) == form
    assert content_kind(data) == "video"
    with VideoSource(data) as video:
        frames = list(video)
    assert len(frames) >= 11
    assert frames[0].timestamp_s == 0
    period = 1 / options.get("rate", 10)
    steps = np.diff([frame.timestamp_s for frame in frames])
    assert steps[:-1] == pytest.approx(period, abs=0.002)  # a bare stream has no time for its last frame
    brightness = [frame.image.mean() for frame in frames]
    assert brightness[0] < 40
    assert brightness[-1] > 200


def test_case_80_a_bare_stream_counts_its_pictures_by_its_rate_and_says_so():
    with VideoSource(clip(ramp(12), container="h264", codec_options={"bf": "2"})) as video:
        times = [frame.timestamp_s for frame in video]
        assert video.info.notes == (
            "The file holds no times: they were counted from its rate, 10 frames a second.",
        )
    assert times == pytest.approx([k / 10 for k in range(12)])


def test_case_80_raw_dv_is_read_square_and_without_its_second_field():
    images = [corners(width=720, height=576)] * 3
    data = clip(images, container="dv", codec="dvvideo", rate=25, pix_fmt="yuv420p")
    assert sniff(data) == "dv"
    with VideoSource(data) as video:
        frames = list(video)
        assert video.info.notes == (INTERLACED,)
    assert len(frames) == 3
    # 720x576 with pixels of 16:15 is a picture of 4:3.
    assert frames[0].image.shape == (576, 768, 3)
    assert corner_names(frames[0].image) == "rgbw"


def test_case_80_a_recorders_own_bytes_in_front_of_mpeg_are_passed_by():
    plain = clip(ramp(12), **VIDEOS["MPEG-2"][0])
    data = b"IMKH\1\1".ljust(40, b"\0") + plain
    assert sniff(data) == "mpeg"
    with VideoSource(data) as video, VideoSource(plain) as same:
        frames, wanted = list(video), list(same)
    assert [frame.timestamp_s for frame in frames] == [frame.timestamp_s for frame in wanted]
    assert all(np.array_equal(a.image, b.image) for a, b in zip(frames, wanted, strict=True))


@pytest.mark.parametrize("what", ["MPEG-2", "TS", "WMV", "FLV"])
def test_case_80_half_a_file_gives_its_part(what):
    data = clip(ramp(40), **VIDEOS[what][0], codec_options={"g": "5"})
    with VideoSource(data[: len(data) // 2]) as video:
        frames = list(video)
    assert 5 < len(frames) < 35


def test_case_80_a_format_that_is_not_read_is_named_as_a_video():
    for start in (
        b".RMF\0\0\0\x12",
        b"DHAV\xfd",
        b"CWS\x09",
        bytes.fromhex("b7d800203749da11a64e0007e95ead8d"),
    ):
        with pytest.raises(UnsupportedInputError, match="video, which is not read here: convert it to MP4"):
            VideoSource(start + bytes(2000))


def test_case_80_text_that_begins_like_a_transport_stream_is_none():
    assert sniff(b"G" * 1000) == "mpegts"  # five times the sync byte: FFmpeg decides
    with pytest.raises(InputError):
        VideoSource(b"G" * 1000)
    assert sniff(b"G" + b"oogle " * 200) == "unknown"


@pytest.mark.parametrize(
    "options",
    [{}, {"container": "matroska"}, {"container": "webm", "codec": "libvpx"}, {"container": "mpegts"}],
)
def test_case_85_a_stream_that_starts_at_an_hour_is_read_whole_and_from_0(options):
    data = clip(ramp(20), pts=[36_000 + k for k in range(20)], **options)
    with VideoSource(data, fps=5.0) as video:
        frames = list(video)
        info = video.info
    assert [frame.timestamp_s for frame in frames] == pytest.approx([k / 5 for k in range(10)], abs=0.002)
    assert info.duration_s == pytest.approx(2.0, abs=0.15)
    assert info.starts_s >= 3590
    assert info.notes == ()


@pytest.mark.parametrize("late_s", [2, 7])
def test_case_85_pictures_of_a_matroska_file_that_begin_later_than_the_sound_begin_at_0(late_s):
    """FFmpeg looks for the first one within 5 s, and takes 0 for the start of a later one."""
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as output:
        pictures, sound = output.add_stream("mjpeg", rate=10), output.add_stream("pcm_s16le", rate=8000)
        pictures.width, pictures.height, pictures.pix_fmt, sound.layout = 64, 48, "yuvj420p", "mono"
        for second in range(late_s + 1):
            samples = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), format="s16", layout="mono")
            samples.rate, samples.pts, samples.time_base = 8000, 8000 * second, Fraction(1, 8000)
            output.mux(sound.encode(samples))
        for number, image in enumerate(ramp(5)):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = 10 * late_s + number, Fraction(1, 10)
            output.mux(pictures.encode(frame))
    with VideoSource(file.getvalue()) as video:
        assert [frame.timestamp_s for frame in video] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])
        info = video.info
    assert info.starts_s == pytest.approx(late_s)
    assert info.notes == ()
    assert info.duration_s == pytest.approx(0.5, abs=0.6)  # of the file, less its start


def with_pixels(aspect: Fraction, image: np.ndarray, container: str = "mp4", **turned) -> bytes:
    """A clip of one picture whose pixels are so many times as wide as high."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as output:
        stream = output.add_stream("libx264", rate=10)
        stream.height, stream.width = image.shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.sample_aspect_ratio = aspect
        if turned:
            stream.set_display_rotation(**turned)
        for number in range(3):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 10)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return file.getvalue()


@pytest.mark.parametrize(
    ("aspect", "shape"),
    [
        (Fraction(64, 45), (576, 1024, 3)),
        (Fraction(2), (576, 1440, 3)),
        (Fraction(8, 9), (576, 640, 3)),
        (Fraction(1), (576, 720, 3)),
        (Fraction(100), (576, 720, 3)),  # nobody's pixels: not believed
    ],
)
def test_case_86_pixels_that_are_not_square_become_square(aspect, shape):
    with VideoSource(with_pixels(aspect, corners(width=720, height=576))) as video:
        first, *_ = video
        info = video.info
    assert first.image.shape == shape
    assert corner_names(first.image) == "rgbw"
    assert (info.width, info.height) == (shape[1], shape[0])


@pytest.mark.parametrize("container", ["h264", "mpegts"])
def test_case_86_another_shape_of_the_pixels_later_on_is_said(container):
    flat_ones, wide = (with_pixels(Fraction(n), corners(), container) for n in (1, 2))
    for data, changes in ((flat_ones + wide, 1), (wide + flat_ones, 1), (wide + wide, 0)):
        with VideoSource(data) as video:
            frames = list(video)
            info = video.info
        assert len(frames) == 6
        assert sum(note == RESHAPED for note in info.notes) == changes


def test_case_86_pixels_are_made_square_before_the_picture_is_turned():
    data = with_pixels(Fraction(2), corners(width=240, height=320), degrees=-90)
    with VideoSource(data) as video:
        first, *_ = video
    assert first.image.shape == (480, 320, 3)
    assert corner_names(first.image) == "brwg"


def hdr_frame(code: int, transfer: int) -> av.VideoFrame:
    """A gray frame of code values (8 bits) of such a transfer function."""
    frame = av.VideoFrame.from_ndarray(flat(code, width=16, height=16), format="rgb24")
    frame.color_trc = transfer
    return frame


@pytest.mark.parametrize(
    ("kind", "transfer", "codes"), [("PQ", 16, (192, 148, 130, 86, 0)), ("HLG", 18, (255, 191, 161, 78, 0))]
)
def test_case_89_hdr_is_mapped_to_an_ordinary_screen_and_said(kind, transfer, codes):
    """1000, 203 (the white of a page), 100, 15.8 and 0 cd/m2 in that function."""
    developer = Developer(Fraction(1))
    mapped = [int(developer.develop(hdr_frame(code, transfer))[3, 3, 0]) for code in codes]
    white, page, gray, dark, black = mapped
    assert white >= 254
    assert 215 < page < 245
    # As bright as in a picture whose white is 203 cd/m2: of its light 100 is 0.49, and 15.8 is 0.078.
    assert gray == pytest.approx(186, abs=3)
    assert dark == pytest.approx(79, abs=3)
    assert black == 0
    assert developer.notes == [TONE_MAPPED.format(kind=kind)]


def test_an_ordinary_frame_is_not_touched():
    developer = Developer()
    frame = av.VideoFrame.from_ndarray(corners(), format="rgb24")
    assert np.array_equal(developer.develop(frame), corners())
    assert developer.notes == []


def test_pillow_heif_is_only_imported_for_a_heic():
    code = (
        "import io, sys; from PIL import Image; from fer.sources import read_image; f = io.BytesIO();"
        "Image.new('RGB', (9, 9)).save(f, 'PNG'); read_image(f.getvalue());"
        "assert 'pillow_heif' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
