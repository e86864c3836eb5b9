from __future__ import annotations

import numpy as np
import torch

from training.audio import BANDS, FFT, HOP, RATE, WINDOW, audio_config, mel_bank, normalised_mel


def tone(hertz: float, amplitude: float = 0.5, seconds: float = 0.5) -> torch.Tensor:
    times = torch.arange(int(seconds * RATE)) / RATE
    return amplitude * torch.sin(2 * torch.pi * hertz * times)


def test_a_frame_is_a_hop_of_samples() -> None:
    for samples in (HOP, 7 * HOP, 7 * HOP + 1, 8 * HOP - 1):
        assert normalised_mel(torch.zeros(samples)).shape == (BANDS, samples // HOP)


def test_pieces_side_by_side_are_what_they_are_alone() -> None:
    both = torch.stack([tone(300), tone(900)])
    assert torch.allclose(normalised_mel(both)[1], normalised_mel(both[1]), atol=1e-6)


def test_a_tone_is_loudest_in_the_band_around_it() -> None:
    bins = np.linspace(0, RATE / 2, FFT // 2 + 1)
    for hertz in (200.0, 1000.0, 4000.0):
        band = int(normalised_mel(tone(hertz))[:, 10].argmax())
        inside = bins[mel_bank(FFT)[band] > 0]
        assert inside.min() - 8 <= hertz <= inside.max() + 8


def test_all_frequencies_up_to_8_khz_count() -> None:
    covered = mel_bank(FFT).sum(axis=0) > 0
    assert covered[2:-1].all()


def test_twice_as_loud_is_the_same_step_everywhere() -> None:
    quiet, loud = normalised_mel(tone(500, 0.2)), normalised_mel(tone(500, 0.4))
    band = int(quiet[:, 10].argmax())
    assert np.isclose(float((loud - quiet)[band, 10]), np.log(2) / 2.5, atol=1e-3)


def test_a_frame_lies_in_the_middle_of_its_samples() -> None:
    click = torch.zeros(20 * HOP)
    click[10 * HOP + HOP // 2] = 1
    energy = normalised_mel(click).sum(0)
    assert torch.allclose(energy[8], energy[12], atol=0.5)
    assert int(energy.argmax()) in (9, 10, 11)


def test_the_voice_is_told_the_same_numbers() -> None:
    config = audio_config()
    assert (config["sampling_rate"], config["hop_length"]) == (RATE, HOP) == (16_000, 200)
    assert (config["n_fft"], config["win_length"], config["n_mels"]) == (FFT, WINDOW, BANDS)
    silence = float(normalised_mel(torch.zeros(4000)).max())
    floor = (np.log(config["log_floor"]) - config["log_mean"]) / config["log_deviation"]
    assert np.isclose(silence, floor, atol=0.3)
