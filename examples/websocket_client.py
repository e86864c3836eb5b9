"""Speaks text as it comes, over the WebSocket of a running service.

    pip install websocket-client
    qingsheng serve                               # in another terminal, or: make run
    python examples/websocket_client.py           # a short text, word by word, as a language model gives it
    some-program | python examples/websocket_client.py -                # what another program writes
    python examples/websocket_client.py -o hello.pcm --emotion happy --speed 1.2

Events are printed as they come; the speech is written to hello.wav, or to a name that ends in .pcm as bare
samples. QINGSHENG_KEY holds the key of a service that asks for one.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import time
import wave
from collections.abc import Iterable, Iterator
from pathlib import Path

import websocket

DEMO = ("您好，", "欢迎", "使用", "情声。", "第一句", "还没", "说完，", "第二句", "就来了！")


def main() -> int:
    """Speaks, and gives the exit status: 0 when all was spoken."""
    options = read_options()
    headers = [f"X-API-Key: {key}"] if (key := os.environ.get("QINGSHENG_KEY")) else []
    connection = websocket.create_connection(options.url, timeout=60, header=headers)
    style = {"emotion": options.emotion, "speed": options.speed}
    if options.voice:
        style["voice"] = options.voice
    connection.send(json.dumps({"type": "start", **style}))
    text = demo() if options.text != "-" else read_stdin()
    threading.Thread(target=send, args=(connection, text), daemon=True).start()
    try:
        rate, audio = listen(connection)
    finally:
        connection.close()
    if audio:
        write(options.output, audio, rate)
        print(f"{options.output}: {len(audio) / 2 / rate:.1f} s")
    return 0 if audio else 1


def read_options() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description="Speaks text as it comes.")
    parser.add_argument("text", nargs="?", choices=["-"], help="- speaks what standard input gives")
    parser.add_argument("--url", default="ws://127.0.0.1:8080/tts/ws")
    parser.add_argument("-o", "--output", type=Path, default=Path("hello.wav"))
    parser.add_argument("--voice")
    parser.add_argument("--emotion", default="neutral")
    parser.add_argument("--speed", type=float, default=1.0)
    return parser.parse_args()


def demo() -> Iterator[str]:
    """Yields a text in pieces, with the pauses that a language model makes."""
    for piece in DEMO:
        time.sleep(0.05)
        yield piece


def read_stdin() -> Iterator[str]:
    """Yields what standard input gives, as soon as it is there."""
    while piece := sys.stdin.read(1):
        yield piece


def send(connection: websocket.WebSocket, text: Iterable[str]) -> None:
    """Sends the text. A person who interrupts would have ``{"type": "cancel"}`` sent."""
    for piece in text:
        connection.send(json.dumps({"type": "text", "text": piece}))
    connection.send(json.dumps({"type": "end"}))


def listen(connection: websocket.WebSocket) -> tuple[int, bytes]:
    """Prints events, and gives the sample rate and the samples when the utterance is over."""
    rate, audio = 0, bytearray()
    while True:
        message = connection.recv()
        if isinstance(message, bytes):
            audio += message
            continue
        event = json.loads(message)
        if event["type"] == "started":
            rate = event["sample_rate"]
        elif event["type"] == "sentence":
            print(f"{event['start']:6.2f} s  {event['text']}")
        elif event["type"] == "error":
            print(f"{event['code']}: {event['error']}", file=sys.stderr)
            if event["ended"]:
                return rate, bytes(audio)
        else:
            return rate, bytes(audio)


def write(path: Path, audio: bytes, rate: int) -> None:
    """Writes 16 bit mono samples, with a header unless the name ends in .pcm."""
    if path.suffix == ".pcm":
        path.write_bytes(audio)
        return
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(audio)


if __name__ == "__main__":
    sys.exit(main())
