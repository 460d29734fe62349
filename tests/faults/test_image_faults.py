"""Photos: every image case of the fault catalogue that the sources can decide."""

import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pillow_heif import from_pillow

from fer.errors import (
    DamagedInputError,
    EmptyInputError,
    InputError,
    MemoryInputError,
    MissingInputError,
    TooLargeInputError,
    UnsupportedInputError,
)
from fer.sources import find_inputs, hash_source, input_kind, read_image, safe_name, sniff
from fer.sources.headers import image_size
from tests.helpers.places import ROOT

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF")


def picture(*, width: int = 40, height: int = 24) -> np.ndarray:
    """A smooth picture without symmetry."""
    rows, columns = np.mgrid[0:height, 0:width]
    return np.stack([columns * 255 // width, rows * 255 // height, (rows + columns) * 2 % 200], -1).astype(
        np.uint8
    )


def encoded(image: np.ndarray | Image.Image, form: str = "PNG", **options) -> bytes:
    """The bytes of a picture file."""
    file = io.BytesIO()
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(file, form, **options)
    return file.getvalue()


def pixels(data: bytes) -> np.ndarray:
    """The RGB picture that the sources read."""
    return read_image(data).frame.image


def png(width: int, height: int, *, depth: int, color: int, rows: bytes) -> bytes:
    """A PNG made by hand, for what Pillow does not write."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def test_case_01_empty_input_is_refused(tmp_path):
    with pytest.raises(EmptyInputError):
        read_image(b"")
    (tmp_path / "empty.jpg").touch()
    with pytest.raises(EmptyInputError):
        read_image(tmp_path / "empty.jpg")


def test_a_missing_path_a_folder_and_a_bad_name_are_missing_inputs(tmp_path):
    for path in (tmp_path / "no.jpg", tmp_path, "\0.jpg"):
        with pytest.raises(MissingInputError):
            read_image(path)


@pytest.mark.parametrize(
    "data",
    [
        bytes(np.random.default_rng(0).integers(0, 256, 5000, dtype=np.uint8)),
        b"This is a text, not a photo.",
        b"BM is how this text starts, like a bitmap.",
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"\xff",
    ],
)
def test_case_02_other_content_named_jpg_is_refused_by_its_bytes(data):
    with pytest.raises(UnsupportedInputError, match="JPEG"):
        read_image(data, name="photo.jpg")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "BMP"])
def test_case_03_a_picture_cut_anywhere_is_never_half_gray(form):
    data = encoded(picture(), form)
    with pytest.raises(DamagedInputError):
        read_image(data[: len(data) * 3 // 10])
    whole = pixels(data)
    for length in range(1, len(data), max(1, len(data) // 150)):
        try:
            assert np.array_equal(pixels(data[:length]), whole), f"half a picture from {length} bytes"
        except InputError as error:
            assert error.message.endswith(".")


@pytest.mark.parametrize("options", [{"progressive": True}, {"optimize": True, "quality": 95}])
def test_case_03_a_cut_jpeg_of_any_coding_is_refused(options):
    data = encoded(picture(width=320, height=240), "JPEG", **options)
    for share in (0.3, 0.6, 0.9, 0.99):
        with pytest.raises(DamagedInputError):
            read_image(data[: int(len(data) * share)])


CODED = [
    ("JPEG", {"quality": 90}),
    ("JPEG", {"quality": 90, "optimize": True}),
    ("JPEG", {"quality": 90, "subsampling": 0}),
    ("WEBP", {"quality": 90}),
    ("HEIF", {"quality": 90}),
    ("AVIF", {"quality": 90}),
]


@pytest.mark.parametrize("unwritten", [b"\0", b"\xff"])
@pytest.mark.parametrize(("form", "options"), CODED)
def test_case_03_a_picture_that_was_written_in_part_is_never_half_a_picture(form, options, unwritten):
    """As a copy that broke off in a file of the full length, or a bad card, leaves it."""
    pytest.importorskip("pillow_heif").register_heif_opener()
    rough = np.random.default_rng(0).integers(0, 256, (400, 400, 3), dtype=np.uint8)
    data = encoded(Image.fromarray(rough), form, **options)
    assert read_image(data).notes == ()
    for begin, end in ((0.3, 0.6), (0.6, 1.0)):
        first, behind = int(begin * len(data)), int(end * len(data))
        with pytest.raises(DamagedInputError):
            read_image(data[:first] + unwritten * (behind - first) + data[behind:])


@pytest.mark.parametrize(
    ("form", "options"), [*CODED, ("JPEG", {"progressive": True}), ("WEBP", {"lossless": True})]
)
@pytest.mark.parametrize("value", [0, 127, 255])
def test_case_03_flat_areas_and_blank_notes_are_no_damage(form, options, value):
    """A drawing, whose code can be long runs of zeros, and what a program left empty beside the pixels."""
    pytest.importorskip("pillow_heif").register_heif_opener()
    flat = np.full((1600, 2400, 3), value, np.uint8)
    flat[700:764, 900:964] = np.random.default_rng(0).integers(0, 256, (64, 64, 3))
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0" + bytes(9000)
    assert pixels(encoded(Image.fromarray(flat), form, **options, exif=exif)).shape == flat.shape


PLAIN = ("BMP", "TIFF", "PPM")


@pytest.mark.parametrize("form", PLAIN)
@pytest.mark.parametrize("unwritten", [b"\0", b"\xff"])
def test_case_03_uncompressed_pixels_that_break_off_within_a_row_are_damage(form, unwritten):
    rough = np.random.default_rng(0).integers(1, 255, (90, 170, 3), dtype=np.uint8)
    data = encoded(rough, form)
    assert read_image(data).notes == ()
    first = int(0.47 * len(data))
    with pytest.raises(DamagedInputError):
        read_image(data[:first] + unwritten * (len(data) - first))


@pytest.mark.parametrize("form", PLAIN)
@pytest.mark.parametrize("value", [0, 255])
def test_case_03_black_and_white_that_belong_to_an_uncompressed_picture_are_no_damage(form, value):
    """A bar that begins with a row, and the dark around a round picture."""
    rough = np.random.default_rng(0).integers(1, 255, (90, 170, 3), dtype=np.uint8)
    rows, columns = np.mgrid[0:90, 0:170]
    round_one = np.where(((rows - 45) ** 2 + (columns - 85) ** 2 < 30**2)[..., None], rough, value)
    bar = np.where(((rows > 40) & (rows < 60))[..., None], rough, value)
    for image in (round_one, bar, np.full_like(rough, value)):
        assert np.array_equal(pixels(encoded(image.astype(np.uint8), form)), image)


def test_case_04_pixel_bomb_is_refused_from_its_header(monkeypatch):
    bomb = png(12_000, 12_000, depth=8, color=0, rows=bytes(12_001) * 12_000)
    assert len(bomb) < 150_000

    def decoder(*_, **__):
        raise AssertionError("the decoder was asked")

    monkeypatch.setattr(Image, "open", decoder)
    with pytest.raises(TooLargeInputError, match="12000 x 12000"):
        read_image(bomb)


@pytest.mark.parametrize("form", FORMATS)
def test_case_04_every_format_declares_its_size_before_decoding(form):
    data = encoded(picture(width=37, height=21), form)
    assert image_size(data, sniff(data)) == (37, 21)


def test_case_04_sizes_in_headers_are_believed_only_up_to_the_limit():
    jpeg, webp = encoded(picture(), "JPEG"), encoded(picture(), "WEBP", lossless=True)
    place = jpeg.find(b"\xff\xc0") + 5
    huge = jpeg[:place] + struct.pack(">HH", 20_000, 20_000) + jpeg[place + 4 :]
    with pytest.raises(TooLargeInputError):
        read_image(huge)
    bits = struct.unpack_from("<I", webp, 21)[0] | (1 << 28) - 1
    with pytest.raises(TooLargeInputError):
        read_image(webp[:21] + struct.pack("<I", bits) + webp[25:])


def test_case_04_a_large_phone_photo_passes():
    data = encoded(Image.new("L", (8000, 6200)), "PNG")
    assert pixels(data).shape == (6200, 8000, 3)


def test_case_05_extreme_shapes_are_read():
    assert pixels(encoded(picture(width=1, height=1))).shape == (1, 1, 3)
    assert pixels(encoded(np.zeros((1, 65_535, 3), np.uint8))).shape == (1, 65_535, 3)


@pytest.mark.parametrize(
    "data",
    [
        encoded(picture(), "JPEG2000"),
        encoded(picture(), "EPS"),
        encoded(picture(), "ICO"),
        encoded(picture(), "SGI"),
    ],
)
def test_case_06_other_picture_formats_are_refused_by_magic_bytes(data):
    with pytest.raises(UnsupportedInputError):
        read_image(data, name="photo.png")


def test_case_06_a_phone_photo_in_heic_without_its_decoder_is_told_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(UnsupportedInputError, match="save it as JPEG"):
        read_image(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100))


def test_case_06_a_picture_that_is_not_read_is_named_and_told_what_to_do():
    with pytest.raises(UnsupportedInputError, match=r"a JPEG 2000 picture.*save it as JPEG"):
        read_image(encoded(picture(), "JPEG2000"))


def test_case_07_gray_palette_rgba_and_cmyk_give_the_pixels_of_rgb():
    image = picture()
    gray = np.repeat(image[..., :1], 3, -1)
    assert np.array_equal(pixels(encoded(image)), image)
    assert np.array_equal(pixels(encoded(image[..., 0])), gray)
    opaque = np.dstack([image, np.full(image.shape[:2], 255, np.uint8)])
    assert np.array_equal(pixels(encoded(opaque)), image)
    coarse = image // 64 * 64
    assert np.array_equal(pixels(encoded(Image.fromarray(coarse).quantize(256))), coarse)
    assert np.array_equal(pixels(encoded(Image.fromarray(gray[..., 0] > 90))), (gray > 90) * np.uint8(255))
    cmyk = pixels(encoded(Image.fromarray(image).convert("CMYK"), "JPEG", quality=100))
    assert np.abs(cmyk.astype(int) - image).mean() < 3


def test_case_07_sixteen_bits_are_scaled_by_their_range_not_by_their_content():
    values = np.array([[0, 257, 128 * 257, 200 * 257]], np.uint16)
    assert pixels(encoded(Image.fromarray(values)))[0, :, 0].tolist() == [0, 1, 128, 200]
    rgb = np.array([10, 128, 250], ">u2") * 257
    row = b"\0" + rgb.astype(">u2").tobytes() * 4
    assert pixels(png(4, 1, depth=16, color=2, rows=row))[0].tolist() == [[10, 128, 250]] * 4
    alpha = np.array([10, 128, 250, 255], ">u2") * 257
    row = b"\0" + alpha.astype(">u2").tobytes() * 4
    assert pixels(png(4, 1, depth=16, color=6, rows=row))[0].tolist() == [[10, 128, 250]] * 4


def test_case_07_transparent_parts_are_white():
    image = np.zeros((4, 6, 4), np.uint8)
    image[:, 3:] = (200, 30, 40, 255)
    for data in (encoded(image), encoded(image, "WEBP", lossless=True)):
        assert pixels(data)[0, 0].tolist() == [255, 255, 255]
        assert pixels(data)[0, 5].tolist() == [200, 30, 40]
    palette = Image.fromarray(np.eye(6, dtype=np.uint8), "L").convert("P")
    assert pixels(encoded(palette, transparency=0))[0, 1].tolist() == [255, 255, 255]


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_case_08_exif_orientation_gives_the_same_upright_picture(form, orientation):
    upright = picture()
    # What a camera held that way stores: the upright picture, turned back.
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright),
        7: upright[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = (
        {"quality": 100, "subsampling": 0} if form == "JPEG" else {"lossless": True} if form == "WEBP" else {}
    )
    got = pixels(encoded(np.ascontiguousarray(stored), form, exif=exif, **options))
    assert got.shape == upright.shape
    assert np.abs(got.astype(int) - upright).max() <= 6


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_case_08_an_impossible_orientation_is_ignored():
    for bad in (0, 9, 77):
        exif = Image.Exif()
        exif[0x0112] = bad
        assert np.array_equal(pixels(encoded(picture(), exif=exif)), picture())
    broken = encoded(picture(), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 30)
    assert pixels(broken).shape == picture().shape


def test_case_09_nothing_of_exif_leaves_with_the_picture():
    exif = Image.Exif()
    exif[0x010E] = "<script>alert('secret')</script>"
    exif[0x9286] = b"ASCII\0\0\0secret comment"
    exif.get_ifd(0x8825)[1] = "N secret"
    loaded = read_image(encoded(picture(), "JPEG", exif=exif, comment=b"secret"), name="a.jpg")
    assert vars(loaded).keys() == {"frame", "notes", "partial"}
    assert vars(loaded.frame).keys() == {"image", "index", "timestamp_s", "source"}
    assert type(loaded.frame.image) is np.ndarray
    assert "secret" not in repr(loaded)
    assert (loaded.frame.source, loaded.notes) == ("a.jpg", ())


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("", "photo"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/", "photo"),
        ("..", "photo"),
        ("=cmd|' /C calc'!A0", "C calc'!A0"),
        ("=cmd.jpg", "=cmd.jpg"),
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
        ("x" * 300, "x" * 120),
        ("Фото\u0000\n\t с камеры.jpg", "Фото с камеры.jpg"),
        ("harmless\u202egpj.exe", "harmlessgpj.exe"),
        ("bad\udcff.jpg", "bad.jpg"),
    ],
)
def test_case_10_names_are_labels_only(name, label):
    loaded = read_image(encoded(picture()), name=name)
    assert loaded.frame.source == label
    label.encode("utf-8")


def test_case_10_a_hostile_name_is_never_opened(monkeypatch):
    def forbidden(*_, **__):
        raise AssertionError("the disk was touched")

    data = encoded(picture())
    monkeypatch.setattr(Path, "open", forbidden)
    monkeypatch.setattr("builtins.open", forbidden)
    assert read_image(data, name="/etc/passwd").frame.source == "passwd"


@pytest.mark.parametrize(("form", "options"), [("WEBP", {"lossless": True}), ("GIF", {}), ("PNG", {})])
def test_case_11_of_an_animation_the_first_frame_is_read_and_said(form, options):
    first, second = (Image.new("RGB", (16, 12), color) for color in ("red", "blue"))
    data = encoded(first, form, save_all=True, append_images=[second], duration=100, **options)
    loaded = read_image(data)
    assert loaded.frame.image[0, 0].tolist() == [255, 0, 0]
    assert len(loaded.notes) == 1
    assert "first frame" in loaded.notes[0]
    assert read_image(encoded(first, form)).notes == ()


def test_case_11_a_phone_photo_with_a_second_picture_inside_is_no_animation():
    data = encoded(picture(), "MPO", save_all=True, append_images=[Image.fromarray(picture())])
    assert sniff(data) == "jpeg"
    assert read_image(data).notes == ()


def test_random_damage_gives_a_picture_or_an_input_error():
    rng = np.random.default_rng(3)
    read = refused = 0
    for form in FORMATS:
        data = encoded(picture(), form)
        for _ in range(40):
            broken = bytearray(data)
            for place in rng.integers(0, len(data), 4):
                broken[place] = rng.integers(0, 256)
            try:
                read += pixels(bytes(broken)).ndim == 3
            except InputError:
                refused += 1
    assert read + refused == 40 * len(FORMATS)
    assert min(read, refused) > 0


def test_sniff_knows_each_format_by_its_first_bytes():
    assert [sniff(encoded(picture(), form)[:64]) for form in FORMATS] == [form.lower() for form in FORMATS]
    assert [input_kind(name) for name in ("gif", "avi", "zip", "unknown")] == [
        "image",
        "video",
        "zip",
        "unknown",
    ]
    assert sniff(b"") == "unknown"


def test_hash_of_bytes_and_of_the_file_agree(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert hash_source(b"abc") == hash_source(tmp_path / "a") == known


def test_find_inputs_of_nothing_is_nothing(tmp_path):
    assert find_inputs([]) == []
    assert find_inputs([tmp_path]) == []


def test_find_inputs_searches_folders_by_content(tmp_path):
    photo = encoded(picture(), "JPEG")
    deep = tmp_path / "b" / "c"
    deep.mkdir(parents=True)
    for path in (deep / "photo", tmp_path / "z.txt", tmp_path / "a.jpg", tmp_path / ".hidden.jpg"):
        path.write_bytes(photo)
    (tmp_path / "text.jpg").write_text("no photo")
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "loop").symlink_to(tmp_path)
    assert find_inputs([tmp_path]) == [tmp_path / "a.jpg", deep / "photo", tmp_path / "z.txt"]


def test_find_inputs_keeps_named_files_and_refuses_missing_ones(tmp_path):
    text = tmp_path / "text.jpg"
    text.write_text("no photo")
    assert find_inputs([text, str(text)]) == [text]
    with pytest.raises(MissingInputError, match="nowhere"):
        find_inputs([text, tmp_path / "nowhere"])


def test_labels_without_a_name_come_from_the_path(tmp_path):
    path = tmp_path / "holiday.png"
    path.write_bytes(encoded(picture()))
    assert read_image(path).frame.source == "holiday.png"
    assert read_image(str(path), name="other").frame.source == "other"
    assert safe_name("\n") == "unnamed"


@pytest.mark.data
def test_a_real_photo_is_read(media):
    loaded = read_image(media / "group.jpg")
    assert loaded.frame.image.shape == (667, 1000, 3)
    assert loaded.notes == ()


@pytest.mark.parametrize(
    ("image", "form"),
    [
        (Image.new("RGB", (900, 700), (10, 90, 200)), "PNG"),
        (Image.new("RGB", (900, 700), (10, 90, 200)), "JPEG"),
        (Image.new("RGBA", (900, 700), (10, 90, 200, 255)), "PNG"),
        (Image.fromarray(np.full((700, 900), 90 * 257, np.uint16)), "PNG"),
        (Image.new("CMYK", (900, 700), (245, 165, 55, 0)), "TIFF"),
    ],
    ids=["png", "jpeg", "alpha", "16 bit", "cmyk"],
)
def test_case_113_a_picture_that_takes_too_much_memory_is_read_smaller_and_said(monkeypatch, image, form):
    whole = read_image(encoded(image, form))
    monkeypatch.setattr("fer.sources.images.MAX_DECODING_BYTES", 3_000_000)
    small = read_image(encoded(image, form))
    assert whole.notes == () and not small.partial
    height, width = small.frame.image.shape[:2]
    assert small.notes == (f"The picture is large: it was read at {width} x {height} pixels.",)
    assert (width, height) in ((450, 350), (225, 175), (113, 88))
    assert np.abs(small.frame.image[5, 5].astype(int) - whole.frame.image[5, 5]).max() <= 2


@pytest.mark.parametrize("orientation", range(1, 9))
def test_case_113_a_smaller_picture_is_upright_too(monkeypatch, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(picture(width=600, height=402), exif=exif)
    whole = pixels(data)
    monkeypatch.setattr("fer.sources.images.MAX_DECODING_BYTES", 1_300_000)
    small = pixels(data)
    assert small.shape[0] == -(-whole.shape[0] // 2) and small.shape[1] == -(-whole.shape[1] // 2)
    assert np.abs(small[..., :2].astype(int) - whole[::2, ::2, :2]).max() <= 8


def test_case_113_what_no_size_makes_small_enough_is_refused_before_decoding(monkeypatch):
    data = encoded(Image.new("RGB", (900, 700)), "WEBP")
    monkeypatch.setattr("fer.sources.images.MAX_DECODING_BYTES", 3_000_000)
    monkeypatch.setattr("fer.sources.images.upright_rgb", lambda *_, **__: pytest.fail("it was decoded"))
    with pytest.raises(TooLargeInputError, match="at most about 0 megapixels"):
        read_image(data)


def test_case_113_a_progressive_jpeg_counts_its_coefficients(monkeypatch):
    image = Image.fromarray(picture(width=900, height=700))
    monkeypatch.setattr("fer.sources.images.MAX_DECODING_BYTES", 5_000_000)
    assert read_image(encoded(image, "JPEG")).notes == ()
    assert read_image(encoded(image, "JPEG", progressive=True)).notes


def test_case_113_a_bomb_of_8000_pixels_is_read_within_the_bound():
    bomb = encoded(Image.new("RGBA", (8000, 8000), (0, 0, 0, 255)))
    assert len(bomb) < 400_000
    loaded = read_image(bomb)
    assert loaded.frame.image.shape == (2000, 2000, 3)
    assert "2000 x 2000" in loaded.notes[0]


def test_case_09_damaged_exif_data_is_read_without_a_word(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(encoded(picture(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff"))
    code = f"from fer.sources import read_image; print(read_image({str(path)!r}).frame.width)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, timeout=60, check=True)
    assert (done.stdout.strip(), done.stderr) == (str(picture().shape[1]).encode(), b"")


def test_case_113_a_phone_photo_of_48_megapixels_in_heic_is_read_smaller_within_the_bound(monkeypatch):
    # On a small scale: as much room for a pixel as 48.8 megapixels have.
    small = picture(width=403, height=302)
    monkeypatch.setattr("fer.sources.images.MAX_DECODING_BYTES", round(280_000_000 * small.size / 3 / 48.8e6))
    file = io.BytesIO()
    from_pillow(Image.fromarray(small)).save(file, quality=95)
    loaded = read_image(file.getvalue())
    assert loaded.frame.image.shape == (151, 202, 3)
    assert np.abs(loaded.frame.image[:100, :100].astype(int) - small[:200:2, :200:2]).mean() < 6
    assert loaded.notes == ("The picture is large: it was read at 202 x 151 pixels.",)


@pytest.mark.parametrize("size", [(12_000, 9_000), (16_320, 12_240)], ids=["108 MP", "200 MP"])
def test_case_113_the_largest_jpegs_of_phones_are_read_smaller(size):
    file = io.BytesIO()
    Image.new("L", size, 90).save(file, "JPEG", quality=20)
    loaded = read_image(file.getvalue())
    height, width = loaded.frame.image.shape[:2]
    assert width / height == pytest.approx(size[0] / size[1], abs=0.001)
    assert width * height > 10_000_000
    assert "The picture is large" in loaded.notes[0]


def test_case_114_too_little_memory_is_said_and_the_picture_is_not_called_damaged(monkeypatch):
    def no_more(*_, **__):
        raise MemoryError

    monkeypatch.setattr("fer.sources.images.upright_rgb", no_more)
    with pytest.raises(MemoryInputError, match="not enough memory"):
        read_image(encoded(picture()))
