"""The page of benchmarks says what stands in the file of figures, and nothing else."""

import json

from fer.benchmark.document import INTRODUCTION, document
from fer.io.places import IMPORT_ROOT, MODELS_DIR

MACHINE = {"cpus": 2, "processor": "A, family 1, model 2", "python": "3.11", "load_1min": 0.25}


def test_no_figures_give_the_introduction_only():
    assert document({}) == INTRODUCTION


def test_times_and_ratios_come_from_the_figures():
    clip = {
        "clip": "as it is",
        "width": 596,
        "height": 336,
        "ms": {"with": 5.0, "without": 2.5, "package": 30.0},
        "times_real_time": 7.96,
    }
    page = document({"against": {"machine": MACHINE, "rounds": 3, "clips": [clip]}})
    assert "| 596x336, as it is | 5.0 ms | 2.5 ms | 30.0 ms | 6.0 | 12.0 | 8.0 |" in page


def test_growth_is_a_table_and_a_plot():
    faces = [{"faces": 1.0, "ms": 10.0}, {"faces": 20.0, "ms": 100.0}]
    lengths = [{"length_s": 10.0, "wall_s": 2.5, "mib": 300.0, "chart_s": 0.04}]
    page = document({"growth": {"faces": faces, "length": lengths}})
    assert "| 20.0 | 100.0 ms |" in page and "| 10 s | 2.5 s | 300 MiB | 0.04 s |" in page
    one, twenty = (line for line in page.splitlines() if "█" in line)
    assert (one.count("█"), twenty.count("█")) == (5, 48)


def test_the_page_in_the_repository_is_the_one_of_its_figures():
    figures = json.loads((MODELS_DIR / "benchmark.json").read_text(encoding="utf-8"))
    page = IMPORT_ROOT / "docs" / "BENCHMARKS.md"
    assert page.read_text(encoding="utf-8") == document(figures)
