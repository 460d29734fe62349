"""The processors of this machine, and what they are called."""

from fer import processors


def test_there_is_at_least_one():
    assert processors.processors() >= 1


def test_the_first_one_is_named_with_its_family(tmp_path, monkeypatch):
    listed = "processor\t: 0\ncpu family\t: 26\nmodel\t\t: 2\nmodel name\t: AMD EPYC\n\n"
    (tmp_path / "cpuinfo").write_text(listed + listed.replace("AMD", "Other"))
    monkeypatch.setattr(processors, "_CPUINFO", tmp_path / "cpuinfo")
    assert processors.processor_name() == "AMD EPYC, family 26, model 2"


def test_without_a_list_there_is_a_name_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(processors, "_CPUINFO", tmp_path / "none")
    assert processors.processor_name()
