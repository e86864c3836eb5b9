from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch

from service.models.architecture import check_acoustic, check_vocoder
from service.models.checkpoint import Arrays, inference_tensors
from service.models.config import AcousticConfig, VocoderConfig
from service.models.errors import ModelError
from service.models.layout import ModelFolder
from service.models.reader import read_voice
from service.models.unit import LinguisticUnit
from service.models.weights import VoiceWeights
from tests.models.golden_model import VOICES, edit_checkpoint, edit_json, edit_yaml, model_of

KEYS = Path(__file__).parent.parent / "data" / "keys"
SPELLED = ("sy", "tone", "syllable_flag", "word_segment", "emo_category", "speaker_category")
BYTES = ("byte_index", "emo_category", "speaker_category")
SAMBERT = AcousticConfig(
    encoder_heads=8, decoder_heads=8, frames_per_step=3, predictor_shift=0, postnet_shift=17
)
FILLED_PAUSES = AcousticConfig(
    encoder_heads=8,
    decoder_heads=8,
    frames_per_step=3,
    predictor_shift=0,
    postnet_shift=17,
    filled_pauses=True,
)
FOUR, THREE = ((1, 3, 5, 7),) * 3, ((1, 3, 5),) * 3
HIFIGAN = {
    "hifigan_v1_8k": VocoderConfig((5, 5, 2, 2), FOUR, causal=True),
    "hifigan_v1_16k": VocoderConfig((10, 5, 2, 2), FOUR, causal=True),
    "hifigan_v1_24k": VocoderConfig((8, 5, 3, 2), THREE, causal=True),
    "hifigan_v1_48k": VocoderConfig((10, 5, 3, 2, 2), FOUR, causal=True),
    "hifigan_v1_nsf_24k": VocoderConfig((8, 5, 3, 2), THREE, causal=True, excitation_rate=24000),
    "hifigan_noncausal_v1_16k": VocoderConfig((10, 5, 2, 2), FOUR, causal=False),
    "hifigan_noncausal_nsf_v1_16k": VocoderConfig((10, 5, 2, 2), FOUR, causal=False, excitation_rate=16000),
    "hifigan_noncausal_nsf_global_v1_16k": VocoderConfig(
        (10, 5, 2, 2), FOUR, causal=False, excitation_rate=16000
    ),
}


def shapes(network: str) -> dict[str, dict[str, list[int]]]:
    """The shapes of all tensors of each official configuration, kept as changes to the first one."""
    changes: dict[str, Any] = json.loads((KEYS / f"{network}.json").read_text("utf-8"))
    first = next(iter(changes.values()))["with"]
    return {
        name: {
            key: shape for key, shape in {**first, **change["with"]}.items() if key not in change["without"]
        }
        for name, change in changes.items()
    }


ACOUSTIC_SHAPES, VOCODER_SHAPES = shapes("sambert"), shapes("hifigan")


def tensors_of(shaped: dict[str, list[int]]) -> Arrays:
    return inference_tensors(
        {name: np.ones(shape, np.float32) for name, shape in shaped.items()}, Path("x.pth")
    )


def read(voice: str) -> VoiceWeights:
    return read_voice(ModelFolder(VOICES[voice]), voice)


def acoustic_file(model: Path, voice: str = "plain_emo") -> Path:
    return ModelFolder(model).voice(voice).acoustic_checkpoint


def edit_vocoder(model: Path, change: Callable[[Any], None], voice: str = "plain_emo") -> None:
    path = ModelFolder(model).voice(voice).vocoder_checkpoint
    edit_checkpoint(path, lambda document: change(document["model"]["generator"]))


@pytest.mark.parametrize("voice", VOICES)
def test_every_golden_voice_is_read_without_a_tensor_left_over(
    voice: str, caplog: pytest.LogCaptureFixture
) -> None:
    weights = read(voice)
    assert caplog.records == []
    assert (weights.name, weights.sample_rate, weights.unit.speakers) == (voice, 16000, ("F7", "M7"))
    assert weights.unit.has_mask == (voice != "legacy_emo")
    assert weights.fingerprint == ModelFolder(VOICES[voice]).voice(voice).fingerprint()
    assert "conv_pre.conv1d.weight" in weights.vocoder
    assert not any("position" in name or "weight_g" in name for name in (*weights.acoustic, *weights.vocoder))


def test_only_se_voices_have_a_speaker_vector() -> None:
    vector = read("se_emo").speaker_vector
    assert vector is not None
    assert vector.shape == (12,)
    assert vector.dtype == np.float32
    assert np.array_equal(vector, np.load(VOICES["se_emo"] / "voices/se_emo/am/se.npy")[0])
    assert read("plain_emo").speaker_vector is None


@pytest.mark.parametrize("name", ACOUSTIC_SHAPES)
def test_official_acoustic_models_fit(name: str) -> None:
    shaped = ACOUSTIC_SHAPES[name]
    speakers = shaped.get("spk_tokenizer.weight", [4])[0] - 3
    unit = LinguisticUnit.build(
        BYTES if "byte" in name else SPELLED, [f"F{number}" for number in range(speakers)]
    )
    config = FILLED_PAUSES if "_fp_" in name else SAMBERT
    speaker_units = 192 if "_se_" in name else None
    assert check_acoustic(Path("x.pth"), tensors_of(shaped), config, unit, speaker_units) == ()


@pytest.mark.parametrize("name", VOCODER_SHAPES)
def test_official_vocoders_fit(name: str) -> None:
    assert check_vocoder(Path("x.pth"), tensors_of(VOCODER_SHAPES[name]), HIFIGAN[name]) == ()


def test_no_acoustic_tensor_may_be_missing() -> None:
    tensors = tensors_of(ACOUSTIC_SHAPES["sambert_16k"])
    unit = LinguisticUnit.build(SPELLED, ("F7",))
    for name in tensors:
        rest = {other: tensor for other, tensor in tensors.items() if other != name}
        with pytest.raises(ModelError, match=rf"x\.pth lacks {re.escape(name)}\."):
            check_acoustic(Path("x.pth"), rest, SAMBERT, unit, None)


def test_no_vocoder_tensor_may_be_missing() -> None:
    tensors = tensors_of(VOCODER_SHAPES["hifigan_noncausal_nsf_v1_16k"])
    for name in tensors:
        rest = {other: tensor for other, tensor in tensors.items() if other != name}
        with pytest.raises(ModelError, match=rf"x\.pth lacks {re.escape(name)}\."):
            check_vocoder(Path("x.pth"), rest, HIFIGAN["hifigan_noncausal_nsf_v1_16k"])


def test_missing_tensors_are_named_up_to_five(tmp_path: Path) -> None:
    model = model_of(tmp_path)

    def change(document: Any) -> None:
        for name in [name for name in document["model"] if name.startswith("mel_postnet.")]:
            del document["model"][name]

    edit_checkpoint(acoustic_file(model), change)
    with pytest.raises(
        ModelError, match=r"checkpoint_10\.pth lacks mel_postnet\.fc\.weight; (.*; ){3}.* and 5 more\."
    ):
        read_voice(ModelFolder(model), "plain_emo")


def test_a_wrong_shape_is_explained(tmp_path: Path) -> None:
    model = model_of(tmp_path)
    name = "mel_decoder.mel_dec.pnca.1.pnca_attn.fc_h.weight"
    edit_checkpoint(
        acoustic_file(model), lambda document: document["model"].update({name: torch.ones(16, 15)})
    )
    with pytest.raises(ModelError, match=rf"{name} has shape \(16, 15\), expected \(16, 16\)"):
        read_voice(ModelFolder(model), "plain_emo")


def test_a_list_that_does_not_fit_its_table_is_explained(tmp_path: Path) -> None:
    model = model_of(tmp_path)
    config = model / "voices/plain_emo/am/config.yaml"
    edit_yaml(config, lambda document: document["linguistic_unit"].update(speaker_list="F7,F74,M7"))
    with pytest.raises(ModelError, match=r"spk_tokenizer\.weight has 5 rows, expected 6 for the names"):
        read_voice(ModelFolder(model), "plain_emo")


def test_a_model_of_another_language_is_refused(tmp_path: Path) -> None:
    model = model_of(tmp_path)
    config = model / "voices/plain_emo/am/config.yaml"
    edit_yaml(config, lambda document: document["linguistic_unit"].update(language="ZhHK"))
    with pytest.raises(ModelError, match=r"sy_emb\.weight has 147 rows, expected 107"):
        read_voice(ModelFolder(model), "plain_emo")


def test_a_table_without_mask_is_read_whatever_the_model_says(tmp_path: Path) -> None:
    model = model_of(tmp_path, "legacy_emo")
    (model / "configuration.json").unlink()
    weights = read_voice(ModelFolder(model), "legacy_emo")
    assert len(weights.acoustic["text_encoder.sy_emb.weight"]) == 146
    assert not weights.unit.has_mask


def test_an_emotion_table_may_end_early(tmp_path: Path) -> None:
    model = model_of(tmp_path)

    def change(document: Any) -> None:
        document["model"]["emo_tokenizer.weight"] = document["model"]["emo_tokenizer.weight"][:11].clone()

    edit_checkpoint(acoustic_file(model), change)
    emotions = read_voice(ModelFolder(model), "plain_emo").unit.emotions
    assert emotions == ("neutral", "angry", "disgust", "fear", "happy", "sad", "surprise")


def test_heads_that_do_not_divide_the_units_are_refused(tmp_path: Path) -> None:
    model = model_of(tmp_path)
    config = model / "voices/plain_emo/am/config.yaml"

    def change(document: Any) -> None:
        document["Model"]["KanTtsSAMBERT"]["params"]["encoder_num_heads"] = 3

    edit_yaml(config, change)
    with pytest.raises(ModelError, match="gives 16 units, which encoder_num_heads 3 does not divide"):
        read_voice(ModelFolder(model), "plain_emo")


def test_unknown_tensors_are_reported_and_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    model = model_of(tmp_path)
    strange = {f"style.{number}": torch.ones(1) for number in range(12)}
    edit_checkpoint(acoustic_file(model), lambda document: document["model"].update(strange))
    weights = read_voice(ModelFolder(model), "plain_emo")
    assert weights.acoustic.keys() == read("plain_emo").acoustic.keys()
    (record,) = caplog.records
    log = cast("dict[str, Any]", record.msg)
    assert (log["event"], log["level"], log["count"]) == ("unknown_tensors", "warning", 12)
    assert log["names"] == [f"style.{number}" for number in range(10)]


def test_networks_with_different_mels_are_refused(tmp_path: Path) -> None:
    model = model_of(tmp_path)
    edit_vocoder(model, lambda tensors: tensors.update({"conv_pre.conv1d.weight_v": torch.ones(32, 64, 7)}))
    with pytest.raises(ModelError, match=r"checkpoint_10\.pth gives 80 channels a frame, but .* takes 64"):
        read_voice(ModelFolder(model), "plain_emo")


def test_an_nsf_voice_needs_an_nsf_vocoder(tmp_path: Path) -> None:
    model = model_of(tmp_path, "nsf_emo")

    def change(document: Any) -> None:
        del document["Model"]["Generator"]["params"]["nsf_params"]

    edit_yaml(model / "voices/nsf_emo/voc/config.yaml", change)
    with pytest.raises(ModelError, match=r"do not fit: only the first is for an NSF voice"):
        read_voice(ModelFolder(model), "nsf_emo")


def test_a_kernel_shorter_than_its_scale_is_refused(tmp_path: Path) -> None:
    model = model_of(tmp_path)
    name = "transpose_upsamples.0.1.deconv.weight_v"
    edit_vocoder(model, lambda tensors: tensors.update({name: tensors[name][..., :9].clone()}))
    with pytest.raises(ModelError, match="is shorter than the scale 10 of its stage"):
        read_voice(ModelFolder(model), "plain_emo")


@pytest.mark.parametrize(
    ("array", "message"), [(None, "se.npy, the speaker of"), (np.ones(12), "expected \\(1, ")]
)
def test_a_missing_or_odd_speaker_vector_is_named(tmp_path: Path, array: Any, message: str) -> None:
    model = model_of(tmp_path, "se_emo")
    path = model / "voices/se_emo/am/se.npy"
    path.unlink() if array is None else np.save(path, array)
    with pytest.raises(ModelError, match=message):
        read_voice(ModelFolder(model), "se_emo")


def test_a_speaker_vector_of_another_size_is_refused(tmp_path: Path) -> None:
    model = model_of(tmp_path, "se_emo")
    np.save(model / "voices/se_emo/am/se.npy", np.ones((1, 13)))
    with pytest.raises(ModelError, match="does not fit its settings"):
        read_voice(ModelFolder(model), "se_emo")


@pytest.mark.parametrize(
    ("said", "vocoder", "rate"), [(24000, 16000, 24000), (None, 8000, 8000), (None, None, 16000)]
)
def test_the_model_then_the_vocoder_say_the_sample_rate(
    tmp_path: Path, said: int | None, vocoder: int | None, rate: int
) -> None:
    model = model_of(tmp_path)
    edit_json(model / "configuration.json", lambda document: document["model"].update(sample_rate=said))
    config = model / "voices/plain_emo/voc/config.yaml"
    edit_yaml(config, lambda document: document["audio_config"].update(sampling_rate=vocoder))
    assert read_voice(ModelFolder(model), "plain_emo").sample_rate == rate
