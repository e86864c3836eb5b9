from __future__ import annotations

from collections.abc import Callable

import pytest

from service.text import ssml_values as values

Value = Callable[[str], float]


@pytest.mark.parametrize(
    ("read", "written", "value"),
    [
        (values.rate, "1", 1.0),
        (values.rate, "0.5", 0.5),
        (values.rate, "2", 2.0),
        (values.rate, "120%", 1.2),
        (values.rate, "+20%", 1.2),
        (values.rate, "-50%", 0.5),
        (values.rate, "200%", 2.0),
        (values.rate, "x-slow", 0.5),
        (values.rate, "medium", 1.0),
        (values.rate, "default", 1.0),
        (values.rate, "x-fast", 1.5),
        (values.pitch, "3", 3.0),
        (values.pitch, "+2st", 2.0),
        (values.pitch, "-12st", -12.0),
        (values.pitch, "+100%", 12.0),
        (values.pitch, "-50%", -12.0),
        (values.pitch, "+0%", 0.0),
        (values.pitch, "low", -3.0),
        (values.pitch, "x-high", 6.0),
        (values.volume, "0.8", 0.8),
        (values.volume, "80%", 0.8),
        (values.volume, "-20%", 0.8),
        (values.volume, "silent", 0.0),
        (values.volume, "loud", 1.4),
        (values.volume, "+0dB", 1.0),
        (values.volume, "-20dB", 0.1),
        (values.volume, "+6dB", 10**0.3),
        (values.intensity, "0", 0.0),
        (values.intensity, "0.7", 0.7),
        (values.intensity, "2", 2.0),
    ],
)
def test_a_value_in_each_of_its_forms(read: Value, written: str, value: float) -> None:
    assert read(written) == pytest.approx(value)


@pytest.mark.parametrize("written", ["0.49", "2.01", "201%", "+101%", "-51%", "0", "-1"])
def test_a_rate_outside_half_to_double(written: str) -> None:
    with pytest.raises(ValueError, match=r"must be 0\.5 to 2, 50% to 200%, or one of x-slow"):
        values.rate(written)


@pytest.mark.parametrize("written", ["12.1", "-13st", "+101%", "-51%", "-100%", "-200%"])
def test_a_pitch_outside_an_octave(written: str) -> None:
    with pytest.raises(ValueError, match="must be -12st to"):
        values.pitch(written)


@pytest.mark.parametrize("written", ["2.1", "-0.1", "201%", "+7dB", "999999dB"])
def test_a_volume_outside_zero_to_double(written: str) -> None:
    with pytest.raises(ValueError, match="must be 0 to 2"):
        values.volume(written)


@pytest.mark.parametrize("written", ["2.1", "-0.1", "50%", "strong"])
def test_an_intensity_outside_zero_to_two(written: str) -> None:
    with pytest.raises(ValueError, match="must be a number from 0 to 2"):
        values.intensity(written)


@pytest.mark.parametrize("read", [values.rate, values.pitch, values.volume, values.intensity])
@pytest.mark.parametrize("written", ["", " ", "nan", "inf", "1e9", "1 2", "FAST", "1,5", "--1", "9" * 400])
def test_what_is_no_value_at_all(read: Value, written: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        read(written)


@pytest.mark.parametrize(
    ("time", "strength", "seconds"),
    [
        ("500ms", None, 0.5),
        ("1.5s", None, 1.5),
        ("+2s", None, 2.0),
        ("0ms", None, 0.0),
        ("10s", None, 10.0),
        ("10000ms", None, 10.0),
        (None, None, 0.4),
        (None, "none", 0.0),
        (None, "weak", 0.2),
        (None, "x-strong", 1.2),
        ("250ms", "x-strong", 0.25),
    ],
)
def test_pauses(time: str | None, strength: str | None, seconds: float) -> None:
    assert values.pause(time, strength) == pytest.approx(seconds)


@pytest.mark.parametrize("time", ["", "1", "-1s", "10.1s", "11000ms", "1m", "1 s", "s", "inf", "99999999s"])
def test_a_pause_of_no_allowed_time(time: str) -> None:
    with pytest.raises(ValueError, match="must be 0ms to 10s, such as 500ms"):
        values.pause(time, None)


def test_a_pause_of_no_known_strength() -> None:
    with pytest.raises(ValueError, match='strength="huge" must be one of none, x-weak'):
        values.pause(None, "huge")
