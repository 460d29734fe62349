"""The report as one HTML file that works offline: no request leaves it, only two known scripts run in it."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

import jinja2
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from fer.action_units.prototypes import CONTRADICTION_TEXT, verdict_sentence
from fer.charts.timeline import lines_chart, shares_chart, timeline_chart, transitions_chart
from fer.charts.units import heat_strip, measured_units, strongest_units, unit_lines, untold_words
from fer.constants import EMOTION_COLORS, QUALITY_OK, QUALITY_TEXT, UNSURE
from fer.emotion.heads import ANSWER_TEXT
from fer.evaluation.figures.set_promise import report_promise
from fer.given import check_is
from fer.sources.account import account
from fer.text import clock, count, percent, quality_words, span
from fer.timeline.headline import headlines
from fer.timeline.report import LIMITS, Report, rerun_command
from fer.timeline.summary import STATES, Episode, FaceSummary
from fer.timeline.unit_episodes import blink_words, explain
from fer.verdict import answer_words

TEMPLATES = Path(__file__).parent / "templates"
MAX_LINE_CHARTS = 4
MAX_EPISODES = 24
MAX_PHOTO_ROWS = 500
NO_PICTURES: Mapping[int, bytes] = MappingProxyType({})
MAX_FILES_NAMED = 200
MAX_MARKERS_NAMED = 200

SETTING_TEXT = {
    "detector": "Face detector",
    "detector_path": "Detector's weights",
    "fps": "Analysed frames a second",
    "detect_interval_s": "Detector runs every (s)",
    "max_faces": "Most faces in a frame",
    "half_life_s": "Half-life of the smoothing (s)",
    "unsure_below": "Unsure below a probability of",
    "flip": "Mirrored face averaged in",
    "action_units": "Action Units measured",
    "answer": "Answer",
}

VIDEO_ONLY = ("fps", "detect_interval_s", "half_life_s")


def to_html(report: Report, *, pictures: Mapping[int, bytes] = NO_PICTURES) -> str:
    """One self-contained page: the answer, the charts, the tables, and how to make it again.

    Args:
        report: What it tells.
        pictures: Face id -> JPEG that stands beside the face's numbers: none, unless whoever makes the report
            says so; see `fer.draw.portraits`.

    Its content security policy allows no request at all and only the two scripts whose hashes it names;
    whatever a user typed is escaped.
    """
    check_is("to_html(report)", report, Report)
    plotly_js, draw_js = get_plotlyjs(), _asset("report.js")
    figures = _figures(report)
    page = (
        _environment()
        .get_template("report.html")
        .render(
            report=report,
            source=report.timeline.source,
            summary=report.summary,
            account=account(report.timeline.source.given, most=MAX_FILES_NAMED),
            provenance=report.provenance,
            headlines=headlines(report.summary),
            promise=report_promise(report),
            facts=_facts(report),
            figures=[{"id": f"figure-{k}", **figure} for k, figure in enumerate(figures)],
            figure_data=_script_json([{"id": f"figure-{k}", **f["drawing"]} for k, f in enumerate(figures)]),
            faces=report.summary.by_presence,
            pictures={k: base64.b64encode(jpeg).decode() for k, jpeg in pictures.items()},
            episodes=_episodes(report),
            max_episodes=MAX_EPISODES,
            photo_rows=_photo_rows(report),
            settings=_settings(report),
            created=datetime.strptime(report.provenance.created_utc, "%Y-%m-%dT%H:%M:%SZ"),
            limits=LIMITS,
            markers=report.timeline.markers,
            max_markers=MAX_MARKERS_NAMED,
            edits=[edit.words for edit in report.timeline.persons.edits],
            command=rerun_command(report),
            states=STATES,
            policy=_policy(plotly_js, draw_js),
            css=Markup(_asset("report.css")),
            plotly_js=Markup(plotly_js),
            draw_js=Markup(draw_js),
        )
    )
    return page


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = {"clock": clock, "percent": percent, "span": span}
    environment.filters |= words
    environment.globals |= {"count": count, "colours": EMOTION_COLORS, "quality_text": QUALITY_TEXT}
    return environment


def _asset(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _policy(*scripts: str) -> str:
    """No requests; only these scripts. Plotly sets styles from its script, so styles may be inline."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _script_json(value) -> Markup:
    """JSON that cannot end its script element."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def _figures(report: Report) -> list[dict]:
    """Title, caption and both variants of every chart, in the order of the page."""
    timeline, summary = report.smoothed, report.summary
    readable = [f for f in summary.by_presence if f.usable_rows]
    if not readable:
        return []
    shares = {
        "title": "How much of what",
        "caption": "Shares of the faces that could be read."
        if summary.is_photos
        else "Shares of the time in which each face could be read. “Unsure” is hatched.",
        "drawing": _drawing(lambda dark: shares_chart(summary, dark=dark)),
        "narrow": False,
    }
    if summary.is_photos:
        return [shares]
    over_time = {
        "title": "Over time",
        "caption": "Where a row is empty the face was not there; a thin line: it was seen but left out. "
        f"{_unsure_words(report)}{_smoothing_words(report)}",
        "drawing": _drawing(lambda dark: timeline_chart(timeline, summary=report.summary, dark=dark)),
        "narrow": False,
    }
    more = readable[1:MAX_LINE_CHARTS]
    lines = [_lines_figure(report, f, f.face_id) for f in more if f.face_id is not None]
    figures = [over_time, shares, *lines, *_unit_figures(report, readable[0])]
    if summary.transitions.any():
        figures.append(
            {
                "title": "What followed what",
                "caption": "How often one expression followed another without a gap, all faces together.",
                "drawing": _drawing(lambda dark: transitions_chart(summary, dark=dark)),
                "narrow": True,
            }
        )
    return figures


def _unit_figures(report: Report, face: FaceSummary) -> list[dict]:
    """The Action Units of the face that could be read longest; none where they were not measured."""
    timeline, face_id = report.timeline, face.face_id
    if face_id is None or not timeline.has_units or not measured_units(timeline, face_id):
        return []
    strip = {
        "title": f"Action Units, {face.name_inside}",
        "caption": "Relative intensity from the face's geometry, 0 to 5, not FACS coding. Hatched: can't "
        f"tell. {untold_words(timeline, face_id)} {CONTRADICTION_TEXT} {blink_words(timeline, face_id)}",
        "drawing": _drawing(lambda dark: heat_strip(timeline, face_id, dark=dark)),
        "narrow": False,
    }
    chosen = strongest_units(timeline, face_id)
    if not chosen:
        return [strip]
    lines = {
        "title": f"The strongest units, {face.name_inside}",
        "caption": "Units that were seen longest, blinks left out.",
        "drawing": _drawing(lambda dark: unit_lines(timeline, face_id, chosen, dark=dark)),
        "narrow": False,
    }
    return [strip, lines]


def _unsure_words(report: Report) -> str:
    return "Under the dotted line the answer is “unsure”. " if report.timeline.unsure_below > 0 else ""


def _smoothing_words(report: Report) -> str:
    half_life = report.settings.half_life_s
    if half_life <= 0:
        return "Probabilities are not smoothed."
    return f"Probabilities are smoothed without delay, with a half-life of {half_life:g} s."


def _lines_figure(report: Report, face: FaceSummary, face_id: int) -> dict:
    return {
        "title": f"Probabilities, {face.name_inside}",
        "caption": f"From {clock(face.first_s)} to {clock(face.last_s)}.",
        "drawing": _drawing(lambda dark: lines_chart(report.smoothed, face_id, dark=dark)),
        "narrow": False,
    }


def _drawing(draw) -> dict:
    """The light figure, and what is different in the dark one."""
    light, dark = (json.loads(figure.to_json()) for figure in (draw(False), draw(True)))
    _drop_template(light)
    _drop_template(dark)
    changes = [
        {k: v for k, v in b.items() if a.get(k) != v}
        for a, b in zip(light["data"], dark["data"], strict=True)
    ]
    alt = light["layout"]["meta"]["alt"]
    return {
        "alt": alt,
        "data": light["data"],
        "layout": light["layout"],
        "dark": {"data": changes, "layout": dark["layout"]},
    }


def _drop_template(figure: dict) -> None:
    figure["layout"].pop("template", None)


def _facts(report: Report) -> list[str]:
    """The line under the title."""
    source, summary = report.timeline.source, report.summary
    if summary.is_photos:
        return [count(summary.frames, "photo"), count(summary.rows, "face")]
    facts = ["live session" if source.kind == "live" else "video"]
    if source.width and source.height:
        facts.append(f"{source.width} × {source.height}")
    facts.append(f"{clock(source.duration_s if source.duration_s else summary.end_s - summary.start_s)} long")
    rate = f", {summary.frames / summary.analysed_s:.3g} a second" if summary.frames > 1 else ""
    facts.append(f"{count(summary.frames, 'frame')} analysed{rate}")
    return [*facts, count(len(summary.faces), "face")]


def _episodes(report: Report) -> list[dict]:
    """The longest episode of each expression of each face, the longest first."""
    found = [
        {"face": face.name, "episode": episode, "why": _why(report, face, episode)}
        for face in report.summary.by_presence
        for episode in face.longest.values()
    ]
    return sorted(found, key=lambda row: -row["episode"].duration_s)[:MAX_EPISODES]


def _why(report: Report, face: FaceSummary, episode: Episode) -> str:
    """What the Action Units say to an episode; empty where they were not measured."""
    if not report.timeline.has_units or face.face_id is None or episode.emotion == UNSURE:
        return ""
    return verdict_sentence(explain(report.timeline, face.face_id, episode))


def _photo_rows(report: Report) -> dict:
    """One row a face or an empty photo, up to a limit that is said."""
    if not report.summary.is_photos:
        return {"rows": [], "more": 0}
    table = report.timeline.table
    rows = [
        {
            "photo": row["source"],
            "face": "" if row["quality"] == "no_face" else row["person"] or str(row["face_id"]),
            "emotion": row["emotion"] if row["quality"] == QUALITY_OK else "",
            "words": answer_words(row["emotion"], row["plausible"]),
            "confidence": percent(row["confidence"]) if row["quality"] == QUALITY_OK else "",
            "quality": quality_words(row["quality"]),
        }
        for row in table.head(MAX_PHOTO_ROWS).to_dict("records")
    ]
    return {"rows": rows, "more": max(0, len(table) - MAX_PHOTO_ROWS)}


def _settings(report: Report) -> list[tuple[str, str]]:
    """Label and value of every setting that mattered."""
    photos = report.summary.is_photos
    texts = {None: "as the source", True: "yes", False: "no"}
    rows = []
    for entry in fields(report.settings):
        value = getattr(report.settings, entry.name)
        if (entry.name == "detector_path" and value is None) or (entry.name in VIDEO_ONLY and photos):
            continue
        text = (
            ANSWER_TEXT[value]
            if entry.name == "answer" and value is not None
            else texts[value]
            if value is None or isinstance(value, bool)
            else f"{value:g}"
            if isinstance(value, float)
            else str(value)
        )
        rows.append((SETTING_TEXT.get(entry.name, entry.name), text))
    return rows
