"""Speaks a text while it is being made: ``python examples/stream.py 你好。 | ffplay -autoexit -nodisp -``.

Needs nothing but Python. The service's address comes from QINGSHENG_URL, a key from QINGSHENG_KEY.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
from urllib.parse import urlsplit

_AT_MOST = 65536  # bytes to take at once; whatever is there is taken


def main() -> None:
    """Writes the audio to standard output as it comes."""
    if len(sys.argv) != 2:
        sys.exit("Usage: python examples/stream.py TEXT > speech.mp3")
    response = _ask(sys.argv[1])
    if response.status != http.client.OK:
        sys.exit(json.loads(response.read())["error"])
    try:
        while piece := response.read1(_AT_MOST):
            sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
    except http.client.IncompleteRead:
        sys.exit("The service could not speak the text to its end.")


def _ask(text: str) -> http.client.HTTPResponse:
    address = urlsplit(os.environ.get("QINGSHENG_URL", "http://localhost:8080"))
    secure = address.scheme == "https"
    connect = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = connect(address.netloc, timeout=60)
    headers = {"Content-Type": "application/json"}
    if key := os.environ.get("QINGSHENG_KEY"):
        headers["Authorization"] = f"Bearer {key}"
    body = json.dumps({"text": text, "format": "mp3"})
    connection.request("POST", f"{address.path.rstrip('/')}/tts/stream", body, headers)
    return connection.getresponse()


if __name__ == "__main__":
    main()
