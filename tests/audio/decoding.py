"""Reading what was encoded, with other code than wrote it as far as there is some."""

from __future__ import annotations

from io import BytesIO

import av
import numpy as np
import soundfile

from service.audio.pcm import Samples


def decoded(content: bytes, rate: int, format: str) -> Samples:
    """Gives the sound of a file or stream, which must be mono at that rate."""
    if format == "pcm":
        return np.asarray(np.frombuffer(content, "<i2") / 32767, np.float32)
    if format == "aac":
        return decoded_by_ffmpeg(content, rate, format)
    with soundfile.SoundFile(BytesIO(content)) as file:
        assert (file.samplerate, file.channels) == (rate, 1)
        return np.asarray(file.read(dtype="float32"), np.float32)


def decoded_by_ffmpeg(content: bytes, rate: int, format: str) -> Samples:
    """Gives the sound as FFmpeg's players hear it, which are told the format as browsers are."""
    with av.open(BytesIO(content), format=format) as container:
        stream = container.streams.audio[0]
        assert (stream.rate, stream.channels) == (rate, 1)
        pieces = [frame.to_ndarray()[0] for frame in container.decode(stream)]
    sound = np.concatenate(pieces)
    return np.asarray(sound / 32768 if sound.dtype == np.int16 else sound, np.float32)


def likeness(sound: Samples, original: Samples) -> float:
    """Gives the correlation with the original at the delay where it is greatest."""
    size = 2 * max(len(sound), len(original))
    product = np.fft.rfft(sound, size) * np.conj(np.fft.rfft(original, size))
    return float(np.fft.irfft(product).max() / (np.linalg.norm(sound) * np.linalg.norm(original)))
