"""README and the model card stay true: commands parse, quoted figures stand in the files they came from."""

import json
import re
import shlex

import pytest

from fer.cli import build_parser
from fer.evaluation.figures.metrics_file import read_metrics
from tests.helpers.places import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
METRICS = read_metrics(ROOT / "models" / "metrics.json")
BENCHMARK = json.loads((ROOT / "models" / "benchmark.json").read_text(encoding="utf-8"))
MANIFEST = json.loads((ROOT / "models" / "manifest.json").read_text(encoding="utf-8"))


def commands() -> list[str]:
    """Every ``python -m fer`` line in README's blocks."""
    blocks = re.findall(r"```(?:bash|console)\n(.*?)```", README, flags=re.S)
    lines = [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("python -m fer ")]


def test_readme_has_commands():
    assert len(commands()) >= 4


@pytest.mark.parametrize("line", commands())
def test_every_command_in_readme_parses(line):
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


def test_linked_files_are_there():
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    for link in links:
        assert (ROOT / link).is_file(), link


def quoted(pattern: str) -> list[str]:
    found = re.search(pattern, README)
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
    assert quoted(r"calibration error ([\d.]+)%") == [f"{100 * test.plain.calibrated.ece.value:.1f}"]
    assert quoted(r"with the mirror image ([\d.]+)%\)") == [f"{100 * test.flip.calibrated.ece.value:.1f}"]
    assert quoted(r"macro-F1 ([\d.]+)") == [f"{test.plain.macro_f1.value:.2f}"]
    sure = test.plain.coverage
    unsure, right_of_rest = quoted(r"unsure\" to ([\d.]+)% of them and is right on ([\d.]+)%")
    assert unsure == f"{100 - 100 * sure.answered.value:.1f}"
    assert right_of_rest == f"{100 * sure.accuracy_answered.value:.1f}"


def test_the_quoted_speed_is_the_measured_one():
    rows = re.findall(r"^\| ([^|]+?) \| (\d+)x(\d+) \| ([\d.]+) ms \| (\d+) \|", README, flags=re.M)
    assert len(rows) == len(BENCHMARK["clips"])
    for row, clip in zip(rows, BENCHMARK["clips"], strict=True):
        size = (str(clip["width"]), str(clip["height"]))
        speed = (f"{clip['ms_per_frame']:.1f}", f"{clip['frames_per_s']:.0f}")
        assert row == (clip["clip"].rsplit(" ", 1)[0] if " " in clip["clip"] else clip["clip"], *size, *speed)


def test_the_quoted_live_latency_is_the_measured_one_and_under_15_ms():
    live = BENCHMARK["live"]
    wanted = [f"{live['ms_median']:.1f}", f"{live['ms_p95']:.1f}"]
    assert quoted(r"its own answer: median ([\d.]+) ms, 95th percentile ([\d.]+) ms") == wanted
    assert live["ms_median"] < 15 < live["fer_package_ms"]


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


def test_the_figures_belong_to_the_shipped_network():
    assert METRICS.sha256 == MANIFEST["sha256"]["emotion.tflite"]
    assert (METRICS.scaling, METRICS.unsure_below) == (MANIFEST["scaling"]["kind"], MANIFEST["unsure_below"])
    assert set(METRICS.splits) == {"PublicTest", "PrivateTest"}
    assert METRICS.splits["PublicTest"].choices_made_here and not METRICS.test.choices_made_here
    assert METRICS.test.plain.n == 3589
    assert METRICS.test.plain.accuracy.value >= 0.69


@pytest.mark.data
@pytest.mark.slow
def test_the_shipped_network_gives_the_figures_again(fer2013):
    from fer.dataset.readers.fer2013 import read_dataset
    from fer.emotion.network import EmotionNetwork
    from fer.evaluation.scores import score_split

    dataset = read_dataset(fer2013 / "fer2013.csv.gz")
    scores = score_split(EmotionNetwork(), dataset, "PrivateTest")
    for key in ("plain", "flip", "plain_clean", "flip_clean"):
        again, written = getattr(scores, key), getattr(METRICS.test, key)
        assert again.accuracy.value == pytest.approx(written.accuracy.value, abs=5e-4)
        assert again.calibrated.ece.value == pytest.approx(written.calibrated.ece.value, abs=2e-3)
