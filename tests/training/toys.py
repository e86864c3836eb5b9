"""Takes by hand: symbols of real sentences, and tones that follow them."""

from __future__ import annotations

import numpy as np

from service.text.frontend import FrontEnd
from service.text.sentence import Style
from service.text.symbols import SymbolRenderer
from training.audio import HOP, RATE
from training.features import Example, Scale, example, unit
from training.takes import Take

VOICES = ("xiaobei", "yunjian")
EMOTIONS = ("neutral", "happy", "sad")
UNIT = unit(VOICES, EMOTIONS)
TEXTS = ("你好，世界。", "今天天气真好。", "他喜欢听音乐。", "小猫在睡觉。", "我们明天去公园玩儿。", "谢谢。")


def takes(count: int = 6) -> list[Take]:
    """So many takes, the voices and emotions by turns."""
    frontend = FrontEnd()
    return [_take(frontend, TEXTS[place % len(TEXTS)], place) for place in range(count)]


def examples(count: int = 6) -> list[Example]:
    """The same as numbers."""
    made = takes(count)
    scale = Scale.of(made)
    return [example(take, scale, UNIT) for take in made]


def _take(frontend: FrontEnd, text: str, seed: int) -> Take:
    voice, emotion = VOICES[seed % 2], EMOTIONS[seed % 3]
    (sentence,) = frontend.read(text, Style(emotion=emotion))
    line = SymbolRenderer().render(sentence, voice)
    drawn = np.random.default_rng(seed)
    durations = np.array([0 if "{#1" in symbol else drawn.integers(3, 9) for symbol in line.split()])
    frames = int(durations.sum())
    f0 = np.repeat(drawn.uniform(150, 300, len(durations)), durations)
    voiced = np.repeat([not symbol.startswith("{#") for symbol in line.split()], durations)
    phase = np.cumsum(np.repeat(f0 * voiced, HOP)) / RATE
    samples = 0.3 * np.sin(2 * np.pi * phase) + 0.01 * drawn.standard_normal(frames * HOP)
    return Take(
        name=f"{voice}-{emotion}-{seed}",
        said=sentence.text,
        line=line,
        voice=voice,
        emotion=emotion,
        intensity=1.0 if seed % 2 else 0.5,
        held_out=False,
        syllables=len(text) - 1,
        samples=samples.astype(np.float32),
        durations=durations.astype(np.int64),
        f0=f0.astype(np.float32),
        voiced=voiced,
    )
