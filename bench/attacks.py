"""Random requests, from the harmless to the hostile."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass

# Most texts go with an emotion that no voice has: they are read whole, but not spoken.
_UNSPOKEN = {"emotion": "none of them"}
_SPOKEN = ("好", "你好", "3.5%", "hello", "一二三", "啊！", "GPT-4", "€", "<speak>好</speak>")

_EMOTIONS = ("neutral", "happy", "sad", "angry", "fear", "surprise", "disgust")

_WORDS = (
    "你好", "世界", "2024年3月5日", "¥1,234.5", "-1/2", "hello",
    "A座1203室", "第Ⅲ章", "α≥β", "😀", "🇨🇳", "a@b.cn",
)  # fmt: skip
_SOUP = (  # first and last of a range of characters
    "一龥",
    " ~",
    "\u0300\u036f",
    "\u200b\u202e",
    "\ue000\ue0ff",
    "\U0001f300\U0001f6ff",
    "\x00\x1f",
)
_TAGS = (
    "p", "s", "break", "emotion", "voice",
    "prosody", "phoneme", "say-as", "sub", "script", "a:b",
)  # fmt: skip
_ATTRIBUTES = (
    "category", "intensity", "rate", "pitch", "volume",
    "time", "alphabet", "ph", "interpret-as", "name",
)  # fmt: skip
_VALUES = (
    "happy", "-1", "200%", "+2st", "1e999", "9999999s",
    "500ms", "py", "ni3", "digits", "date", "&quot;",
)  # fmt: skip
_HOSTILE = (
    '<!DOCTYPE speak [<!ENTITY a "a"><!ENTITY b "&a;&a;">]><speak>&b;</speak>',
    '<!DOCTYPE speak SYSTEM "file:///etc/passwd"><speak>好</speak>',
    "<speak>" * 5000 + "好" + "</speak>" * 5000,
    "<speak>" + "<p>" * 20_000,
    "<speak><![CDATA[好]]></speak>",
    "<speak>&#0;&#xD800;&bogus;</speak>",
)
_FIELDS = {
    "voice": "nobody", "emotion": "sad", "intensity": 1, "speed": 1, "pitch": 0, "volume": 1,
    "format": "wav", "sample_rate": 16000, "response": "audio", "lang": "zh",
}  # fmt: skip


@dataclass(frozen=True)
class Attack:
    """One request."""

    kind: str
    body: bytes
    method: str = "POST"
    path: str = "/tts"
    content_type: str = "application/json"


def _tts(kind: str, body: object) -> Attack:
    return Attack(kind, json.dumps(body).encode())


def _spoken(chance: random.Random) -> Attack:
    body = {
        "text": chance.choice(_SPOKEN),
        "emotion": chance.choice(_EMOTIONS),
        "response": chance.choice(["audio", "base64", "json"]),
    }
    return _tts("spoken", body)


def _soup_text(chance: random.Random) -> str:
    def character() -> str:
        first, last = map(ord, chance.choice(_SOUP))
        return chr(chance.randint(first, last))

    pieces = [
        chance.choice(_WORDS) if chance.random() < 0.3 else character() for _ in range(chance.randint(0, 40))
    ]
    return "".join(pieces)


def _soup(chance: random.Random) -> Attack:
    return _tts("unicode soup", {"text": _soup_text(chance), **_UNSPOKEN})


def _spoken_soup(chance: random.Random) -> Attack:
    """One of a few, so that the service speaks some of them and finds most in its cache."""
    text = _soup_text(random.Random(chance.randrange(40)))  # noqa: S311
    return _tts("spoken soup", {"text": text[:12]})


def _element(chance: random.Random, depth: int) -> str:
    if depth == 0 or chance.random() < 0.2:
        return chance.choice(_WORDS)
    attributes = "".join(
        f' {chance.choice(_ATTRIBUTES)}="{chance.choice(_VALUES)}"' for _ in range(chance.randint(0, 2))
    )
    tag = chance.choice(_TAGS)
    inner = "".join(_element(chance, depth - 1) for _ in range(chance.randint(0, 3)))
    return f"<{tag}{attributes}>{inner}" + (f"</{tag}>" if chance.random() < 0.9 else "")


def _ssml(chance: random.Random) -> Attack:
    inner = "".join(_element(chance, chance.randint(1, 4)) for _ in range(chance.randint(1, 2)))
    return _tts("ssml", {"text": f"<speak>{inner}</speak>", **_UNSPOKEN})


def _hostile(chance: random.Random) -> Attack:
    return _tts("hostile ssml", {"text": chance.choice(_HOSTILE), **_UNSPOKEN})


def _long(chance: random.Random) -> Attack:
    return _tts("100,000 characters", {"text": ((_soup_text(chance) + "好") * 100_000)[:100_000]})


def _value(chance: random.Random, depth: int = 3) -> object:
    kind = chance.randrange(8 if depth else 6)
    if kind == 6:
        return [_value(chance, depth - 1) for _ in range(chance.randint(0, 3))]
    if kind == 7:
        return {_soup_text(chance)[:5]: _value(chance, depth - 1) for _ in range(chance.randint(0, 3))}
    number = chance.choice([0, -1, 1e308, 10**30, 0.5, 2.5, float("nan"), float("inf")])
    return [None, True, number, chance.uniform(-15, 15), _soup_text(chance), ""][kind]


def _any_json(chance: random.Random) -> Attack:
    return _tts("any JSON", _value(chance))


def _wrong_fields(chance: random.Random) -> Attack:
    body: dict[str, object] = {"text": _value(chance) if chance.random() < 0.3 else "。"}
    for name in chance.sample(sorted(_FIELDS), chance.randint(1, 4)):
        body[name] = _value(chance) if chance.random() < 0.7 else _FIELDS[name]
    return _tts("wrong fields", {**body, **_UNSPOKEN})


def _bytes(chance: random.Random) -> Attack:
    return Attack("any bytes", chance.randbytes(chance.randint(0, 300)))


def _mutated(chance: random.Random) -> Attack:
    body = bytearray(json.dumps({"text": "你好", **_UNSPOKEN}, ensure_ascii=False).encode())
    for _ in range(chance.randint(1, 4)):
        body[chance.randrange(len(body))] = chance.randrange(256)
    return Attack(
        "mutated JSON", bytes(body[: chance.randint(1, len(body))] if chance.random() < 0.3 else body)
    )


def _surrogates(chance: random.Random) -> Attack:
    half = f"\\u{chance.randint(0xD800, 0xDFFF):04x}"
    template = chance.choice(['{"text": "好%s"}', '{"text": "好", "%s": 1}', '{"text": "好", "voice": "%s"}'])
    return Attack("lone surrogates", (template % half).encode())


def _deep(chance: random.Random) -> Attack:
    return Attack("deep nesting", chance.choice([b"[", b'{"text":']) * chance.randint(100, 50_000))


def _elsewhere(chance: random.Random) -> Attack:
    return Attack(
        "other routes",
        b'{"text": ""}',
        chance.choice(["GET", "PUT", "DELETE", "PATCH", "POST"]),
        chance.choice(["/tts", "/voices", "/healthz", "/livez", "/", "/tts/", "/..%2f..%2fetc", "/%ff%00"]),
        chance.choice(
            ["application/json", "text/plain", "multipart/form-data", "\xff", "application/json; a=b"]
        ),
    )


KINDS: dict[Callable[[random.Random], Attack], int] = {
    _spoken: 8,
    _spoken_soup: 2,
    _soup: 20,
    _ssml: 20,
    _hostile: 2,
    _long: 1,
    _any_json: 10,
    _wrong_fields: 15,
    _bytes: 5,
    _mutated: 10,
    _surrogates: 2,
    _deep: 1,
    _elsewhere: 4,
}
"""What makes requests, and how many in a hundred each makes."""
