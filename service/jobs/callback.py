"""Telling a client that its job has ended: over TLS, to hosts that the operator chose, signed."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
import socket
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

import urllib3

from service.jobs.job import JobState

_PORT = 443
_SECONDS = 5.0
_LONGEST_URL = 2048
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Place = tuple[str, int]
"""An IP address and a port."""


class CallbackUrlError(ValueError):
    """A callback_url that is not allowed; the message is one plain sentence, fit for a client."""


class CallbackFailedError(Exception):
    """The client could not be told. It may be another time."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, also by what it may be translated to."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return is_public(str(parsed.ipv4_mapped))
        if parsed.sixtofour or parsed.teredo or parsed in _NAT64:
            return False
    return parsed.is_global and not parsed.is_multicast


def look_up(host: str) -> list[Place]:
    """The places that a host's name stands for.

    Raises:
        OSError: there is no such name.
    """
    found = socket.getaddrinfo(host, _PORT, type=socket.SOCK_STREAM)
    return [(str(place[0]), int(place[1])) for *_, place in found]


@dataclass(frozen=True, slots=True)
class Network:
    """How hosts are reached.

    Attributes:
        look_up: gives the places that a name stands for.
        allowed: whether an IP address may be connected to.
        authorities: a file with the certificate authorities that are trusted; None for the system's.
    """

    look_up: Callable[[str], Sequence[Place]] = look_up
    allowed: Callable[[str], bool] = is_public
    authorities: str | None = None


class Callbacks:
    """Sends word of jobs that have ended."""

    def __init__(self, hosts: Collection[str], secret: bytes, network: Network | None = None) -> None:
        """To those ``hosts`` alone, and signed with the ``secret``. Without hosts there are no callbacks."""
        self._hosts = frozenset(host.lower() for host in hosts)
        self._secret = secret
        self._network = network or Network()

    def check(self, url: str) -> None:
        """Does nothing if an address may be called.

        Raises:
            CallbackUrlError: it may not; the message says why.
        """
        if not self._hosts:
            raise CallbackUrlError("This service sends no callbacks, so there can be no 'callback_url'.")
        parts = _split(url)
        if parts is None or parts.scheme != "https" or not parts.hostname:
            raise CallbackUrlError("Field 'callback_url' must be an address that starts with https://.")
        if "@" in parts.netloc or parts.port not in (None, _PORT):
            raise CallbackUrlError("Field 'callback_url' must be without a user and with no port but 443.")
        if parts.hostname not in self._hosts:
            raise CallbackUrlError("Field 'callback_url' names a host that this service does not call.")

    def send(self, state: JobState) -> None:
        """Tells the client of a job that it has ended. Receivers know doubles by ``X-Qingsheng-Delivery``.

        Raises:
            CallbackFailedError: it did not answer with a status from 200 to 299, or must not be called.
        """
        url = state.job.callback_url or ""
        try:
            self.check(url)
        except CallbackUrlError:  # allowed when the job was taken, but not any more
            raise CallbackFailedError("the address is not allowed") from None
        parts = urlsplit(url)
        host, body = parts.hostname or "", _body(state)
        headers = {
            "Host": host,
            "Content-Type": "application/json",
            "User-Agent": "qingsheng",
            "X-Qingsheng-Delivery": state.job.task_id,
            "X-Qingsheng-Signature": signature(self._secret, body, int(time.time())),
        }
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        status = self._post(host, target, body, headers)
        if not 200 <= status < 300:
            raise CallbackFailedError(f"the receiver answered {status}")

    def _post(self, host: str, target: str, body: bytes, headers: dict[str, str]) -> int:
        """Gives the status of the answer; the rest of it is not read.

        The connection goes to the very address that has been checked, whatever the name stands for by then.
        """
        try:
            address, port = self._place(host)
            pool = urllib3.HTTPSConnectionPool(
                address,
                port,
                timeout=urllib3.Timeout(total=_SECONDS),
                retries=False,
                cert_reqs="CERT_REQUIRED",
                ca_certs=self._network.authorities,
                server_hostname=host,
                assert_hostname=host,
            )
            with pool:
                options = {"redirect": False, "preload_content": False, "assert_same_host": False}
                answer = pool.urlopen("POST", target, body, headers, **options)
                answer.close()
                return answer.status
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise CallbackFailedError(type(error).__name__) from None

    def _place(self, host: str) -> Place:
        places = self._network.look_up(host)
        if not places or not all(self._network.allowed(address) for address, _ in places):
            raise CallbackFailedError("the host has an address that is not public")
        return places[0]


def signature(secret: bytes, body: bytes, at: int) -> str:
    """The header that proves a callback: HMAC-SHA-256 of the time, a dot and the body.

    ``at`` is in seconds since 1970, so that receivers can refuse what is old.
    """
    digest = hmac.new(secret, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def _split(url: str) -> SplitResult | None:
    """The parts of an address, or None for what is none."""
    if len(url) > _LONGEST_URL or not url.isascii() or not url.isprintable() or {" ", "\\"} & set(url):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port  # which is where a bad one is found out
    except ValueError:
        return None
    return parts


def _body(state: JobState) -> bytes:
    told = {"task_id": state.job.task_id, "status": state.status}
    if state.status == "done":
        told["result"] = f"/tts/result/{state.job.task_id}"
    return json.dumps(told).encode()
