"""The report: what it says, that it is inert and offline, and that it can be made again."""

import base64
import hashlib
import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import fer
from fer.export.html import to_html
from fer.settings import Settings
from fer.timeline.markers import Marker
from fer.timeline.report import LIMITS, SETTING_FLAGS, make_report, rerun_command
from fer.timeline.summary import summarize
from fer.timeline.timeline import TimelineBuilder
from tests.helpers.factories import make_observations, make_photos, make_source, make_timeline

MODEL = {"name": "tiny", "sha256": "ab" * 32}
WHEN = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
NASTY = '"><script>alert(1)</script><img src=x onerror=alert(2)>.mp4'


def report_of(script=None, **more):
    script = {1: [("happy", 2.0), ("sad", 1.0)]} if script is None else script
    return make_report(make_timeline(script, **more), model=MODEL, created_at=WHEN)


class Page(HTMLParser):
    """Elements with their attributes, the text of scripts, and all other text."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.scripts, self.words, self._inside = [], [], [], ""
        self.feed(html)
        self.text = re.sub(r"\s+", " ", " ".join(self.words))

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._inside = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        if self._inside == "script":
            self.scripts[-1] += data
        elif self._inside != "style":
            self.words.append(data)


# --- the record


def test_report_keeps_raw_rows_and_summarizes_smoothed_ones():
    steps = [("happy", 1.0), ("sad", 0.1), ("happy", 1.0)]
    report = report_of({1: steps})
    assert "sad" in set(report.timeline.table["emotion"])
    assert report.summary.faces[0].shares["happy"] == 1.0
    plain = report_of({1: steps}, settings=Settings(half_life_s=0))
    assert plain.summary.faces[0].shares == summarize(plain.timeline).faces[0].shares
    assert plain.summary.faces[0].shares["sad"] > 0


def test_markers_change_no_figure_and_nothing_is_counted_anew():
    report = report_of({1: [("happy", 1.0)]})
    markers = [Marker.event("joke", 0.5)]
    marked = report.marked(markers)
    assert marked.timeline.markers == marked.smoothed.markers == tuple(markers)
    assert report.timeline.markers == () and marked.summary is report.summary
    assert marked.smoothed.table is report.smoothed.table


def test_provenance():
    made = report_of(source=make_source(sha256="cd" * 32)).provenance
    assert made.created_utc == "2026-11-23T12:30:00Z"
    assert (made.fer_version, made.model_name, made.model_sha256) == (fer.__version__, "tiny", "ab" * 32)
    assert made.source_sha256 == "cd" * 32
    assert set(made.packages) >= {"numpy", "av"}


def test_every_setting_has_an_option():
    assert set(SETTING_FLAGS) == set(Settings().to_dict())


def test_command_that_makes_it_again():
    settings = Settings(fps=7.5, half_life_s=0, flip=True)
    report = report_of(settings=settings, source=make_source("my clip; rm -rf *.mp4"))
    assert rerun_command(report) == (
        "python -m fer analyze 'my clip; rm -rf *.mp4' --fps 7.5 --half-life 0 --unsure-below 0.5 --flip "
        "--report report.html"
    )


def test_command_is_understood_by_the_command_line():
    import shlex

    from fer.cli import build_parser

    report = report_of(settings=Settings(fps=5.0, max_faces=3, detect_interval_s=0.5, flip=True))
    args = build_parser().parse_args(shlex.split(rerun_command(report))[3:])
    assert (args.fps, args.max_faces, args.detect_interval, args.flip) == (5.0, 3, 0.5, True)


def test_command_of_photos_live_and_names_like_options():
    photos = make_report(make_photos({"a b.jpg": ["happy"], "c.jpg": []}), model={}, created_at=WHEN)
    assert rerun_command(photos).startswith("python -m fer analyze 'a b.jpg' c.jpg --")
    many = make_report(make_photos({f"{k}.jpg": [] for k in range(9)}), model={}, created_at=WHEN)
    assert " analyze FOLDER " in rerun_command(many)
    assert rerun_command(report_of(source=make_source("camera", "live"))) == ""
    assert " analyze ./--force " in rerun_command(report_of(source=make_source("--force")))


# --- the page


def test_page_of_an_empty_session():
    page = Page(to_html(report_of({})))
    assert "Nothing was analysed." in page.text
    assert not page.scripts, "no chart, no script"


def test_page_of_a_clip_without_a_face():
    page = Page(to_html(report_of({1: [("", 2.0)]})))
    assert "No face was found in 20 frames (0:02)." in page.text
    assert "Left out of the statistics: 20 frames of 20" in page.text


def test_page_has_the_answer_first_and_then_everything():
    source = make_source(
        sha256="cd" * 32, width=640, height=480, notes=("Said to the user.",), frames_skipped=3
    )
    page = Page(to_html(report_of(source=source)))
    order = [
        "clip.mp4",
        "video · 640 × 480 · 0:03 long · 30 frames analysed, 10 a second · 1 face",
        "Face 1 was read as happy for 2.0 s of the 3.0 s",
        "Said to the user.",
        "Over time",
        "How much of what",
        "Face by face",
        "Longest stretches",
        "What was left out",
        "3 frames could not be decoded.",
        "Limits",
        "How it was made",
        "23 November 2026, 12:30 UTC",
        "ab" * 32,
        "cd" * 32,
        "Run it again",
        "python -m fer analyze clip.mp4",
    ]
    places = [page.text.index(words, page.text.index("Facial expression report")) for words in order]
    assert places == sorted(places)
    assert all(limit in page.text for limit in LIMITS)
    for forbidden in ("work", "hiring", "school", "policing", "medicine", "lie detection"):
        assert forbidden in page.text


def test_page_holds_the_numbers_of_the_summary():
    page = Page(to_html(report_of({1: [("happy", 2.0), ("sad", 1.0)]}, settings=Settings(half_life_s=0))))
    assert re.search(r"Face 1 0:00 0:03 3\.0 s 100% 67% 0% 0% 33% 0% 0% 0% 0%", page.text)


def test_nothing_a_user_typed_becomes_markup():
    source = make_source(NASTY, notes=(NASTY,))
    page = Page(to_html(report_of(source=source)))
    assert not [e for e in page.elements if e[0] in ("img", "iframe", "object", "link", "base", "form")]
    assert not [name for _, attrs in page.elements for name in attrs if name.startswith("on")]
    assert len(page.scripts) == 3
    assert "alert(1)" in page.text and "alert" not in "".join(page.scripts[0::2])


def test_nothing_a_photo_is_called_becomes_markup():
    page = Page(to_html(make_report(make_photos({NASTY: ["happy"], "=x": []}), model=MODEL, created_at=WHEN)))
    assert not [e for e in page.elements if e[0] == "img"]
    assert len(page.scripts) == 3
    assert NASTY in page.text and "Photo by photo" in page.text


def test_no_address_outside_the_page():
    page = Page(to_html(report_of()))
    for tag, attrs in page.elements:
        for name, value in attrs.items():
            assert "//" not in (value or ""), (tag, name)
            if name in ("href", "src", "action", "xlink:href", "poster"):
                assert value.startswith(("#", "data:")), (tag, name, value)
    style = re.findall(r"<style>(.*?)</style>", to_html(report_of()), re.S)
    assert style and "url(" not in style[0] and "@import" not in style[0]


def test_policy_allows_no_request_and_only_the_two_scripts():
    page = Page(to_html(report_of()))
    policy = next(a["content"] for t, a in page.elements if t == "meta" and "http-equiv" in a)
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert set(rules) == {"default-src", "script-src", "style-src", "img-src", "base-uri", "form-action"}
    executed = [s for s in page.scripts if not s.startswith("[{")]
    hashes = {f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in executed}
    assert set(rules["script-src"].split()) == hashes and len(hashes) == 2
    first = next(k for k, (t, _) in enumerate(page.elements) if t in ("style", "script"))
    assert first > next(k for k, (_, a) in enumerate(page.elements) if "http-equiv" in a)


def test_figures_in_the_page_are_plain_data_for_both_looks():
    page = Page(to_html(report_of(source=make_source("</script><!--.mp4"))))
    figures = json.loads(page.scripts[0])
    assert len(figures) == 3
    for figure in figures:
        assert len(figure["data"]) == len(figure["dark"]["data"])
        assert figure["layout"]["font"]["color"] != figure["dark"]["layout"]["font"]["color"]
    assert not set("<>&") & set(page.scripts[0])


def test_rate_of_an_uneven_sampling_is_the_mean():
    """25 frames a second thinned to 15: steps of 40 and 80 ms, whose median would say 12.5."""
    builder = TimelineBuilder()
    times = [k * 0.04 for k in range(250) if k % 5 in (0, 2, 4)]
    for index, time_s in enumerate(times):
        builder.add(make_observations(["happy"], time_s=time_s, index=index))
    timeline = builder.build(make_source(duration_s=10.0), Settings(unsure_below=0.5))
    page = Page(to_html(make_report(timeline, model=MODEL, created_at=WHEN)))
    assert (
        "150 frames analysed, 15 a second" in page.text or "150 frames analysed, 14.9 a second" in page.text
    )


def test_live_report_cannot_be_repeated():
    page = Page(to_html(report_of(source=make_source("", "live"))))
    assert "A live session cannot be repeated." in page.text
