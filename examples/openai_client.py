"""Speaks through the official OpenAI client: ``pip install openai``.

    python examples/openai_client.py                                  # a service on this computer
    python examples/openai_client.py http://tts.example.com:8080/v1   # another one
    OPENAI_API_KEY=qs_... python examples/openai_client.py            # one that asks for a key

Writes plain.mp3, streamed.wav and events.mp3 into the current folder.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from pathlib import Path

from openai import OpenAI

ADDRESS = "http://127.0.0.1:8080/v1"
TEXT = "您好，这里是情声。今天天气真好，我们一起去公园走走吧！"


def plain(client: OpenAI, file: Path) -> None:
    """Waits for the whole of the audio."""
    speech = client.audio.speech.create(model="tts-1", voice="alloy", input=TEXT)
    speech.write_to_file(file)


def streamed(client: OpenAI, file: Path) -> None:
    """Takes the audio as it is made; a player could begin with the first piece."""
    asking = client.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts",
        voice="onyx",
        input=TEXT,
        instructions="Speak in a very cheerful tone.",
        response_format="wav",
    )
    with asking as response, file.open("wb") as audio:
        for piece in response.iter_bytes():
            audio.write(piece)


def events(client: OpenAI, file: Path) -> None:
    """Takes the audio as server-sent events."""
    asking = client.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts", voice="coral", input=TEXT, instructions="用难过的语气", stream_format="sse"
    )
    with asking as response, file.open("wb") as audio:
        for line in response.iter_lines():
            if not line.startswith("data: "):
                continue
            event = json.loads(line.removeprefix("data: "))
            if event["type"] == "speech.audio.delta":
                audio.write(base64.b64decode(event["audio"]))
            elif event["type"] == "speech.audio.done":
                print("Usage:", event["usage"])
            else:
                sys.exit(f"The speech broke off: {event['error']['message']}")


def main() -> None:
    """Asks for everything once."""
    address = sys.argv[1] if len(sys.argv) > 1 else ADDRESS
    client = OpenAI(base_url=address, api_key=os.environ.get("OPENAI_API_KEY", "none"))
    print("Models:", ", ".join(model.id for model in client.models.list()))
    for speak, name in ((plain, "plain.mp3"), (streamed, "streamed.wav"), (events, "events.mp3")):
        file = Path(name)
        speak(client, file)
        print(f"{name}: {file.stat().st_size} bytes")


if __name__ == "__main__":
    main()
