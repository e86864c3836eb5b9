"""Subtitles as files: SubRip and WebVTT (https://www.w3.org/TR/webvtt1/)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

SUBTITLES: Mapping[str, str] = MappingProxyType({"srt": "application/x-subrip", "vtt": "text/vtt"})
"""The formats that can be written, by the ends of their files' names, and their MIME types."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One subtitle: what is shown, and from when to when, in seconds."""

    text: str
    start: float
    end: float


def subtitles(cues: Iterable[Cue], format: str) -> str:
    """Writes cues in one of the formats of ``SUBTITLES``.

    Raises:
        ValueError: the format is none of these.
    """
    if format not in SUBTITLES:
        raise ValueError(f"The subtitles' format must be one of {', '.join(SUBTITLES)}, not {format}.")
    return srt(cues) if format == "srt" else webvtt(cues)


def srt(cues: Iterable[Cue]) -> str:
    """Writes cues as SubRip: numbered from 1, times as ``00:00:01,250``, each followed by a blank line.

    A cue's text becomes one line; a cue without text is left out.
    """
    shown = [cue for cue in cues if cue.text.strip()]
    return "".join(
        f"{number}\n{_times(cue, ',')}\n{_line(cue.text)}\n\n" for number, cue in enumerate(shown, 1)
    )


def webvtt(cues: Iterable[Cue]) -> str:
    """Writes cues as WebVTT: the header, then each cue behind a blank line, times as ``00:00:01.250``.

    A cue's text becomes one line, with ``&``, ``<`` and ``>`` escaped; a cue without text is left out.
    """
    shown = (cue for cue in cues if cue.text.strip())
    return "WEBVTT\n" + "".join(f"\n{_times(cue, '.')}\n{_escaped(_line(cue.text))}\n" for cue in shown)


def _times(cue: Cue, point: str) -> str:
    return f"{_stamp(cue.start, point)} --> {_stamp(cue.end, point)}"


def _stamp(seconds: float, point: str) -> str:
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    minutes, second = divmod(whole, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}{point}{thousandths:03}"


def _line(text: str) -> str:
    """A blank line would end the cue, and an arrow of ASCII begin the next."""
    return " ".join(text.split()).replace("-->", "→")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
