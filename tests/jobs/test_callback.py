"""Callbacks: who may be called, how it is proven who calls, and that word gets through."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.jobs.callback import (
    CallbackFailedError,
    Callbacks,
    CallbackUrlError,
    Network,
    Place,
    is_public,
    signature,
)
from service.jobs.job import CALLBACK, JobState
from tests.jobs.held import UNSPEAKABLE
from tests.jobs.receiver import Receiver
from tests.jobs.workshop import Workshop, new_job, outcomes
from tests.waiting import until

HOST = "hooks.example.com"
URL = f"https://{HOST}/done?of=me"
SECRET = b"between you and me"


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    with Receiver(HOST, tmp_path) as made:
        yield made


def callbacks_to(receiver: Receiver, *, anywhere: bool = True, host: str = HOST) -> Callbacks:
    allowed = (lambda _: True) if anywhere else is_public
    network = Network(lambda _: [("127.0.0.1", receiver.port)], allowed, receiver.authorities)
    return Callbacks([host], SECRET, network)


def done(url: str = URL) -> JobState:
    return JobState(new_job("你好", callback_url=url), "done", 1.0)


class TestAddresses:
    @pytest.mark.parametrize(
        "url", [URL, f"https://{HOST}", f"https://{HOST}:443/", f"https://{HOST.upper()}/"]
    )
    def test_a_host_that_the_operator_chose_may_be_called(self, url: str) -> None:
        Callbacks([HOST], SECRET).check(url)

    @pytest.mark.parametrize(
        ("url", "why"),
        [
            (f"http://{HOST}/", "https://"),
            ("https:///nowhere", "https://"),
            ("not an address", "https://"),
            ("", "https://"),
            (f"https://{HOST}\\@evil.example/", "https://"),
            (f"https://{HOST}/\r\nX-Evil: 1", "https://"),
            (f"https://{HOST}/{'x' * 3000}", "https://"),
            (f"https://{HOST}:99999/", "https://"),
            ("https://[::1/", "https://"),
            (f"https://me@{HOST}/", "without a user"),
            (f"https://{HOST}:8443/", "443"),
            ("https://evil.example/", "does not call"),
            (f"https://{HOST}.evil.example/", "does not call"),
            ("https://127.0.0.1/", "does not call"),
        ],
    )
    def test_others_may_not(self, url: str, why: str) -> None:
        with pytest.raises(CallbackUrlError, match=why):
            Callbacks([HOST], SECRET).check(url)

    def test_without_hosts_there_are_no_callbacks(self) -> None:
        with pytest.raises(CallbackUrlError, match="sends no callbacks"):
            Callbacks([], SECRET).check(URL)

    @pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8"])
    def test_what_is_public(self, address: str) -> None:
        assert is_public(address)

    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1%eth0",
            "fd00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "2002:7f00:1::",
            "64:ff9b::7f00:1",
        ],
    )
    def test_what_is_not(self, address: str) -> None:
        assert not is_public(address)


class TestSending:
    def test_a_callback_is_signed_and_says_where_the_result_is(self, receiver: Receiver) -> None:
        state = done()
        callbacks_to(receiver).send(state)
        (told,) = receiver.told
        assert told.path == "/done?of=me"
        assert told.headers["Host"] == HOST
        assert told.headers["X-Qingsheng-Delivery"] == state.job.task_id
        result = f"/tts/result/{state.job.task_id}"
        assert json.loads(told.body) == {"task_id": state.job.task_id, "status": "done", "result": result}
        at = told.headers["X-Qingsheng-Signature"].removeprefix("t=").split(",")[0]
        expected = hmac.new(SECRET, at.encode() + b"." + told.body, hashlib.sha256).hexdigest()
        assert told.headers["X-Qingsheng-Signature"] == f"t={at},v1={expected}"
        assert abs(time.time() - int(at)) < 600

    def test_a_signature_is_of_this_body_this_time_and_this_secret(self) -> None:
        signed = {signature(SECRET, b"a", 1), signature(SECRET, b"b", 1), signature(SECRET, b"a", 2)}
        assert len({part.split("v1=")[1] for part in signed | {signature(b"x", b"a", 1)}}) == 4

    def test_an_address_inside_is_not_connected_to(self, receiver: Receiver) -> None:
        with pytest.raises(CallbackFailedError, match="not public"):
            callbacks_to(receiver, anywhere=False).send(done())
        assert receiver.told == []

    def test_nor_is_a_name_with_one_of_its_addresses_inside(self, receiver: Receiver) -> None:
        places: list[Place] = [("127.0.0.1", receiver.port), ("10.0.0.1", 443)]
        network = Network(lambda _: places, lambda address: address == "127.0.0.1", receiver.authorities)
        with pytest.raises(CallbackFailedError, match="not public"):
            Callbacks([HOST], SECRET, network).send(done())
        assert receiver.told == []

    def test_a_name_is_looked_up_once_and_what_was_checked_is_called(self, receiver: Receiver) -> None:
        places: list[Place] = [("127.0.0.1", receiver.port)]
        network = Network(lambda _: [places.pop()], lambda _: True, receiver.authorities)
        Callbacks([HOST], SECRET, network).send(done())
        assert len(receiver.told) == 1

    def test_a_redirection_is_not_followed(self, tmp_path: Path) -> None:
        with Receiver(HOST, tmp_path, 307) as receiver:
            with pytest.raises(CallbackFailedError, match="307"):
                callbacks_to(receiver).send(done())
            assert len(receiver.told) == 1

    def test_a_server_that_cannot_prove_its_name_is_told_nothing(self, receiver: Receiver) -> None:
        with pytest.raises(CallbackFailedError, match="SSLError"):
            callbacks_to(receiver, host="other.example.com").send(done("https://other.example.com/"))
        assert receiver.told == []

    def test_a_server_that_nobody_vouches_for_is_told_nothing(self, receiver: Receiver) -> None:
        network = Network(lambda _: [("127.0.0.1", receiver.port)], lambda _: True)
        with pytest.raises(CallbackFailedError, match="SSLError"):
            Callbacks([HOST], SECRET, network).send(done())
        assert receiver.told == []

    def test_an_unknown_name_is_a_failure_like_others(self) -> None:
        def look_up(host: str) -> list[Place]:
            raise OSError(f"no {host}")

        with pytest.raises(CallbackFailedError):
            Callbacks([HOST], SECRET, Network(look_up)).send(done())


class TestDelivery:
    def test_it_is_tried_again_until_it_gets_through(
        self, workshop: Workshop, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)
        with Receiver(HOST, tmp_path, 500, 503) as receiver:
            workshop.callbacks = callbacks_to(receiver)
            workshop.stage.go()
            workshop.hire()
            job = new_job("你好", callback_url=URL)
            workshop.jobs.submit(job)
            until(lambda: "told" in outcomes(caplog, CALLBACK))
        assert outcomes(caplog, CALLBACK) == ["retried", "retried", "told"]
        assert [told.headers["X-Qingsheng-Delivery"] for told in receiver.told] == [job.task_id] * 3

    def test_a_failure_is_told_too(self, workshop: Workshop, receiver: Receiver) -> None:
        workshop.callbacks = callbacks_to(receiver)
        workshop.hire()
        job = new_job(UNSPEAKABLE, callback_url=URL)
        workshop.jobs.submit(job)
        until(lambda: receiver.told)
        assert json.loads(receiver.told[0].body) == {"task_id": job.task_id, "status": "failed"}

    def test_it_is_given_up_after_some_time(
        self, workshop: Workshop, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)
        with Receiver(HOST, tmp_path, *[500] * 10) as receiver:
            workshop.callbacks = callbacks_to(receiver)
            workshop.stage.go()
            workshop.hire()
            job = new_job("你好", callback_url=URL)
            workshop.jobs.submit(job)
            until(lambda: "untold" in outcomes(caplog, CALLBACK))
        assert outcomes(caplog, CALLBACK) == ["retried"] * 5 + ["untold"]
        assert len(receiver.told) == 6
        assert workshop.when_ended(job.task_id).status == "done"
