"""HiFi-GAN gives what the reference gives, for the reference's own mels where the vectors have them.

The source of an NSF voice adds up F0 over time, so a mel that is right to the last bit but one, which
is all that the acoustic model owes, is not enough to compare samples by.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
from torch import Tensor

from service.models.excitation import Randomness
from service.models.hifigan import HifiGan
from service.models.sambert import Sambert
from tests.models import golden

TOLERANCE = 1e-4
NOISE = 0.003
EXCITED = [name for name in golden.names() if "excitation" in golden.values(name)]


@cache
def vocoder(voice: str) -> HifiGan:
    return HifiGan(golden.voice(voice))


@cache
def mel(name: str) -> Tensor:
    """The reference's mel, as far as it is there, and ours for the rest."""
    values = golden.values(name)
    given = Sambert(golden.voice(name)).speak(golden.line(name)).mel_vocoder.clone()
    for key in ("mel", "mel_voc"):  # the second, where there is one, has F0 in Hz
        if key in values:
            given = torch.tensor(values[key])
    if "mel_voc_f0uv" in values:
        given[:, -2:] = torch.tensor(values["mel_voc_f0uv"])
    return given


def noise(name: str) -> np.ndarray:
    """The noise that the reference was given."""
    samples = 200 * len(mel(name))
    drawn = np.random.default_rng(int(golden.values(name)["noise_seed"])).standard_normal((8, samples))
    scaled: np.ndarray = drawn.astype(np.float32) * np.float32(NOISE)
    return scaled


@cache
def excitation(name: str) -> Tensor | None:
    if name not in EXCITED:
        return None
    phases = torch.tensor(golden.values(name)["phase_u"])
    randomness = Randomness(phases, torch.tensor(noise(name)))
    return vocoder(name.split("__")[0]).excitation(mel(name), randomness)


@cache
def samples(name: str) -> np.ndarray:
    spoken: np.ndarray = vocoder(name.split("__")[0]).speak(mel(name), excitation(name)).numpy()
    return spoken


@pytest.mark.parametrize(("name", "key"), golden.cases(["wav", "wav_head", "wav_tail"]))
def test_samples_are_the_references(name: str, key: str) -> None:
    expected = golden.values(name)[key]
    count = len(expected)
    given = {"wav": samples(name), "wav_head": samples(name)[:count], "wav_tail": samples(name)[-count:]}[key]
    np.testing.assert_allclose(given, expected, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize(("name", "key"), golden.cases(["n_samples"]))
def test_there_are_as_many_samples(name: str, key: str) -> None:
    assert len(samples(name)) == golden.values(name)[key]


@pytest.mark.parametrize(("name", "key"), golden.cases(["int16"]))
def test_as_16_bit_they_differ_in_the_last_bit_at_most(name: str, key: str) -> None:
    given = (samples(name) * 32768).astype(np.int16).astype(int)
    assert np.abs(given - golden.values(name)[key]).max() <= 1


@pytest.mark.parametrize("name", EXCITED)
def test_the_noise_is_the_one_that_the_reference_was_given(name: str) -> None:
    values = golden.values(name)
    np.testing.assert_array_equal(noise(name)[0, :8], values["noise_first8"])
    np.testing.assert_allclose(noise(name).sum(dtype=np.float64), values["noise_sum"], rtol=1e-6)


@pytest.mark.parametrize("name", EXCITED)
def test_the_excitation_is_the_references(name: str) -> None:
    source, expected = excitation(name), golden.values(name)["excitation"]
    assert source is not None
    np.testing.assert_allclose(source[: len(expected)], expected, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize(("name", "key"), golden.cases(["wav_torch_seed"]))
def test_a_seed_gives_what_the_reference_draws_from_it(name: str, key: str) -> None:
    hifigan, expected = vocoder(name.split("__")[0]), golden.values(name)[key]
    randomness = hifigan.draw(len(mel(name)), torch.Generator().manual_seed(1234))
    given = hifigan.speak(mel(name), hifigan.excitation(mel(name), randomness))
    np.testing.assert_allclose(given[: len(expected)], expected, rtol=0, atol=TOLERANCE)


def test_a_causal_vocoder_hears_nothing_of_later_frames() -> None:
    hifigan, frames = vocoder("causal_emo"), mel("causal_emo__short")
    changed = frames.clone()
    changed[30:] = 0
    one, other = hifigan.speak(frames), hifigan.speak(changed)
    assert torch.equal(one[: 30 * 200], other[: 30 * 200])
    assert not torch.equal(one[30 * 200 :], other[30 * 200 :])


def test_an_nsf_voice_needs_an_excitation() -> None:
    with pytest.raises(ValueError, match="needs an excitation"):
        vocoder("nsf_emo").speak(mel("nsf_emo__short"))


def test_another_voice_has_no_use_for_one() -> None:
    hifigan, frames = vocoder("plain_emo"), mel("plain_emo__short")
    with pytest.raises(ValueError, match="takes no excitation"):
        hifigan.speak(frames, torch.zeros(200 * len(frames)))
    with pytest.raises(ValueError, match="no source"):
        hifigan.draw(len(frames), torch.Generator())
