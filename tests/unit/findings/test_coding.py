"""Human coding of ELAN, Praat, BORIS and plain CSV, and our answers beside it."""

import numpy as np
import pytest
from pympi.Elan import Eaf
from pympi.Praat import TextGrid

from fer.errors import InputError
from fer.findings.agreement import agreement_with, event_kappa, matches
from fer.findings.coding import Coded, Coding, read_coding
from tests.helpers.factories import make_timeline

AGGREGATED = (
    "Observation id\tSubject\tBehavior\tBehavioral category\tModifiers\tBehavior type\tStart (s)\tStop (s)\t"
    "Duration (s)\n"
    "one\tAnna\thappy\t\t\tSTATE\t1.5\t2.5\t1\n"
    "one\tAnna\twave\t\t\tPOINT\t3\tNA\tNA\n"
)
TABULAR = (
    "Observation id,x\nMedia file(s)\n\n"
    "Time,Media file path,Subject,Behavior,Status\n"
    "1.5,a.mp4,Anna,happy,START\n2,a.mp4,Ben,sad,START\n2.5,a.mp4,Anna,happy,STOP\n"
    "3,a.mp4,Anna,wave,POINT\n4,a.mp4,Ben,sad,STOP\n"
)


def test_an_empty_file_is_refused():
    for data in (b"", b"name,start_s\n"):
        with pytest.raises(InputError, match=r"empty|no annotation"):
            read_coding(data)


def test_elan_is_read(tmp_path):
    document = Eaf()
    document.add_tier("face", part="Anna")
    document.add_annotation("face", 1500, 2500, "Happiness")
    document.add_annotation("default", 100, 200, "note")
    document.to_file(str(tmp_path / "a.eaf"))
    coding = read_coding(tmp_path / "a.eaf")
    assert coding.program == "ELAN"
    assert coding.coded == (Coded("note", 0.1, 0.2, "default"), Coded("Happiness", 1.5, 2.5, "Anna"))
    assert coding.subjects == ("Anna", "default")
    assert (coding.coded[1].emotion, coding.strange) == ("happy", ("note",))


@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_praat_is_read(tmp_path, codec):
    grid = TextGrid(xmax=5.0)
    grid.add_tier("Änna").add_interval(1.5, 2.5, "sad")
    grid.add_tier("points", "TextTier").add_point(3.0, "wave")
    grid.to_file(tmp_path / "a.TextGrid", codec=codec)
    found = read_coding((tmp_path / "a.TextGrid").read_bytes())
    assert found == Coding("Praat", (Coded("sad", 1.5, 2.5, "Änna"), Coded("wave", 3.0, 3.0, "points")))


@pytest.mark.parametrize("text", [AGGREGATED, AGGREGATED.replace("\t", ",")])
def test_boris_aggregated_events_are_read(text):
    assert read_coding(text.encode()) == Coding(
        "BORIS", (Coded("happy", 1.5, 2.5, "Anna"), Coded("wave", 3.0, 3.0, "Anna"))
    )


def test_boris_tabular_events_are_paired():
    assert [(c.label, c.start_s, c.end_s, c.subject) for c in read_coding(TABULAR.encode()).coded] == [
        ("happy", 1.5, 2.5, "Anna"),
        ("sad", 2.0, 4.0, "Ben"),
        ("wave", 3.0, 3.0, "Anna"),
    ]


def test_boris_faults_are_said():
    for line, said in (("1,a,Anna,happy,STOP\n", "never started"), ("1,a,Anna,happy,START\n", "never stops")):
        with pytest.raises(InputError, match=said):
            read_coding(f"Time,Media,Subject,Behavior,Status\n{line}".encode())
    with pytest.raises(InputError, match="times in seconds"):
        read_coding(TABULAR.replace("1.5", "00:00:01").encode())
    two = AGGREGATED + "two\tAnna\tsad\t\t\tSTATE\t1\t2\t1\n"
    with pytest.raises(InputError, match="it holds: one, two"):
        read_coding(two.encode())
    assert [c.label for c in read_coding(two.encode(), observation="two").coded] == ["sad"]


def test_a_plain_list_is_read():
    assert read_coding(b"name,start_s,end_s\njoy,1,2\n") == Coding("CSV", (Coded("joy", 1.0, 2.0),))


@pytest.mark.parametrize(
    "data", [b"<ANNOTATION_DOCUMENT", b'ooTextFile "TextGrid"\nxmin = ', b'{"behaviors_conf"']
)
def test_damaged_files_are_one_sentence(data):
    with pytest.raises(InputError, match="damaged"):
        read_coding(data)


def test_perfect_agreement_is_one():
    timeline = make_timeline({1: [("happy", 2.0), ("sad", 2.0), ("happy", 2.0)]})
    coding = Coding("ELAN", (Coded("happy", 0, 2), Coded("sad", 2, 4), Coded("joy", 4, 6)))
    found = agreement_with(timeline, 1, coding)
    assert (found.kappa_time, found.kappa_event, found.agreeing) == (1, 1, 1)
    assert (found.coded, found.ours, found.matched, found.same) == (3, 3, 3, 3)
    assert found.kappa_each == {"happy": 1, "sad": 1}
    assert found.sentence.startswith("Face 1 and the ELAN coding agree in 100% of 6.0 s (kappa by time 1.00)")


def test_kappa_by_time_is_cohen_s():
    timeline = make_timeline({1: [("happy", 3.0), ("sad", 1.0)]})
    found = agreement_with(timeline, 1, Coding("CSV", (Coded("happy", 0, 2), Coded("sad", 2, 4))))
    assert found.agreeing == pytest.approx(0.75)
    assert found.kappa_time == pytest.approx((0.75 - 0.5) / (1 - 0.5))


def test_what_was_not_coded_or_unsure_counts_for_nothing():
    timeline = make_timeline({1: [("happy", 2.0), ("unsure", 1.0), ("sad", 2.0)]})
    found = agreement_with(timeline, 1, Coding("CSV", (Coded("happy", 0, 3),)), gaps_mean_none=False)
    assert (found.shared_s, found.unsure_s) == (pytest.approx(2.0), pytest.approx(1.0))
    assert found.ours == 1
    nothing = agreement_with(timeline, 1, Coding("CSV", (Coded("wave", 0, 3),)))
    assert nothing.sentence.endswith("nothing to compare.")
    assert np.isnan(nothing.kappa_event)


def test_gaps_of_a_coding_of_one_expression_mean_none():
    timeline = make_timeline({1: [("happy", 2.0), ("sad", 2.0), ("happy", 2.0), ("neutral", 2.0)]})
    found = agreement_with(timeline, 1, Coding("CSV", (Coded("happy", 0, 2),)))
    assert found.shared_s == pytest.approx(8.0)
    assert found.agreeing == pytest.approx(0.75)
    assert found.kappa_time == pytest.approx((0.75 - 0.5) / 0.5)
    assert (found.coded, found.ours, found.same) == (1, 2, 1)


def test_an_event_has_one_partner():
    assert matches([(0, 10)], [(0, 4), (4, 10)]) == [(0, 1)]
    assert matches([(0, 1)], [(5, 6)]) == []
    assert matches([], [(5, 6)]) == []


def test_event_kappa_without_a_common_empty_cell():
    assert np.isnan(event_kappa(np.zeros((3, 3))))
    perfect = np.diag([5.0, 4.0, 0.0])
    assert event_kappa(perfect) == pytest.approx(1)
    independent = np.outer([4.0, 2.0, 2.0], [4.0, 2.0, 2.0])
    independent[2, 2] = 0
    assert event_kappa(independent) == pytest.approx(0, abs=1e-6)
