"""The embedded voice: Kokoro-82M, quantised, with Mandarin styles. Outside, only ``load_voices`` is used."""

from service.kokoro.voice import load_voices

__all__ = ["load_voices"]
