import gc
import json
import os
import signal
import time
from contextlib import closing

import pandas as pd
import pytest

from fer.batch.cluster import ClusterCrew, SchedulerError
from fer.batch.engine import Batch, Wishes
from fer.batch.manifest import Manifest
from fer.batch.plan import plan_batch
from fer.batch.work import TIMELINES
from tests.helpers.batch import Study
from tests.helpers.clips import clip, ramp

distributed = pytest.importorskip("distributed", reason="needs the extra `cluster`")

PICTURE = clip(ramp(1), container="image2pipe", codec="png", pix_fmt="rgb24")


@pytest.fixture
def study(tmp_path, short_clip) -> Study:
    """The sample's first two seconds, a video in which nobody is seen, and two photos."""
    made = Study(tmp_path)
    (made.folder / "a.mp4").write_bytes(short_clip)
    (made.folder / "b c.mp4").write_bytes(clip(ramp(12), rate=4))
    for name in ("P1/1.png", "P1/2.png"):
        (made.folder / name).parent.mkdir(exist_ok=True)
        (made.folder / name).write_bytes(PICTURE)
    return made


@pytest.fixture(scope="module")
def cluster():
    """A scheduler with two workers in this process."""
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": False, "dashboard_address": None}
    with distributed.LocalCluster(**options) as made:
        yield made


def test_nobody_at_the_address_is_said(monkeypatch):
    monkeypatch.setattr("fer.batch.cluster.CONNECT_S", 0.2)
    with pytest.raises(SchedulerError):
        ClusterCrew("tcp://127.0.0.1:9")


def test_a_cluster_gives_what_one_process_gives(cluster, study, tmp_path):
    study.run()
    other = Study(tmp_path / "other")
    other.folder = study.folder
    with closing(ClusterCrew(cluster.scheduler_address)) as crew:
        result = other.run(crew)
    assert (result.done, result.failed) == (3, ())
    assert other.results() == study.results()


def read_all(place: str) -> dict[str, pd.DataFrame]:
    """The data set as three programs read it."""
    import duckdb
    import polars

    found = f"{place}/{TIMELINES}/**/*.parquet"
    duck = duckdb.connect().sql(f"SELECT * FROM read_parquet('{found}', hive_partitioning=true)")
    return {
        "pandas": pd.read_parquet(f"{place}/{TIMELINES}"),
        "duckdb": duck.df(),
        "polars": polars.scan_parquet(found, hive_partitioning=True).collect().to_pandas(),
    }


def test_three_programs_read_the_data_set_with_the_sums_of_the_summaries(study):
    study.run()
    for name, table in read_all(str(study.out)).items():
        counted = table.groupby(table["recording"].astype(str))["frame"].nunique().to_dict()
        assert counted == {"a.mp4": 30, "b c.mp4": 12, "P1/photos": 2}, name
        summary = json.loads((study.out / "a.json").read_text())["summary"]
        people = [*summary["faces"], *summary["seen_briefly"]]
        mine = table[table["recording"].astype(str) == "a.mp4"]
        assert (mine["quality"] != "no_face").sum() == summary["rows"]
        assert (mine["quality"] == "ok").sum() == sum(f["usable_rows"] for f in people)


@pytest.mark.slow
def test_a_killed_worker_of_a_cluster_loses_nothing(study, tmp_path):
    study.run()
    other = Study(tmp_path / "other")
    other.folder = study.folder
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(**options) as made, closing(ClusterCrew(made.scheduler_address)) as crew:
        give, killed = crew.give, []

        def _give(order):
            give(order)
            if order.number == 1 and not killed:
                killed.append(next(iter(made.workers.values())).pid)
                os.kill(killed[0], signal.SIGKILL)

        crew.give = _give  # pyright: ignore[reportAttributeAccessIssue]
        result = other.run(crew)
    assert killed
    assert (result.done, result.failed) == (3, ())
    assert other.results() == study.results()


@pytest.fixture
def bucket(monkeypatch):
    """An S3 of this machine with an empty bucket; its address."""
    server = pytest.importorskip("moto.server", reason="needs moto").ThreadedMotoServer("127.0.0.1", 0)
    s3fs = pytest.importorskip("s3fs", reason="needs the extra `cluster`")
    server.start()
    host, port = server.get_host_and_port()
    names = {"AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_DEFAULT_REGION": "us-east-1"}
    names |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    for name, value in names.items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    s3fs.S3FileSystem().mkdir("study")
    yield "s3://study"
    s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


@pytest.mark.slow
def test_files_and_results_may_lie_in_s3(study, bucket, cluster, tmp_path):
    import s3fs

    study.run()
    fs = s3fs.S3FileSystem()
    fs.put(f"{study.folder}/", f"{bucket}/in/", recursive=True)
    plan = plan_batch(f"{bucket}/in", out=f"{bucket}/out")
    assert [one.label for one in plan.recordings] == ["P1/photos", "a.mp4", "b c.mp4"]
    wishes = Wishes(f"{bucket}/in", f"{bucket}/out", piece_s=1.0)
    with (
        closing(Manifest(f"sqlite:///{tmp_path}/list.sqlite", wishes.out)) as manifest,
        closing(ClusterCrew(cluster.scheduler_address)) as crew,
    ):
        result = Batch(plan, wishes, manifest, crew).run()
    assert (result.done, result.failed) == (3, ())
    assert fs.cat_file(f"{bucket}/out/a.csv") == (study.out / "a.csv").read_bytes()
    assert not fs.exists(f"{bucket}/out/work")
    table = pd.read_parquet(f"{bucket}/out/{TIMELINES}".removeprefix("s3://"), filesystem=fs)
    assert table["frame"].nunique() == 30


def test_what_is_no_address_is_refused_at_once_and_quietly(capfd):
    started_s = time.monotonic()
    with pytest.raises(SchedulerError, match="no address of a scheduler: give one like tcp://"):
        ClusterCrew("nonsense")
    gc.collect()
    assert time.monotonic() - started_s < 10 and "Traceback" not in capfd.readouterr().err
