"""Backfill on a cluster: two workers of Dask or Ray and one PostgreSQL come to the rows of one process."""

import os

import pytest
from backfills import NOW, context, jsonl, read_in, rows

from flows import db
from flows.backfill import run
from flows.backfill.shapes import Archive
from flows.db import Database

pytestmark = [
    pytest.mark.flow,
    pytest.mark.filterwarnings("ignore"),
]  # clusters leave sockets and files to the garbage collector


@pytest.fixture
def dask():
    """Address of a cluster of two processes."""
    pytest.importorskip("prefect_dask", reason="the extra dask is not installed")
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1") as cluster:
        yield cluster.scheduler_address


@pytest.fixture
def ray(monkeypatch):
    """Address of a cluster of two processors on this machine."""
    pytest.importorskip("prefect_ray", reason="the extra ray is not installed")
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    import ray as library

    found = library.init(num_cpus=2, include_dashboard=False, _node_ip_address="127.0.0.1", logging_level="error")
    yield found.address_info["gcs_address"]
    library.shutdown()


@pytest.fixture
def other(server, template):
    """A second database, to compare with."""
    name = f"other_{os.getpid()}"
    yield db.create_database(server, name, template=template)
    db.drop_database(server, name)


@pytest.mark.parametrize("kind", ["dask", "ray"])
def test_the_rows_are_those_of_one_process(kind, request, tmp_path, database, database_url, other, prefect_server):
    address = request.getfixturevalue(kind)
    from flows.backfill import runner

    files = [jsonl(tmp_path / f"{number}.jsonl", range(6 * number, 6 * number + 8)) for number in range(4)]
    with Database(other) as alone:
        read_in(context(alone), "jsonl", *files)
    (tmp_path / "figurewatch.toml").write_text(f"database_url = {database_url!r}\ndata_dir = '{tmp_path / 'data'}'\n")
    opened = context(database, data_dir=tmp_path / "data")
    number, _ = run.begin(opened, Archive(kind="jsonl", named=tuple(map(str, files))), NOW)
    told = []
    state = runner.run(opened, number, (tmp_path / "figurewatch.toml", None), (kind, address), told.append)
    assert state == "done"
    assert rows(database_url) == rows(other)
    with db.connect(database_url) as connection:
        workers = connection.execute("SELECT count(DISTINCT leased_by) AS workers FROM backfill_unit").fetchone()
    assert workers["workers"] == 4, "every unit was leased by a task of its own"
    assert told
