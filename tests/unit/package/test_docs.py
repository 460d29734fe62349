"""README and the model card stay true: commands parse, quoted figures stand in the files they came from."""

import json
import re
import shlex

import pytest
from PIL import Image

from fer.cli import build_parser
from fer.emotion.network import PROMISED
from fer.evaluation.figures.conversion import read_conversion
from fer.evaluation.figures.metrics_file import read_metrics
from fer.evaluation.figures.real_faces import read_real_faces
from fer.evaluation.figures.real_faces_table import real_faces_rows, set_rows
from tests.bench.identity_figures import KINDS, table
from tests.helpers.house import LEVEL
from tests.helpers.places import ROOT

README, USAGE, FIGURES, ARCHITECTURE = (
    (ROOT / name).read_text(encoding="utf-8")
    for name in ("README.md", "docs/USAGE.md", "docs/FIGURES.md", "docs/ARCHITECTURE.md")
)
METRICS = read_metrics(ROOT / "models" / "metrics.json")
BENCHMARK = json.loads((ROOT / "models" / "benchmark.json").read_text(encoding="utf-8"))
MANIFEST = json.loads((ROOT / "models" / "manifest.json").read_text(encoding="utf-8"))


def commands() -> list[str]:
    """Every ``python -m fer`` line in the blocks of README and the page on usage."""
    blocks = re.findall(r"```(?:bash|console)\n(.*?)```", README + USAGE, flags=re.S)
    lines = [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("python -m fer ")]


def test_readme_has_commands():
    assert len(commands()) >= 4


@pytest.mark.parametrize("line", commands())
def test_every_command_in_the_documentation_parses(line):
    args = build_parser().parse_args(shlex.split(line)[3:])
    assert callable(args.run)


def test_the_two_commands_set_everything_up():
    marked = re.findall(r"<!-- (start|test) -->\n```bash\n(.*?)\n```", README, flags=re.S)
    assert [name for name, _ in marked] == ["start", "test"]
    for _, command in marked:
        assert "-m venv .venv" in command
        assert "-r requirements" in command
    assert "streamlit run streamlit_app.py" in marked[0][1]
    assert "pytest" in marked[1][1]


@pytest.mark.parametrize(
    "name", ["README.md", *(f"docs/{p.name}" for p in sorted((ROOT / "docs").glob("*.md")))]
)
def test_linked_files_are_there(name):
    links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / name).read_text(encoding="utf-8"))
    for link in links:
        assert ((ROOT / name).parent / link).resolve().is_file(), link


@pytest.mark.parametrize("text", [README, USAGE], ids=["README", "USAGE"])
def test_the_python_blocks_run_as_they_stand(text, tmp_path, monkeypatch, short_clip, portrait, capsys):
    (tmp_path / "clip.mp4").write_bytes(short_clip)
    for name in ("a.png", "b.png"):
        Image.fromarray(portrait).save(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", text, flags=re.S)
    assert blocks
    for block in blocks:
        exec(compile(block, "documentation", "exec"), {})
    assert capsys.readouterr().out


def share(estimate) -> str:
    """``71.6% (70.0 to 73.1)``."""
    return f"{100 * estimate.value:.1f}% ({100 * estimate.low:.1f} to {100 * estimate.high:.1f})"


def test_readme_s_small_table_says_what_the_figures_say():
    test = METRICS.test
    for scores in (test, test.votes):
        words = share(scores.plain.accuracy).replace("% (", "%** (") if scores is test.votes else None
        mirror = f"with the mirror image {100 * scores.flip.accuracy.value:.1f}%"
        assert f"{words or share(scores.plain.accuracy)}, {mirror}" in README
    assert f"{test.votes.plain.n:,} faces" in README
    assert f"agree with it on {100 * test.ferplus.label_agreement.value:.1f}%" in README
    frame = next(clip for clip in BENCHMARK["clips"] if clip["width"] == 640)
    assert f"everything, 2 CPU cores | {frame['ms_per_frame']:.1f} ms |" in README
    assert f"its own answer | {BENCHMARK['live']['ms_median']:.1f} ms |" in README


def test_the_map_names_every_room_and_no_other():
    rooms = set(re.findall(r"^\| `((?:fer|pages)[^`]*/)` \|", ARCHITECTURE, flags=re.M))
    there = {
        f"{file.parent.relative_to(ROOT).as_posix()}/"
        for top in ("fer", "pages")
        for file in (ROOT / top).rglob("*.py")
    }
    assert rooms == there


def test_the_map_s_order_is_that_of_the_imports():
    rooms = re.findall(r"^\| `fer/([a-z_]+)/` \|", ARCHITECTURE, flags=re.M)
    levels = [LEVEL[room] for room in rooms]
    assert levels == sorted(levels)


def test_every_file_that_the_map_names_is_there():
    named = re.findall(r"`((?:fer|pages|tests)/[\w/.<>]+\.py)`", ARCHITECTURE)
    assert len(named) >= 20
    for name in named:
        assert (ROOT / name).is_file(), name


def quoted(pattern: str) -> list[str]:
    found = re.search(pattern, FIGURES)
    assert found, pattern
    return list(found.groups())


def test_the_quoted_accuracy_is_the_measured_one():
    test = METRICS.test
    right = test.plain.accuracy
    accuracy, lowest, highest = quoted(r"PrivateTest accuracy \*\*([\d.]+)%\*\* \(([\d.]+) to ([\d.]+)%")
    assert (accuracy, lowest, highest) == tuple(
        f"{100 * x:.1f}" for x in (right.value, right.low, right.high)
    )
    assert quoted(r"averaged with its mirror image ([\d.]+)%") == [f"{100 * test.flip.accuracy.value:.1f}"]
    assert quoted(r"left out ([\d.]+)%") == [f"{100 * test.plain_clean.accuracy.value:.1f}"]
    assert quoted(r"expected\s+calibration error ([\d.]+)%") == [
        f"{100 * test.plain.calibrated.ece.value:.1f}"
    ]
    assert quoted(r"with the mirror image ([\d.]+)%\)") == [f"{100 * test.flip.calibrated.ece.value:.1f}"]
    assert quoted(r"macro-F1 ([\d.]+)") == [f"{test.plain.macro_f1.value:.2f}"]
    sure = test.plain.coverage
    unsure, right_of_rest = quoted(r"unsure\" to ([\d.]+)% of them and is right on ([\d.]+)%")
    assert unsure == f"{100 - 100 * sure.answered.value:.1f}"
    assert right_of_rest == f"{100 * sure.accuracy_answered.value:.1f}"


def test_the_quoted_figures_of_the_votes_head_are_the_measured_ones():
    votes = METRICS.test.votes
    right = votes.plain.accuracy
    said = quoted(
        r"accuracy \*\*([\d.]+)%\*\* \(([\d.]+) to ([\d.]+)%, 95% interval\), with the mirror image ([\d.]+)%"
    )
    assert said == [f"{100 * x:.1f}" for x in (right.value, right.low, right.high, votes.flip.accuracy.value)]
    assert quoted(r"balanced ([\d.]+)%") == [f"{100 * votes.plain.balanced_accuracy.value:.1f}"]
    assert quoted(r"shares of the votes: calibration error ([\d.]+)%") == [f"{100 * votes.ece.value:.1f}"]


def test_the_quoted_speed_is_the_measured_one():
    rows = re.findall(r"^\| ([^|]+?) \| (\d+)x(\d+) \| ([\d.]+) ms \| (\d+) \|", FIGURES, flags=re.M)
    assert len(rows) == len(BENCHMARK["clips"])
    for row, clip in zip(rows, BENCHMARK["clips"], strict=True):
        size = (str(clip["width"]), str(clip["height"]))
        speed = (f"{clip['ms_per_frame']:.1f}", f"{clip['frames_per_s']:.0f}")
        assert row == (clip["clip"].rsplit(" ", 1)[0] if " " in clip["clip"] else clip["clip"], *size, *speed)


def test_the_quoted_live_latency_is_the_measured_one_and_under_half_the_fer_packages():
    live = BENCHMARK["live"]
    wanted = [f"{live['ms_median']:.1f}", f"{live['ms_p95']:.1f}"]
    assert quoted(r"its own answer: median ([\d.]+) ms, 95th percentile ([\d.]+) ms") == wanted
    assert 2 * live["ms_median"] < live["fer_package_ms"]


def test_the_quoted_latency_is_the_measured_one():
    ours = quoted(r"takes ([\d.]+) ms for one face and ([\d.]+) ms for eight on two threads")
    reference = quoted(r"mini_xception in the same run ([\d.]+) and ([\d.]+) ms")
    for network, figures in ((METRICS.model, ours), ("mini_xception", reference)):
        plain = [r for r in BENCHMARK["network"] if (r["view"], r["threads"]) == ("plain", 2)]
        measured = {r["batch"]: f"{r['ms']:.2f}" for r in plain if r["network"] == network}
        assert figures == [measured[1], measured[8]]


def test_the_quoted_memory_is_the_measured_one():
    memory = quoted(r"(\d+) MiB at the peak for 20 seconds, (\d+) MiB for 3 minutes")
    assert memory == [f"{BENCHMARK['memory'][key]:.0f}" for key in ("20s_mib", "180s_mib")]


def test_the_quoted_action_unit_figures_are_the_measured_ones():
    figures = json.loads((ROOT / "models" / "action_units.json").read_text(encoding="utf-8"))
    happy = figures["verdicts"]["by_answer"]["happy"]
    assert quoted(r"they cost ([\d.]+) ms a face") == [f"{figures['cost']['ms_per_face']:.1f}"]
    wanted = [f"{100 * happy[kind]['right']:.0f}" for kind in ("supported", "contradicted")]
    said = quoted(r"they support is right in (\d+)%, one that they contradict in (\d+)% \((\d+) faces\)")
    assert said == [*wanted, str(happy["contradicted"]["n"])]


def test_the_quoted_table_of_ids_is_the_measured_one():
    figures = json.loads((ROOT / "models" / "identity.json").read_text(encoding="utf-8"))
    lines = table(figures)
    assert len(lines) == len(KINDS) and "\n".join(lines) in FIGURES
    after = [dict(zip(figures["columns"], row, strict=True)) for row in figures["after"]]
    composed = [row for row in after if row["group"] not in ("single", "sample", "nobody")]
    right = 100 * sum(row["people"] == row["counted"] for row in composed) / len(composed)
    idf1 = sum(row["idf1"] for row in composed) / len(composed)
    wanted = [str(len(composed)), f"{right:.1f}", f"{idf1:.3f}"]
    said = r"all (\d+) runs of compositions ([\d.]+)% have .* with a mean IDF1 of ([\d.]+)\."
    assert quoted(said) == wanted and right >= 95 and idf1 >= 0.95
    assert {row["counted"] for row in after if row["group"] == "single"} == {1}


def rows_in(text: str) -> set[str]:
    """The rows of a text's tables, without what makes words bold."""
    return {line.replace("**", "") for line in text.splitlines() if line.startswith("| ")}


def row_of(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cells) + " |"


def test_the_tables_of_real_photos_are_the_measured_ones():
    figures = read_real_faces()
    assert figures.sha256 == METRICS.sha256
    for cells in (*real_faces_rows(figures), *set_rows(figures)):
        assert row_of(cells) in rows_in(FIGURES)
    accuracy = f"{100 * figures.ours.accuracy.value:.1f}%"
    assert f"**{accuracy}**" in README and f"{figures.n:,} closely cut photos" in README
    best = figures.rivals[0]
    assert f"{best.name} {best.version} {100 * best.accuracy.value:.1f}%" in README


def test_the_quoted_coverage_of_sets_is_the_measured_one():
    shown = next(one for one in METRICS.test.votes.sets if one.promised == PROMISED)
    assert quoted(r"PrivateTest they held ([\d.]+)%") == [f"{100 * shown.coverage:.1f}"]
    conversion = read_conversion()
    hard = next(one for one in conversion.unsure_sets if one.figures.promised == PROMISED)
    said = quoted(
        r"(\d+) hard faces of PublicTest, each held against a threshold chosen without it, ([\d.]+)%"
    )
    assert said == [str(hard.figures.n), f"{100 * hard.figures.coverage:.1f}"]


def test_the_table_of_footage_is_the_measured_one():
    measured = json.loads((ROOT / "models" / "footage_check.json").read_text(encoding="utf-8"))
    assert quoted(r"(\d+) rounds each") == [str(measured["rounds"])]
    for title, by_tags in measured["footage"].items():
        for n, by_method in by_tags.items():
            raw, corrected = by_method["raw"], by_method["corrected"]
            cells = [
                *(f"{100 * one['mean_error']:.1f}" for one in (raw, corrected)),
                *(f"{100 * one['coverage_common']:.0f}%" for one in (raw, corrected)),
                f"{100 * by_method['rest']['accuracy_error']:.1f}",
                f"{100 * by_method['rest']['accuracy_covered']:.0f}%",
            ]
            assert row_of((title, n, *cells)) in rows_in(FIGURES)


def test_the_figures_belong_to_the_shipped_network():
    assert METRICS.sha256 == MANIFEST["sha256"]["emotion.tflite"]
    assert (METRICS.scaling, METRICS.unsure_below) == (MANIFEST["scaling"]["kind"], MANIFEST["unsure_below"])
    assert set(METRICS.splits) == {"PublicTest", "PrivateTest"}
    assert METRICS.splits["PublicTest"].choices_made_here and not METRICS.test.choices_made_here
    assert METRICS.test.plain.n == 3589
    assert METRICS.test.plain.accuracy.value >= 0.69
