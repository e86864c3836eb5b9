"""What `helm test` runs in the cluster: has a sentence spoken, and makes sure that the answer is speech."""

from __future__ import annotations

import array
import io
import json
import math
import os
import sys
import urllib.error
import urllib.request
import wave

_TIMEOUT = 120.0
_QUIETEST = 200.0  # of 32767; speech is above 1000, silence below 10
_SHORTEST, _LONGEST = 0.05, 2.0  # seconds for each character


def ask(url: str, text: str, key: str) -> bytes:
    """Gives the wav that the service at ``url`` makes of ``text``."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
    body = json.dumps({"text": text, "format": "wav"}).encode()
    request = urllib.request.Request(f"{url}/tts", body, headers)  # noqa: S310  the chart names the address
    with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310
        content: bytes = answer.read()
    return content


def measure(recording: bytes) -> tuple[float, float]:
    """The length of a wav in seconds, and its loudness as a root mean square of 0 to 32767."""
    with wave.open(io.BytesIO(recording)) as sound:
        if (sound.getnchannels(), sound.getsampwidth()) != (1, 2):
            raise ValueError("this is not 16 bit mono")
        rate, samples = sound.getframerate(), array.array("h", sound.readframes(sound.getnframes()))
    if not samples:
        raise ValueError("there is no sound in it")
    return len(samples) / rate, math.sqrt(sum(sample * sample for sample in samples) / len(samples))


def main() -> None:
    """Ends with a sentence, and with status 1 if it is a complaint."""
    url, text = os.environ["QINGSHENG_URL"], os.environ["QINGSHENG_TEXT"]
    try:
        seconds, loudness = measure(ask(url, text, os.environ.get("QINGSHENG_KEY", "")))
    except urllib.error.HTTPError as error:
        sys.exit(f"{url} answers {error.code}: {error.read(1000).decode('utf-8', 'replace')}")
    except (OSError, EOFError, ValueError, wave.Error) as error:
        sys.exit(f"{url} does not speak: {error}")
    if not _SHORTEST * len(text) <= seconds <= _LONGEST * len(text):
        sys.exit(f"{seconds:.2f} s is not how long {len(text)} characters take.")
    if loudness < _QUIETEST:
        sys.exit(f"The answer is silent: its loudness is {loudness:.0f}.")
    print(f"{url} said {text!r} in {seconds:.2f} s, with a loudness of {loudness:.0f}.")


if __name__ == "__main__":
    main()
