"""A model hub on this machine, which answers what ModelScope's client asks of the real one."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit


@dataclass
class Hub:
    """One model at some revisions.

    Attributes:
        model_id: ``owner/name``.
        folder: its files.
        revisions: those that the hub knows.
        broken: paths of files whose download fails.
        requests: the paths and queries that were asked for, in order.
        address: where it listens.
    """

    model_id: str
    folder: Path
    revisions: tuple[str, ...] = ("master",)
    broken: frozenset[str] = frozenset()
    requests: list[str] = field(default_factory=list)
    address: str = ""

    def asked_revisions(self) -> set[str]:
        queries = (parse_qs(urlsplit(request).query) for request in self.requests)
        return {revision for query in queries for revision in query.get("Revision", [])}

    def files(self) -> list[dict[str, object]]:
        return [_entry(path, self.folder) for path in sorted(self.folder.rglob("*"))]


@contextmanager
def running(hub: Hub) -> Iterator[Hub]:
    """Runs the hub until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    hub.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _entry(path: Path, folder: Path) -> dict[str, object]:
    entry: dict[str, object] = {
        "Name": path.name,
        "Path": path.relative_to(folder).as_posix(),
        "Type": "tree" if path.is_dir() else "blob",
        "Revision": "0" * 40,
        "Size": 0,
    }
    if path.is_file():
        content = path.read_bytes()
        entry |= {"Size": len(content), "Sha256": hashlib.sha256(content).hexdigest()}
    return entry


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            hub.requests.append(self.path)
            url = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(url.query).items()}
            base = f"/api/v1/models/{hub.model_id}"
            if not url.path.startswith(base):
                self._refuse("10010205001", "the model does not exist")
            elif query.get("Revision", "master") not in hub.revisions:
                self._refuse("10010202001", f"the revision {query['Revision']} does not exist")
            elif url.path == f"{base}/repo/files":
                self._answer({"Files": hub.files()})
            elif url.path == f"{base}/repo":
                self._send_file(query["FilePath"])
            else:
                self._answer({"Name": hub.model_id})

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

        def _send_file(self, name: str) -> None:
            if name in hub.broken:
                self._send(500, b"", "text/plain")
            else:
                self._send(200, (hub.folder / name).read_bytes(), "application/octet-stream")

        def _answer(self, data: object) -> None:
            body = {"Code": 200, "Data": data, "Message": "success", "RequestId": "1", "Success": True}
            self._send(200, json.dumps(body).encode(), "application/json")

        def _refuse(self, code: str, message: str) -> None:
            body = {"Code": int(code), "Message": message, "RequestId": "1", "Success": False}
            self._send(404, json.dumps(body).encode(), "application/json")

        def _send(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

    return Handler
