"""``qingsheng export`` and what it is made of."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from service.library.exporting import Conversion, convert, export
from service.models.errors import ModelError
from service.models.layout import ModelFolder
from service.runtime.export.verdict import Score
from service.runtime.exported import VOCODER_INT8, VOCODER_INT16, read_exported
from tests.models.golden_model import MODEL, model_of


class Spy:
    """A scorer that notes what it is given."""

    def __init__(self) -> None:
        self.texts: Sequence[str] = ()
        self.takes: list[int] = []

    def of(self, texts: Sequence[str]) -> Spy:
        self.texts = texts
        return self

    def __call__(self, takes: Sequence[np.ndarray], sample_rate: int) -> Score:
        assert sample_rate == 16_000
        self.takes.append(len(takes))
        return Score(errors=0.1 * len(self.takes), quality=3.0)


@pytest.fixture(scope="module")
def spy() -> Spy:
    return Spy()


@pytest.fixture(scope="module")
def stages() -> list[str]:
    return []


class Notes(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@pytest.fixture(scope="module")
def notes() -> Iterator[Notes]:
    """What reaches the log, as in any program that has set one up."""
    handler = Notes()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


@pytest.fixture(scope="module")
def conversion(spy: Spy, stages: list[str], notes: Notes) -> Conversion:
    return convert(ModelFolder(MODEL), "causal_emo", "auto", spy.of, stages.append)


def test_int8_is_made_and_judged(conversion: Conversion) -> None:
    assert VOCODER_INT8 in conversion.voice.files
    assert conversion.verdict
    assert conversion.voice.precision == ("int8" if conversion.verdict.passed else "int16")
    assert conversion.voice.verdict == conversion.verdict.figures


def test_the_scorer_knows_the_text_of_each_take(conversion: Conversion, spy: Spy) -> None:
    assert len(spy.texts) == 6
    assert spy.takes == [6, 6]


def test_a_scorer_that_understands_int8_worse_keeps_the_voice_in_int16(conversion: Conversion) -> None:
    assert conversion.voice.verdict["int8_ser"] == pytest.approx(0.2)
    assert conversion.voice.precision == "int16"


def test_a_line_for_people_has_the_verdict_and_the_sizes(conversion: Conversion) -> None:
    line = str(conversion)
    assert line.startswith(f"causal_emo: int16, as {conversion.verdict}; ")
    assert line.endswith("MB, of these the vocoder: fp32 0.1 MB, int16 0.2 MB, int8 0.3 MB")


def test_it_is_told_how_it_goes(conversion: Conversion, stages: list[str]) -> None:
    assert stages == ["reading", "writing graphs", "calibrating int16", "calibrating and judging int8"]


def test_the_quantisers_advice_is_not_passed_on(conversion: Conversion, notes: Notes) -> None:
    assert not [line for line in notes.lines if "pre-processing" in line]
    logging.getLogger().warning("pre-processing")
    assert notes.lines[-1] == "pre-processing"


def test_a_voice_that_does_not_speak_the_lines_is_served_in_fp32() -> None:
    conversion = convert(ModelFolder(MODEL), "se_emo")
    assert not {VOCODER_INT8, VOCODER_INT16} & conversion.voice.files.keys()
    assert (conversion.voice.precision, conversion.verdict) == ("fp32", None)
    assert str(conversion).startswith(
        "se_emo: fp32, as no other could be calibrated (The voice predicted no duration for any symbol); "
    )


def test_an_export_holds_the_voices_that_are_named_in_that_order(tmp_path: Path) -> None:
    stages: list[str] = []
    names, folder = ("fp_emo", "plain_emo", "fp_emo"), tmp_path / "a" / "exported"
    conversions = list(export(ModelFolder(MODEL), names, folder, "int16", stages.append))
    assert read_exported(folder) == [conversion.voice for conversion in conversions]
    assert [voice.name for voice in read_exported(folder)] == ["fp_emo", "plain_emo"]
    assert (stages[0], stages[-1]) == ("fp_emo: reading …", "saving …")


def test_without_names_it_holds_all_voices(tmp_path: Path) -> None:
    model = ModelFolder(MODEL)
    list(export(model, (), tmp_path, "int16", lambda _: None))
    assert tuple(voice.name for voice in read_exported(tmp_path)) == model.voices


def test_an_export_without_int8_says_so(tmp_path: Path) -> None:
    (conversion,) = export(ModelFolder(MODEL), ("plain_emo",), tmp_path, "int16", lambda _: None)
    assert str(conversion).startswith("plain_emo: int16, as int8 was not asked for; ")
    assert "int8.onnx" not in " ".join(conversion.voice.files)


def test_a_model_is_not_exported_into_itself(tmp_path: Path) -> None:
    model = model_of(tmp_path)
    with pytest.raises(ModelError, match="is the model's own folder"):
        list(export(ModelFolder(model), (), model, "int16", lambda _: None))


def test_an_unknown_voice_is_told_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="has no voice 'nobody'"):
        list(export(ModelFolder(MODEL), ("plain_emo", "nobody"), tmp_path / "x", "int16", lambda _: None))
    assert not list(tmp_path.iterdir())
