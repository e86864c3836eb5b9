from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from service.models.errors import ModelError, SymbolError
from service.models.unit import LinguisticUnit
from tests.models.golden_model import GOLDEN, LINES

SPELLED = ("sy", "tone", "syllable_flag", "word_segment", "emo_category", "speaker_category")
BYTES = ("byte_index", "emo_category", "speaker_category")
UNIT = LinguisticUnit.build(SPELLED, ("F7", "M7"))
NI = "{n_c$tone3$s_begin$word_begin$emotion_neutral$F7}"


def column(text: str, unit: LinguisticUnit = UNIT) -> list[int]:
    """The ids of a line of one symbol."""
    ids = unit.encode(text)
    return [*ids.linguistic[:, 0].tolist(), int(ids.emotion[0]), int(ids.speaker[0])]


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("vectors/*.npz")), ids=lambda path: path.stem)
def test_ids_are_those_of_the_reference_less_the_end_symbol(path: Path) -> None:
    ids = UNIT.encode(LINES[path.stem.split("__")[1]])
    expected = np.load(path)["ids"]
    assert np.array_equal(np.vstack([ids.linguistic, ids.emotion, ids.speaker]), expected[:, :-1])
    assert [UNIT.specials(feature).end for feature in SPELLED] == expected[:, -1].tolist()


def test_a_blank_second_line_is_tone_none() -> None:
    tones = ["tone1", "tone_none", "tone4", "tone2", "tone3", "tone5", "tone0"]
    rows = [column(NI.replace("tone3", tone))[1] for tone in tones]
    assert rows == [0, 1, 2, 3, 4, 5, 6]


def test_a_phone_is_the_row_of_its_place_in_the_list_and_breaks_follow_the_phones() -> None:
    rows = [column(NI.replace("n_c", phone))[0] for phone in ("a_c", "pau", "#1", "#4")]
    assert rows == [0, 139, 140, 143]


def test_tables_are_as_long_as_their_lists_and_the_specials() -> None:
    assert [UNIT.rows(feature) for feature in SPELLED] == [147, 10, 8, 8, 36, 5]
    unmasked = LinguisticUnit.build(SPELLED, ("F7", "M7"), has_mask=False)
    assert [unmasked.rows(feature) for feature in SPELLED] == [146, 9, 7, 7, 35, 4]


def test_a_model_without_mask_differs_in_no_other_id() -> None:
    unmasked = LinguisticUnit.build(SPELLED, ("F7", "M7"), has_mask=False)
    assert np.array_equal(unmasked.encode(LINES["mid"]).linguistic, UNIT.encode(LINES["mid"]).linguistic)
    assert (UNIT.specials("tone").padding, UNIT.specials("tone").end, UNIT.specials("tone").mask) == (7, 8, 9)
    assert unmasked.specials("tone").mask is None


def test_a_line_keeps_its_symbols_and_its_shapes() -> None:
    ids = UNIT.encode(LINES["short"])
    assert ids.symbols == ("n_c", "i_c", "h_c", "ao_c", "#3", "sh_c", "ih_c", "j_c", "ie_c", "#4")
    assert (ids.linguistic.shape, ids.emotion.shape, ids.speaker.shape) == ((4, 10), (10,), (10,))
    assert ids.linguistic.dtype == ids.emotion.dtype == ids.speaker.dtype == np.int64


def test_fields_may_stand_in_another_order() -> None:
    unit = LinguisticUnit.build(SPELLED[::-1], ("F7", "M7"))
    ids = unit.encode("{M7$emotion_sad$word_both$s_both$tone1$a_c}")
    assert ids.linguistic[:, 0].tolist() == [0, 0, 3, 3]
    assert (ids.emotion[0], ids.speaker[0], ids.symbols) == (6, 1, ("a_c",))


def test_emotions_are_those_of_the_table_without_none_and_placeholders() -> None:
    assert UNIT.emotions[:7] == ("neutral", "angry", "disgust", "fear", "happy", "sad", "surprise")
    assert (len(UNIT.emotions), UNIT.emotions[-1]) == (23, "dominance")
    assert (UNIT.emotion_id("none"), UNIT.emotion_id("neutral"), UNIT.emotion_id("happy")) == (0, 1, 5)


def test_a_list_of_learned_emotions_is_all_that_can_be_chosen() -> None:
    unit = LinguisticUnit.build(SPELLED, ("F7",), emotions=("neutral", "emotion_sad", "happy"))
    assert unit.emotions == ("neutral", "sad", "happy")
    with pytest.raises(SymbolError, match="no emotion 'angry'; it has neutral, sad, happy"):
        unit.emotion_id("angry")
    with pytest.raises(ModelError, match="emotion_list holds 'cheerful'; it must name emotions of neutral"):
        LinguisticUnit.build(SPELLED, ("F7",), emotions=("neutral", "cheerful"))


def test_a_shorter_emotion_table_has_fewer_emotions() -> None:
    unit = UNIT.with_emotion_rows(7 + 3)
    assert unit.emotions == ("neutral", "angry", "disgust", "fear", "happy", "sad")
    assert (unit.specials("emo_category").padding, unit.rows("emo_category")) == (7, 10)
    with pytest.raises(SymbolError, match="emotion 'emotion_surprise'"):
        unit.encode(NI.replace("neutral", "surprise"))


def test_bytes_are_their_own_ids() -> None:
    unit = LinguisticUnit.build(BYTES, ("F7",), has_mask=False)
    ids = unit.encode("{228$emotion_happy$F7} {46$emotion_none$F7}")
    assert ids.linguistic.tolist() == [[228, 46]]
    assert (unit.byte_input, unit.rows("byte_index"), UNIT.byte_input) == (True, 259, False)
    with pytest.raises(SymbolError, match="byte '256'"):
        unit.encode("{256$emotion_happy$F7}")


@pytest.mark.parametrize(
    ("language", "phones", "tones", "line"),
    [
        ("Sichuan", 113, 7, "{iai_c$tone5$s_begin$word_begin$emotion_none$F7}"),
        ("WuuShanghai", 154, 10, "{ghuaon_sh$tone8$s_begin$word_begin$emotion_none$F7}"),
        ("ZhHK", 104, 11, "{oeng$tone9$s_begin$word_begin$emotion_none$F7}"),
    ],
)
def test_other_languages_have_lists_of_their_own(language: str, phones: int, tones: int, line: str) -> None:
    unit = LinguisticUnit.build(SPELLED, ("F7",), language)
    assert (unit.rows("sy"), unit.rows("tone")) == (phones + 3, tones + 3)
    assert column(line, unit)[4:] == [0, 0]
    with pytest.raises(SymbolError):
        UNIT.encode(line)


def test_an_unknown_language_is_read_as_pinyin() -> None:
    assert LinguisticUnit.build(SPELLED, ("F7", "M7"), "Esperanto") == UNIT


def test_all_unknown_symbols_of_a_line_are_named_with_what_is_allowed() -> None:
    with pytest.raises(SymbolError) as raised:
        UNIT.encode(f"{{q$tone9$s_begin$word_begin$emotion_glee$F7}} {NI} {NI.replace('n_c', 'zz')}")
    assert str(raised.value) == (
        "The voice does not know phoneme 'q', phoneme 'zz', tone 'tone9', emotion 'emotion_glee'; "
        "phonemes are a_c, ai_c, an_c … #1, #2, #3, #4; "
        "tones are tone1, tone_none, tone4, tone2, tone3, tone5, tone0; "
        "emotions are emotion_none, emotion_neutral, emotion_angry, emotion_disgust, emotion_fear, "
        "emotion_happy, emotion_sad, emotion_surprise, emotion_calm, emotion_gentle, emotion_relax, "
        "emotion_lyrical, emotion_serious, emotion_disgruntled, emotion_satisfied, emotion_disappointed, "
        "emotion_excited, emotion_anxiety, emotion_jealousy, emotion_hate, emotion_pity, emotion_pleasure, "
        "emotion_arousal, emotion_dominance."
    )


def test_a_long_list_of_unknown_symbols_is_cut() -> None:
    with pytest.raises(SymbolError, match=r"phoneme '0', .* phoneme '4' and 3 more;"):
        UNIT.encode(" ".join(NI.replace("n_c", str(number)) for number in range(8)))


def test_a_speaker_that_the_voice_does_not_have_is_answered_with_its_speakers() -> None:
    with pytest.raises(SymbolError, match="speaker 'F74'; speakers are F7, M7"):
        UNIT.encode(NI.replace("F7", "F74"))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "holds no symbols"),
        ("  ", "holds no symbols"),
        (f"{NI} n_c", r"Symbol 2, 'n_c', is not in braces; symbols look like \{sy\$tone\$"),
        (f"{NI} ~", "Symbol 2, '~', is not in braces"),
        ("{", "not in braces"),
        (f"{NI}{NI}", "has 11 of 6 fields"),
        ("{n_c$tone3}", r"Symbol 1, '\{n_c\$tone3\}', has 2 of 6 fields"),
        ("{n_c$tone3$s_begin$word_begin$emotion_neutral$F7$}", "has 7 of 6 fields"),
    ],
)
def test_a_line_of_the_wrong_form_is_refused(line: str, message: str) -> None:
    with pytest.raises(SymbolError, match=message):
        UNIT.encode(line)


def test_specials_are_no_symbols() -> None:
    with pytest.raises(SymbolError, match="phoneme '_', tone '~'"):
        UNIT.encode("{_$~$s_begin$word_begin$emotion_neutral$F7}")


def test_a_message_repeats_no_more_than_the_start_of_a_long_symbol() -> None:
    with pytest.raises(SymbolError) as raised:
        UNIT.encode(NI.replace("n_c", "x" * 10_000))
    assert len(str(raised.value)) < 200


@pytest.mark.parametrize("features", [(), ("sy", "tone"), (*SPELLED, "byte_index"), SPELLED[:-1]])
def test_other_fields_than_these_are_refused(features: tuple[str, ...]) -> None:
    with pytest.raises(ModelError, match="lfeat_type_list is"):
        LinguisticUnit.build(features, ("F7",))


def test_a_voice_without_speakers_is_refused() -> None:
    with pytest.raises(ModelError, match="speaker_list is empty"):
        LinguisticUnit.build(SPELLED, ())


@pytest.mark.parametrize(
    "unit",
    [
        UNIT,
        LinguisticUnit.build(SPELLED, ("F7",), "ZhHK", has_mask=False, emotions=("neutral",)),
        LinguisticUnit.build(BYTES, ("F7",)),
    ],
)
def test_a_unit_survives_json(unit: LinguisticUnit) -> None:
    assert LinguisticUnit.from_json(json.loads(json.dumps(unit.to_json(), sort_keys=True))) == unit


@pytest.mark.parametrize("document", [{}, {"features": 3}, {"features": ["sy"], "vocabularies": {}}])
def test_other_json_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(ModelError):
        LinguisticUnit.from_json(document)


def test_units_layouts_and_settings_need_no_torch() -> None:
    modules = ", ".join(f"service.models.{name}" for name in ("unit", "layout", "voice_config", "hub"))
    code = f"import sys, {modules}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
