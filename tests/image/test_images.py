"""The images, as `make test-image` built them: what is in them, how they speak, work and end."""

from __future__ import annotations

import io
import json
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile

from tests.image.containers import PATIENCE, VERSION, Container, command, container, image, inspected, output
from tests.models.golden import ROOT as GOLDEN
from tests.models.hub_server import Hub, running
from tests.redis_server import RedisServer

pytestmark = pytest.mark.image

MEGABYTE = 1_000_000
SENTENCE = "今天天气很好，我们去公园散步吧。"
LOOK = """
import importlib.util, json, os, shutil, sys
from pathlib import Path
from service.embedded import embedded_folder
from service.runtime.native.binding import load_library
packages = ["pip", "setuptools", "torch", "onnx", "modelscope", "pytest"]
print(json.dumps({
    "user": [os.getuid(), os.getgid()],
    "packages": [name for name in packages if importlib.util.find_spec(name)],
    "programs": [name for name in ("cc", "gcc", "g++", "make", "pip") if shutil.which(name)],
    "tests": [str(path) for path in Path(sys.prefix).rglob("tests/test_*.py")][:3],
    "voices": sorted(path.name for path in embedded_folder().iterdir()),
    "compiled": load_library() is not None,
}))
"""


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="module")
def stores(redis: RedisServer) -> dict[str, str]:
    return {"TTS_CACHE_URL": redis.url, "TTS_JOBS_URL": redis.url}


@pytest.fixture(scope="module")
def api(stores: dict[str, str]) -> Iterator[Container]:
    with container("api", environment=stores) as api:
        api.wait_until_ready()
        yield api


def speech(content: bytes, rate: int = 16000) -> float:
    """Seconds of a wav file, which must be of that rate and not silent."""
    samples, found = soundfile.read(io.BytesIO(content))
    assert found == rate
    assert abs(samples).max() > 0.05
    return len(samples) / rate


class TestWhatIsInThem:
    @pytest.mark.parametrize("name", ["api", "convert", "webui"])
    def test_labels_tell_version_and_commit(self, name: str) -> None:
        labels = inspected(name)["Labels"]
        assert labels["org.opencontainers.image.version"] == VERSION
        assert re.fullmatch("[0-9a-f]{40}", labels["org.opencontainers.image.revision"])
        assert labels["org.opencontainers.image.licenses"] == "Apache-2.0"

    def test_serving_takes_no_compiler_no_pip_and_no_pytorch(self) -> None:
        found = json.loads(output("api", "-c", LOOK, options=["--entrypoint=python"]))
        assert found == {
            "user": [10001, 10001],
            "packages": [],
            "programs": [],
            "tests": [],
            "voices": ["manifest.json", "xiaobei", "yunjian"],
            "compiled": True,
        }

    def test_the_converter_has_what_serving_lacks(self) -> None:
        found = json.loads(output("convert", "-c", LOOK, options=["--entrypoint=python"]))
        assert found["packages"] == ["setuptools", "torch", "onnx", "modelscope"]
        assert found["programs"] == []

    def test_serving_is_small(self) -> None:
        assert inspected("api")["Size"] < 700 * MEGABYTE


class TestApi:
    def test_it_speaks(self, api: Container) -> None:
        status, headers, body = api.ask("POST", "/tts", {"text": SENTENCE, "emotion": "happy"})
        assert (status, headers["Content-Type"]) == (200, "audio/wav")
        assert 2 < speech(body) < 8

    def test_its_health_check_agrees(self, api: Container) -> None:
        kind, *asked = inspected("api")["Healthcheck"]["Test"]
        assert kind == "CMD"
        assert api.run(*asked).returncode == 0
        assert api.run("env", f"TTS_PORT={api.port + 1}", *asked).returncode == 1

    def test_it_has_no_rights(self, api: Container) -> None:
        rights = api.run("cat", "/proc/1/status").stdout
        assert re.search(r"^Uid:\s+10001\s", rights, re.MULTILINE)
        assert re.search(r"^CapEff:\s+0+$", rights, re.MULTILINE)
        assert re.search(r"^NoNewPrivs:\s+1$", rights, re.MULTILINE)

    def test_it_writes_to_two_folders_only(self, api: Container) -> None:
        for place in ("/", "/opt/venv/", "/var/cache/", "/models/", "/etc/"):
            assert "Read-only file system" in api.run("touch", f"{place}x").stderr
        for place in ("/tmp/", "/var/cache/qingsheng/"):
            assert api.run("touch", f"{place}x").returncode == 0
            assert api.run("rm", f"{place}x").returncode == 0

    def test_it_leaves_nothing_behind(self, api: Container) -> None:
        assert api.run("find", "/tmp", "/var/cache/qingsheng", "-type", "f").stdout == ""

    def test_two_processes_share_a_small_temporary_folder(self, stores: dict[str, str]) -> None:
        small = {"/tmp": "4m", "/var/cache/qingsheng": "1m"}
        with container("api", environment={"TTS_WORKERS": "2", **stores}, scratch=small) as api:
            api.wait_until_ready()
            for number in range(4):
                text = f"第{number}句。"
                assert speech(api.ask("POST", "/tts", {"text": text})[2]) > 0.3
            counted = api.ask("GET", "/metrics")[2].decode()
            assert sum(map(float, re.findall(r'^tts_requests_total{.*"/tts".*} (.+)$', counted, re.M))) == 4
            assert api.end() == 0


class TestEnding:
    def test_a_stream_is_finished_first(self) -> None:
        with container("api") as api:
            api.wait_until_ready()
            text = "".join(f"第{number}天，{SENTENCE}" for number in range(1, 31))
            connection = api.connect("POST", "/tts/stream", {"text": text, "format": "pcm"})
            response = connection.getresponse()
            begun = response.read(1)
            command("kill", "--signal", "TERM", api.name)
            rest = response.read()  # fails where the stream is cut off
            connection.close()
            assert api.end() == 0
            assert len(begun + rest) / 2 / 16000 > 60
            events = [json.loads(line) for line in api.log().splitlines() if line.startswith("{")]
            told = [event["event"] for event in events]
            assert told.index("Handling signal: term") < told.index("request")

    def test_what_does_not_listen_to_signals_yet_ends_at_once(self) -> None:
        # The first process of a container, which this one is, is not ended by a signal that it ignores.
        with container("api", "say", "-", "-o", "/tmp/x.wav", options=["--interactive"]) as waiting:
            time.sleep(2)
            assert waiting.end() == 128 + signal.SIGTERM


def test_a_worker_does_jobs_and_ends_when_told_to(api: Container, stores: dict[str, str]) -> None:
    with container("api", "worker", environment=stores) as worker:
        worker.wait_until_ready()
        status, headers, _ = api.ask("POST", "/tts/async", {"text": "工作完成了。"})
        assert status == 202
        deadline = time.monotonic() + PATIENCE
        while (answer := api.ask("GET", headers["Location"]))[0] == 202:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        assert answer[0] == 200
        assert speech(answer[2]) > 0.5
        assert b'tts_jobs_finished_total{outcome="done"} 1.0' in worker.ask("GET", "/metrics")[2]
        assert worker.run(*inspected("api")["Healthcheck"]["Test"][1:]).returncode == 0
        assert worker.end() == 0


def test_the_page_and_the_api_behind_it(api: Container, tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    configuration = f"--volume={tmp_path}:/etc/nginx/conf.d"
    environment = {"QINGSHENG_API_URL": f"http://127.0.0.1:{api.port}"}
    with container("webui", environment=environment, options=[configuration], scratch={"/tmp": "16m"}) as web:
        page = Container(web.name, 8080)
        page.wait_until_ready("/webui-healthz")
        assert page.run("id", "-u").stdout.strip() == "101"
        assert page.run(*inspected("webui")["Healthcheck"]["Test"][1:]).returncode == 0
        status, headers, body = page.ask("GET", "/")
        assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert b"</html>" in body
        assert json.loads(page.ask("GET", "/api/healthz")[2])["status"] == "ok"
        assert speech(page.ask("POST", "/api/tts", {"text": "你好，世界。"})[2]) > 0.5
        assert "Read-only file system" in page.run("touch", "/usr/share/nginx/html/x").stderr


def test_a_model_of_the_hub_is_converted_once_and_then_served(tmp_path: Path) -> None:
    volume = f"qingsheng-test-{tmp_path.name}"
    hub = Hub("owner/model", GOLDEN / "model")
    try:
        with running(hub):
            options = [f"--volume={volume}:/models", f"--env=MODELSCOPE_ENDPOINT={hub.address}"]
            output("convert", "export", "owner/model", "-o", "/models/exported", options=options)
        served = {"TTS_MODEL": "/models/exported"}
        with container("api", environment=served, options=[f"--volume={volume}:/models:ro"]) as api:
            api.wait_until_ready()
            names = {voice["name"] for voice in json.loads(api.ask("GET", "/voices")[2])["voices"]}
            assert "plain_emo" in names
            status, _, body = api.ask("POST", "/tts", {"text": "你好。", "voice": "plain_emo"})
            assert status == 200
            assert soundfile.info(io.BytesIO(body)).frames > 0
    finally:
        command("volume", "rm", volume, check=False)


def test_the_converter_tells_what_it_is_for() -> None:
    assert "export [OPTIONS] MODEL" in command("run", "--rm", "--no-healthcheck", image("convert"))
