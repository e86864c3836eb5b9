from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from service.models.config import AcousticConfig, F0Scale, VocoderConfig
from service.models.errors import ModelError
from service.models.layout import ModelFolder, VoiceFiles
from service.models.voice_config import acoustic_settings, vocoder_settings
from tests.models.golden_model import VOICES, edit_yaml, model_of

PLAIN = AcousticConfig(
    encoder_heads=2, decoder_heads=2, frames_per_step=3, predictor_shift=0, postnet_shift=17
)
VOCODER = VocoderConfig(scales=(10, 5, 2, 2), dilations=((1, 3, 5, 7),) * 3, causal=False)


def files_of(voice: str) -> VoiceFiles:
    return ModelFolder(VOICES[voice]).voice(voice)


def changed(
    folder: Path, network: str, change: Callable[[Any], None], voice: str = "plain_emo"
) -> VoiceFiles:
    """The files of a voice whose settings were changed."""
    model = model_of(folder, voice)
    edit_yaml(model / "voices" / voice / network / "config.yaml", change)
    return ModelFolder(model).voice(voice)


def acoustic_params(document: Any) -> Any:
    return document["Model"]["KanTtsSAMBERT"]["params"]


def vocoder_params(document: Any) -> Any:
    return document["Model"]["Generator"]["params"]


@pytest.mark.parametrize(
    ("voice", "config"),
    [
        ("plain_emo", PLAIN),
        ("nsf_emo", replace(PLAIN, f0=F0Scale(scale=60.0, offset=220.0))),
        ("se_emo", replace(PLAIN, f0=F0Scale(scale=700.0, offset=30.0))),
        ("fp_emo", replace(PLAIN, filled_pauses=True)),
    ],
)
def test_acoustic_settings(voice: str, config: AcousticConfig) -> None:
    settings = acoustic_settings(files_of(voice))
    assert settings.config == config
    assert settings.speaker_embedding == (voice == "se_emo")
    assert (settings.unit.speakers, settings.unit.has_mask) == (("F7", "M7"), True)


@pytest.mark.parametrize(
    ("voice", "config"),
    [
        ("plain_emo", VOCODER),
        ("causal_emo", replace(VOCODER, causal=True)),
        ("nsf_emo", replace(VOCODER, excitation_rate=16000)),
    ],
)
def test_vocoder_settings(voice: str, config: VocoderConfig) -> None:
    settings = vocoder_settings(files_of(voice))
    assert (settings.config, settings.sample_rate) == (config, 16000)
    assert settings.config.hop == 200


def test_the_first_row_of_the_f0_statistics_is_the_mean(tmp_path: Path) -> None:
    model = model_of(tmp_path, "nsf_emo")
    np.save(model / "voices/nsf_emo/am/mvn.npy", np.array([[180.5], [41.25]]))
    settings = acoustic_settings(ModelFolder(model).voice("nsf_emo"))
    assert settings.config.f0 == F0Scale(scale=41.25, offset=180.5)


def test_a_global_f0_range_has_defaults(tmp_path: Path) -> None:
    def change(document: Any) -> None:
        del (
            acoustic_params(document)["nsf_f0_global_maximum"],
            acoustic_params(document)["nsf_f0_global_minimum"],
        )

    assert acoustic_settings(changed(tmp_path, "am", change, "se_emo")).config.f0 == F0Scale(700.0, 30.0)


def test_missing_f0_statistics_are_named(tmp_path: Path) -> None:
    model = model_of(tmp_path, "nsf_emo")
    (model / "voices/nsf_emo/am/mvn.npy").unlink()
    with pytest.raises(
        ModelError, match=r"mvn\.npy, the F0 statistics of the voice nsf_emo, is missing in .*/am"
    ):
        acoustic_settings(ModelFolder(model).voice("nsf_emo"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (np.zeros((1, 2)), r"shape \(1, 2\), expected \(2, 1\)"),
        (np.array([[np.nan], [1.0]]), "not finite"),
        (np.array([["a"], ["b"]]), "cannot be read as an array"),
    ],
)
def test_odd_f0_statistics_are_refused_by_name(tmp_path: Path, content: Any, message: str) -> None:
    model = model_of(tmp_path, "nsf_emo")
    np.save(model / "voices/nsf_emo/am/mvn.npy", content)
    with pytest.raises(ModelError, match=rf"mvn\.npy.* {message}"):
        acoustic_settings(ModelFolder(model).voice("nsf_emo"))


def test_pickles_in_arrays_are_not_loaded(tmp_path: Path) -> None:
    model = model_of(tmp_path, "nsf_emo")
    np.save(model / "voices/nsf_emo/am/mvn.npy", np.array([[object()], [1.0]]), allow_pickle=True)
    with pytest.raises(ModelError, match=r"mvn\.npy cannot be read as an array"):
        acoustic_settings(ModelFolder(model).voice("nsf_emo"))


def test_a_voice_may_say_which_emotions_it_has_learned(tmp_path: Path) -> None:
    files = changed(
        tmp_path, "am", lambda document: document["linguistic_unit"].update(emotion_list="neutral, happy,sad")
    )
    assert acoustic_settings(files).unit.emotions == ("neutral", "happy", "sad")


def test_a_voice_may_have_a_pace_of_its_own(tmp_path: Path) -> None:
    files = changed(tmp_path, "am", lambda document: document.update(pace=0.9))
    assert acoustic_settings(files).config == replace(PLAIN, pace=0.9)


def test_emotions_may_have_paces_of_their_own(tmp_path: Path) -> None:
    files = changed(tmp_path, "am", lambda document: document.update(emotion_paces={"happy": 0.9, "sad": 1}))
    assert acoustic_settings(files).config == replace(PLAIN, emotion_paces=(("happy", 0.9), ("sad", 1.0)))


@pytest.mark.parametrize(
    ("paces", "message"),
    [
        ({"happy": 3}, r"emotion_paces\.happy is 3; it must be a number from 0\.5 to 2"),
        ({"glee": 0.9}, r"emotion_paces is \{'glee': 0\.9\}; it must be a mapping from any of .*happy"),
        (0.9, r"emotion_paces is 0\.9; it must be a mapping"),
    ],
)
def test_odd_paces_of_emotions_are_refused(tmp_path: Path, paces: object, message: str) -> None:
    files = changed(tmp_path, "am", lambda document: document.update(emotion_paces=paces))
    with pytest.raises(ModelError, match=rf"am/config\.yaml: {message}"):
        acoustic_settings(files)


@pytest.mark.parametrize(
    ("pace", "message"),
    [
        (0.4, r"pace is 0\.4; it must be a number from 0\.5 to 2"),
        ("slow", "pace is 'slow'; it must be a number"),
    ],
)
def test_an_odd_pace_is_refused(tmp_path: Path, pace: object, message: str) -> None:
    files = changed(tmp_path, "am", lambda document: document.update(pace=pace))
    with pytest.raises(ModelError, match=rf"am/config\.yaml: {message}"):
        acoustic_settings(files)


def test_an_odd_linguistic_unit_is_refused_with_its_file(tmp_path: Path) -> None:
    files = changed(tmp_path, "am", lambda document: document["linguistic_unit"].update(emotion_list="glee"))
    with pytest.raises(ModelError, match=r"am/config\.yaml: emotion_list holds 'glee'"):
        acoustic_settings(files)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("encoder_num_heads", None, "encoder_num_heads is missing"),
        ("encoder_num_heads", "two", "encoder_num_heads is 'two'; it must be a whole number"),
        ("decoder_num_heads", 0, "decoder_num_heads is 0; it must be a whole number from 1"),
        ("outputs_per_step", True, "outputs_per_step is True; it must be a whole number"),
        ("postnet_shift", 1.5, "postnet_shift is 1.5; it must be a whole number"),
        ("NSF", "yes please", "NSF is 'yes please'; it must be true or false"),
    ],
)
def test_a_missing_or_odd_acoustic_key_is_named(
    tmp_path: Path, key: str, value: object, message: str
) -> None:
    files = changed(tmp_path, "am", lambda document: acoustic_params(document).update({key: value}))
    with pytest.raises(ModelError, match=rf"am/config\.yaml: Model\.KanTtsSAMBERT\.params\..*{message}"):
        acoustic_settings(files)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("upsample_scales", None, "upsample_scales is missing"),
        (
            "upsample_scales",
            [10, 0],
            r"upsample_scales is \[10, 0\]; it must be a list of whole numbers from 1",
        ),
        ("resblock_dilations", [1, 3], r"resblock_dilations is \[1, 3\]; it must be a list of lists"),
        ("resblock_dilations", [[1, 3]], "one list for each of resblock_kernel_sizes"),
        ("causal", "no", "causal is 'no'; it must be true or false"),
        ("out_channels", 4, "a vocoder of several sub-bands"),
        ("repeat_upsample", False, "without repeat_upsample"),
        ("nonlinear_activation_params", {"negative_slope": 0.2}, "LeakyReLU with a negative_slope of 0.1"),
        ("nsf_params", {"nb_harmonics": 7}, r"nsf_params\.sampling_rate is missing"),
    ],
)
def test_a_missing_or_odd_vocoder_key_is_named(tmp_path: Path, key: str, value: object, message: str) -> None:
    files = changed(tmp_path, "voc", lambda document: vocoder_params(document).update({key: value}))
    with pytest.raises(ModelError, match=rf"voc/config\.yaml: .*{message}"):
        vocoder_settings(files)


def test_an_old_vocoder_that_does_not_say_is_causal_and_has_no_sampling_rate(tmp_path: Path) -> None:
    def change(document: Any) -> None:
        del vocoder_params(document)["causal"], document["audio_config"]

    settings = vocoder_settings(changed(tmp_path, "voc", change))
    assert (settings.config.causal, settings.sample_rate) == (True, None)


@pytest.mark.parametrize("text", ["", "- a list", "a: [", "!!python/object/apply:os.getcwd []", "Model: 3"])
def test_other_yaml_is_refused_with_its_file(tmp_path: Path, text: str) -> None:
    model = model_of(tmp_path)
    (model / "voices/plain_emo/am/config.yaml").write_text(text)
    with pytest.raises(ModelError, match=r"am/config\.yaml"):
        acoustic_settings(ModelFolder(model).voice("plain_emo"))
