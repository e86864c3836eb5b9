"""Several workers count as one service, however some of them end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families

from service.observability.multiprocess import is_abandoned, shared_folder, shared_metrics
from tests.observability.counting import WORKERS
from tests.waiting import PATIENCE, until


@dataclass
class Counting:
    process: subprocess.Popen[bytes]
    port: int
    temporary: Path

    def get(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=PATIENCE) as response:
            return str(response.read().decode())

    def count(self) -> int:
        return int(self.get("/count"))

    def count_with_all(self) -> int:
        """Counts until each worker has; gives how often it was."""
        pids: set[int] = set()
        asked = 0
        while len(pids) < WORKERS:
            pids.add(self.count())
            asked += 1
        return asked

    def shown(self) -> dict[str, float]:
        """The last scrape: the values of each name, added up over labels."""
        found: dict[str, float] = {}
        for family in text_string_to_metric_families(self.get("/metrics")):
            for sample in family.samples:
                found[sample.name] = found.get(sample.name, 0.0) + sample.value
        return found

    @property
    def folder(self) -> Path:
        (folder,) = self.temporary.glob("qingsheng-metrics-*")
        return folder

    def kill(self, pid: int) -> None:
        """Kills a worker and waits until what it counted is put away."""
        os.kill(pid, signal.SIGKILL)
        until(lambda: not list(self.folder.glob(f"*_{pid}.db")))


@pytest.fixture
def counting(tmp_path: Path) -> Iterator[Counting]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.observability.counting", str(port)],
            env=os.environ | {"TMPDIR": str(tmp_path)},
            stderr=log,
            start_new_session=True,
        )
    service = Counting(process, port, tmp_path)
    until(lambda: _answers(service))
    yield service
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _answers(service: Counting) -> bool:
    assert service.process.poll() is None, (service.temporary / "log").read_text()
    try:
        service.get("/metrics")
    except OSError:
        return False
    return True


def test_a_worker_that_is_killed_leaves_its_counts(counting: Counting) -> None:
    asked = counting.count_with_all()
    assert counting.shown()["tts_requests_total"] == asked
    counting.kill(counting.count())
    asked += 1
    shown = counting.shown()
    assert shown["tts_requests_total"] == asked
    assert shown["tts_request_seconds_count"] == asked
    assert shown["tts_request_seconds_sum"] == pytest.approx(0.2 * asked)
    asked += counting.count_with_all()
    assert counting.shown()["tts_requests_total"] == asked


def test_workers_that_crash_in_a_loop_leave_no_files(counting: Counting) -> None:
    for _ in range(6):
        counting.kill(counting.count())
    counting.count_with_all()
    assert len(list(counting.folder.glob("counter_*.db"))) == WORKERS + 1
    assert len(list(counting.folder.glob("histogram_*.db"))) == WORKERS + 1
    assert {path.name for path in counting.folder.glob("counter_[!0-9]*")} == {"counter_folded.db"}


def test_no_scrape_sees_a_count_twice_or_not_at_all_while_workers_are_killed(counting: Counting) -> None:
    asked = counting.count_with_all()
    for _ in range(4):
        os.kill(counting.count(), signal.SIGKILL)
        asked += 1
        assert {counting.shown()["tts_requests_total"] for _ in range(30)} == {asked}


def test_gauges_are_of_living_workers(counting: Counting) -> None:
    counting.count_with_all()
    assert counting.shown()["tts_model_loaded"] == 1.0
    assert counting.shown()["tts_queue_depth"] == 2.0 * WORKERS
    counting.kill(counting.count())
    counting.count_with_all()
    assert counting.shown()["tts_queue_depth"] == 2.0 * WORKERS


def test_jobs_are_as_whoever_looked_last_saw_them(counting: Counting) -> None:
    waiting = 1_000_000
    workers: set[int] = set()
    while len(workers) < 2:  # which worker answers is up to the system
        waiting -= 1
        workers.add(int(counting.get(f"/jobs/{waiting}")))
    assert counting.shown()["tts_jobs"] == waiting


def test_a_worker_that_had_no_time_to_begin_its_file_disturbs_nobody(counting: Counting) -> None:
    asked = counting.count_with_all()
    (counting.folder / "counter_4194304.db").touch()  # no process can have this id
    assert counting.shown()["tts_requests_total"] == asked
    counting.kill(counting.count())
    assert counting.shown()["tts_requests_total"] == asked + 1
    assert not (counting.folder / "counter_4194304.db").exists()


def test_cpu_time_of_workers_that_ended_is_kept(counting: Counting) -> None:
    counting.count_with_all()
    burnt = int(counting.get("/burn"))
    before = counting.shown()
    counting.kill(burnt)
    counting.count_with_all()
    after = counting.shown()
    assert before["process_cpu_seconds_total"] >= 0.2
    assert after["process_cpu_seconds_total"] >= before["process_cpu_seconds_total"]
    assert after["process_start_time_seconds"] == before["process_start_time_seconds"]


def test_memory_and_files_are_those_of_all_workers(counting: Counting) -> None:
    pids: set[int] = set()
    while len(pids) < WORKERS:
        pids.add(counting.count())
    page = os.sysconf("SC_PAGE_SIZE")
    resident = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * page for pid in pids]
    shown = counting.shown()
    assert shown["process_resident_memory_bytes"] == pytest.approx(sum(resident), rel=0.1)
    assert shown["process_open_fds"] > WORKERS
    assert shown["process_max_fds"] > shown["process_open_fds"]


def test_openmetrics_are_well_formed(counting: Counting) -> None:
    counting.count_with_all()
    address = f"http://127.0.0.1:{counting.port}/metrics"
    asked = urllib.request.Request(address, headers={"Accept": "application/openmetrics-text;version=1.0.0"})
    with urllib.request.urlopen(asked, timeout=PATIENCE) as response:
        text = response.read().decode()
    families = {family.name: family.type for family in read_openmetrics(text)}  # type: ignore[no-untyped-call]
    assert families["tts_requests"] == "counter"
    assert families["process_cpu_seconds"] == "counter"


def test_the_folder_goes_when_the_service_ends(counting: Counting) -> None:
    assert is_abandoned(counting.folder) is False
    counting.process.terminate()
    assert counting.process.wait(PATIENCE) == 0
    assert not list(counting.temporary.glob("qingsheng-*"))


def test_a_folder_is_known_as_abandoned_when_all_of_its_processes_were_killed(counting: Counting) -> None:
    os.killpg(counting.process.pid, signal.SIGKILL)
    counting.process.wait()
    until(lambda: is_abandoned(counting.folder) is True)


def test_one_worker_counts_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    with shared_metrics(1) as folder:
        assert folder is None
        assert shared_folder() is None


def test_every_start_has_a_new_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with shared_metrics(2) as first:
        assert shared_folder() == first
    assert first is not None
    with shared_metrics(2) as second:
        assert second is not None
        assert [path.name for path in second.iterdir()] == ["owner.lock"]
    assert first != second
    assert not list(tmp_path.iterdir())


def test_a_folder_of_something_else_is_not_judged(tmp_path: Path) -> None:
    assert is_abandoned(tmp_path) is None
    assert is_abandoned(tmp_path / "missing") is None


def test_where_there_is_no_proc_the_rest_is_shown(counting: Counting) -> None:
    script = (
        "from service.observability import process_metrics as p; from pathlib import Path; import sys;"
        "from prometheus_client import ProcessCollector as C;"
        "p.ProcessCollector = lambda pid, registry: C(pid=pid, registry=registry, proc='/nowhere');"
        "assert list(p.WorkerProcesses(Path(sys.argv[1])).collect()) == []"
    )
    counting.count_with_all()
    subprocess.run([sys.executable, "-c", script, str(counting.folder)], check=True)
