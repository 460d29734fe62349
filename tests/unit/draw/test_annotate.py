"""What is drawn onto pictures: boxes, labels, bars; and faces that are hidden."""

from dataclasses import replace

import numpy as np
import pytest

from fer.constants import EMOTION_COLORS, HIDE_MODES, N_LANDMARKS
from fer.draw import annotate, plates
from fer.draw.annotate import draw
from fer.draw.hidden import hide
from fer.draw.mesh_lines import OPENINGS, edges, layout
from fer.records import Faces, Observations
from tests.helpers.factories import make_faces, make_observations, probs_of


def gray_picture(height=480, width=640, level=128):
    return np.full((height, width, 3), level, np.uint8)


def noise(height=480, width=640, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def observe(boxes, *, emotion="happy", quality="ok", ids=None):
    """One observation a box, the mesh filling it."""
    faces = make_faces(ids if ids is not None else range(1, len(boxes) + 1), boxes=boxes)
    landmarks = np.zeros((len(boxes), N_LANDMARKS, 3), np.float32)
    for k, (left, top, right, bottom) in enumerate(boxes):
        landmarks[k, :, :2] = (left, top) + layout() / 255 * (right - left, bottom - top)
    probs = np.array([probs_of(emotion)] * len(boxes), np.float32)
    return Observations(0, 0.0, replace(faces, landmarks=landmarks), probs, (quality,) * len(boxes))


def rgb(color):
    return tuple(int(color[k : k + 2], 16) for k in (1, 3, 5))


def where(image, color):
    """(n, 2) x, y of the pixels of one colour."""
    return np.argwhere((image == rgb(color)).all(axis=2))[:, ::-1]


@pytest.fixture
def pasted(monkeypatch):
    """Every plate that is laid on a picture: (left, top, right, bottom)."""
    places = []
    paste = plates.Plate.paste

    def record(self, image, left, top):
        places.append((left, top, left + self.width, top + self.height))
        paste(self, image, left, top)

    monkeypatch.setattr(plates.Plate, "paste", record)
    return places


@pytest.fixture
def written(monkeypatch):
    """Every label that is made: (text, hatched)."""
    texts = []

    def record(text, color, size_px, *, hatched=False):
        texts.append((text, hatched))
        return plates.plate(text, color, size_px, hatched=hatched)

    monkeypatch.setattr(annotate, "plate", record)
    return texts


@pytest.mark.parametrize("options", [{}, {"bars": True}, {"boxes": False}])
def test_nobody_leaves_the_picture_as_it_is(options):
    image = noise()
    shown = draw(image, Observations.empty(), **options)
    assert np.array_equal(shown, image)
    assert shown is not image


@pytest.mark.parametrize("mode", HIDE_MODES)
def test_nobody_needs_no_hiding(mode):
    image = noise()
    assert np.array_equal(hide(image, Observations.empty(), mode), image)


@pytest.mark.parametrize("size", [(1, 1), (48, 48), (480, 640), (1500, 2000)])
def test_size_and_type_stay_and_the_input_is_not_changed(size):
    image = noise(*size)
    before = image.copy()
    observations = observe([(0.1 * size[1], 0.2 * size[0], 0.6 * size[1], 0.9 * size[0])])
    for shown in (
        draw(image, observations, bars=True),
        hide(image, observations, "blur"),
        hide(image, observations, "mesh"),
    ):
        assert (shown.shape, shown.dtype) == (image.shape, image.dtype)
    assert np.array_equal(image, before)


def test_the_box_has_the_emotion_s_color_at_the_face():
    shown = draw(gray_picture(), observe([(200, 150, 400, 350)], emotion="sad"))
    points = where(shown, EMOTION_COLORS["sad"])
    strokes = points[points[:, 1] > 145]
    assert strokes.min(axis=0) == pytest.approx((200, 150), abs=4)
    assert strokes.max(axis=0) == pytest.approx((400, 350), abs=4)


def test_the_label_says_who_what_and_how_sure(written):
    draw(gray_picture(), make_observations(["happy"], ids=[3]))
    assert written == [("3 · happy 90%", False)]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Anna", "Anna · happy 90%"),
        ("Éloïse Groß", "Eloise Gross · happy 90%"),
        ("", "3 · happy 90%"),
        ("安娜", "3 · happy 90%"),  # the font has no such signs
        ("A name that is much too long for a plate", "A name that is mu… · happy 90%"),
    ],
)
def test_a_name_stands_on_the_plate_instead_of_the_number(written, name, label):
    draw(gray_picture(), make_observations(["happy"], ids=[3]), names={3: name, 4: "Ben"})
    assert written == [(label, False)]


def test_who_is_no_person_gets_no_mark(written):
    two = make_observations(["happy", "sad"], ids=[1, 2])
    draw(gray_picture(), two, without=[1])
    assert [text for text, _ in written] == ["2 · sad 90%"]
    assert np.array_equal(draw(gray_picture(), two, without=[1, 2]), gray_picture())


def test_an_unsure_answer_is_hatched(written):
    draw(gray_picture(), make_observations(["happy"], confidence=0.4))
    assert written == [("1 · unsure 40%", True)]


def test_a_face_without_an_id_is_drawn_without_a_number(written):
    draw(gray_picture(), make_observations(["fear"], ids=[-1]))
    assert written[0][0] == "fear 90%"


def test_a_face_that_is_left_out_is_thin_and_gray_with_the_reason(written):
    box = [(200, 150, 400, 350)]
    kept = draw(gray_picture(), observe(box))
    left_out = draw(gray_picture(), observe(box, quality="turned+dark"))
    assert written[-1][0] == "1 · turned away, too dark"
    assert len(where(left_out, EMOTION_COLORS["happy"])) == 0
    side = left_out[230:270, 190:210]  # the middle of the left side: a frame here, nothing at a kept face
    assert (side != 128).any()
    assert (kept[230:270, 190:210] == 128).all()
    assert (side != 128).any(axis=2).sum(axis=1).max() <= 4


@pytest.mark.parametrize(
    "box",
    [
        (0, 0, 120, 120),
        (560, 0, 640, 90),
        (-60, 400, 60, 520),
        (600, 420, 700, 520),
        (-50, -50, 690, 530),
        (300, 2, 420, 100),
    ],
)
@pytest.mark.parametrize("quality", ["ok", "cut_off"])
def test_labels_and_bars_stay_inside_the_picture(pasted, box, quality):
    draw(gray_picture(), observe([box], quality=quality), bars=True)
    assert pasted
    for left, top, right, bottom in pasted:
        assert 0 <= left < right <= 640
        assert 0 <= top < bottom <= 480


def test_labels_of_neighbors_keep_off_each_other_and_off_faces(pasted):
    boxes = [(100, 200, 200, 310), (180, 195, 270, 290), (260, 210, 350, 320), (130, 320, 230, 440)]
    draw(gray_picture(), observe(boxes))
    assert len(pasted) == 4
    for k, a in enumerate(pasted):
        for b in pasted[k + 1 :]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_a_crowd_of_small_faces_keeps_every_answer(pasted):
    boxes = [(x, y, x + 26, y + 30) for y in range(60, 460, 60) for x in range(20, 620, 40)]
    draw(gray_picture(), observe(boxes))
    assert len(pasted) == len(boxes)
    pasted.clear()
    draw(gray_picture(), observe(boxes, quality="small"))
    assert 0 < len(pasted) <= len(boxes)


def test_everything_grows_with_the_picture(pasted):
    small = draw(gray_picture(480, 640), observe([(200, 150, 400, 350)]))
    large = draw(gray_picture(2400, 3200), observe([(1000, 750, 2000, 1750)]))
    first, second = ((right - left, bottom - top) for left, top, right, bottom in pasted)
    assert second == pytest.approx((5 * first[0], 5 * first[1]), rel=0.1)
    strokes = [len(where(image, EMOTION_COLORS["happy"])) for image in (small, large)]
    assert strokes[1] > 12 * strokes[0]


@pytest.mark.parametrize("level", [0, 128, 255])
def test_the_label_is_readable_on_any_ground(pasted, level):
    shown = draw(gray_picture(level=level), make_observations(["happy"]))
    left, top, right, bottom = pasted[0]
    plate = shown[top + 4 : bottom - 4, left + 24 : right - 6].mean(axis=2)
    ground, text = np.percentile(plate, 20), plate.max()
    assert text > 230
    assert ground < 80  # a contrast of more than 7 to 1


def test_the_mirrored_picture_has_readable_text_and_mirrored_boxes():
    image = noise()
    observations = observe([(100, 150, 240, 300), (400, 100, 500, 220)])
    flipped = observations.faces.detections.xyxy.copy()
    flipped[:, [0, 2]] = 640 - flipped[:, [2, 0]]
    detections = replace(observations.faces.detections, xyxy=flipped)
    mirrored = replace(observations, faces=replace(observations.faces, detections=detections))
    straight = draw(image[:, ::-1], mirrored)
    assert np.array_equal(draw(image, observations, mirror=True), straight)


def test_bars_show_the_probabilities():
    observations = observe([(100, 150, 250, 320)], emotion="surprise")
    shown = draw(gray_picture(), observations, boxes=False, bars=True)

    def bar(name):
        counts = (shown == rgb(EMOTION_COLORS[name])).all(axis=2)[:, 270:].sum(axis=1)
        return counts.max()

    assert bar("surprise") > 4 * bar("angry") > 0


def test_bars_hide_no_face_and_a_face_alone_always_has_them():
    boxes = [(40 + 110 * k, 150, 130 + 110 * k, 260) for k in range(5)]
    shown = draw(gray_picture(), observe(boxes), boxes=False, bars=True)
    assert (shown != gray_picture()).any()
    for left, top, right, bottom in boxes:
        assert (shown[top:bottom, left:right] == gray_picture()[top:bottom, left:right]).all()
    full = draw(gray_picture(), observe([(0, 0, 640, 480)]), boxes=False, bars=True)
    assert (full != gray_picture()).any()


def test_a_face_that_is_left_out_has_no_bars():
    observations = observe([(100, 150, 250, 320)], quality="blurred")
    shown = draw(gray_picture(), observations, boxes=False, bars=True)
    assert np.array_equal(shown, gray_picture())


def test_plates_are_rendered_once():
    assert plates.plate("1 · happy 86%", "#E69F00", 15) is plates.plate("1 · happy 86%", "#E69F00", 15)


def test_the_font_has_accents():
    widths = {plates.text_width(letter * 10, 20) for letter in ("é", "ü", "·", "\ufffe")}
    assert len(widths) > 1  # a missing letter would be the same box as the last one, which is no letter


def test_a_plate_beyond_the_picture_changes_nothing():
    image = gray_picture(40, 40)
    label = plates.plate("happy", "#E69F00", 15)
    for place in ((100, 5), (5, 100), (-500, 5), (5, -500)):
        label.paste(image, *place)
    assert (image == 128).all()
    label.paste(image, -10, -5)
    assert (image[:15, :20] != 128).any()


def test_unknown_mode_is_refused():
    with pytest.raises(ValueError, match="pixels"):
        hide(gray_picture(), Observations.empty(), "pixels")


@pytest.mark.parametrize("mode", ["blur", "mesh"])
def test_the_face_is_gone_and_the_rest_stays(mode):
    image = noise()
    hidden = hide(image, observe([(250, 150, 400, 330)]), mode)
    far = np.ones(image.shape[:2], bool)
    far[80:400, 180:470] = False
    assert np.array_equal(hidden[far], image[far])
    face, before = hidden[160:320, 260:390].reshape(-1).astype(float), image[160:320, 260:390].reshape(-1)
    assert abs(np.corrcoef(face, before)[0, 1]) < 0.2


def test_a_blurred_face_keeps_no_detail():
    hidden = hide(noise(), observe([(200, 100, 440, 380)]), "blur")[150:330, 250:390].astype(float)
    assert np.abs(np.diff(hidden, axis=0)).max() < 12
    assert np.abs(np.diff(hidden, axis=1)).max() < 12


def test_the_mesh_picture_of_a_face_does_not_depend_on_its_skin():
    observations = observe([(250, 150, 400, 330)])
    first, second = (hide(noise(seed=seed), observations, "mesh")[175:305, 285:365] for seed in (1, 2))
    assert np.array_equal(first, second)
    assert len(np.unique(first.reshape(-1, 3), axis=0)) > 20  # lines are there


@pytest.mark.parametrize("mode", ["blur", "mesh"])
def test_without_a_trusted_mesh_the_box_is_hidden(mode):
    observations = observe([(250, 150, 400, 330)])
    lost = np.full_like(observations.faces.landmarks, np.nan)
    faces = replace(observations.faces, presence=np.zeros(1, np.float32), landmarks=lost)
    image = noise()
    hidden = hide(image, replace(observations, faces=faces), mode)
    assert (hidden[200:280, 290:360] != image[200:280, 290:360]).any(axis=2).mean() > 0.95


@pytest.mark.parametrize("mode", ["blur", "mesh"])
@pytest.mark.parametrize(
    "box", [(-100, -80, 60, 90), (600, 440, 760, 600), (-300, -300, 900, 800), (900, 900, 950, 950)]
)
def test_faces_at_and_beyond_the_border_are_hidden_too(mode, box):
    image = noise()
    hidden = hide(image, observe([box]), mode)
    inside = hidden[max(0, box[1]) : max(0, box[3]), max(0, box[0]) : max(0, box[2])]
    before = image[max(0, box[1]) : max(0, box[3]), max(0, box[0]) : max(0, box[2])]
    assert inside.size == 0 or (inside != before).mean() > 0.7


def test_small_faces_become_a_few_cells():
    hidden = hide(noise(), observe([(300, 200, 312, 214)]), "blur")[202:212, 302:310].astype(float)
    assert hidden.std() < 60 < noise()[202:212, 302:310].std()


def test_no_detector_finds_a_hidden_face():
    pytest.importorskip("skimage")
    from fer.faces.detectors.blazeface import BlazeFaceDetector
    from fer.faces.mesh import FaceMesh
    from fer.sample import clip

    detector, mesh = BlazeFaceDetector(), FaceMesh()
    image = clip._Stage(640, 480).draw(9.0)
    faces: Faces = mesh.faces(image, detector.detect(image))
    faces = faces[faces.presence > 0.5]
    assert len(faces) == 2
    probs = np.array([probs_of("happy")] * 2, np.float32)
    hidden = hide(image, Observations(0, 0.0, faces, probs, ("ok", "ok")), "blur")
    left = mesh.faces(hidden, detector.detect(hidden))
    assert (left.presence < 0.5).all()


def test_the_drawn_lines_reach_every_point_and_leave_the_openings_free():
    pairs = edges()
    assert set(pairs.reshape(-1).tolist()) == set(range(N_LANDMARKS))
    assert (pairs[:, 0] < pairs[:, 1]).all()
    assert len(np.unique(pairs, axis=0)) == len(pairs)
    lengths = np.linalg.norm(layout()[pairs[:, 0]] - layout()[pairs[:, 1]], axis=1)
    assert np.median(lengths) < 15
    for ring in OPENINGS:
        inside = [pair for pair in pairs.tolist() if set(pair) <= set(ring)]
        assert len(inside) <= len(ring)


def test_faces_that_were_found_but_not_read_are_hidden_too(portrait):
    box = np.array([[170, 60, 290, 200]], np.float32)
    observations = replace(make_observations(), unread=box)
    for mode in ("blur", "mesh"):
        changed = (hide(portrait, observations, mode) != portrait).any(2)
        assert changed[80:180, 190:270].mean() > 0.95
        assert not changed[300:].any()
