"""The files for containers name versions, and those are ones that the program takes."""

import re

import pytest

from tests.helpers.places import ROOT

DEPLOY = ROOT / "deploy"
packaging = pytest.importorskip("packaging.requirements")


def constraints() -> dict[str, str]:
    lines = (DEPLOY / "constraints.txt").read_text().splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


def test_every_image_is_of_one_version():
    yaml = pytest.importorskip("yaml", reason="comes with dask")
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    images = [one["image"] for one in services.values() if "build" not in one]
    images += re.findall(r"^FROM (\S+)", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    assert len(images) == 2
    assert [image for image in images if not re.search(r":\d+\.\d+", image)] == []
    assert {"scheduler", "worker", "database", "app"} <= set(services)
    assert services["worker"]["deploy"]["replicas"] == 2


def test_no_password_stands_in_the_files():
    text = (DEPLOY / "compose.yaml").read_text()
    assert set(re.findall(r"POSTGRES_PASSWORD: +(\S+)", text)) == {"${POSTGRES_PASSWORD:?choose"}


def test_the_versions_are_those_that_the_program_asks_for():
    pinned = constraints()
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        if line and not line.startswith(("#", "tensorflow")):
            wanted = packaging.Requirement(line)
            name = re.sub(r"[-_.]+", "-", wanted.name).lower()
            assert wanted.specifier.contains(pinned[name]), line


def test_what_the_image_copies_is_there_and_not_ignored():
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    kept = [line[1:].removesuffix("/**") for line in ignored if line.startswith("!")]
    for line in re.findall(r"^COPY (.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE):
        for name in line.split():
            assert (ROOT / name).exists(), name
            assert name in kept, name


def test_a_cluster_s_packages_are_pinned_too():
    assert {"distributed", "fsspec", "s3fs", "psycopg", "sqlalchemy"} <= set(constraints())
