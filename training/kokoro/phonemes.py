"""Words to phonemes, in the alphabet that Kokoro was trained on.

Mandarin is IPA with an arrow for the tone behind the syllable's vowel; English is IPA with single
letters for diphthongs and a stress mark before the vowel; punctuation shapes the intonation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from service.text.sentence import Syllable, Word

_TONES = {1: "→", 2: "↗", 3: "↓", 4: "↘", 5: ""}

_INITIALS = {
    "": "", "b": "p", "p": "pʰ", "m": "m", "f": "f", "d": "t", "t": "tʰ", "n": "n", "l": "l",
    "g": "k", "k": "kʰ", "h": "x", "j": "ʨ", "q": "ʨʰ", "x": "ɕ", "zh": "ꭧ", "ch": "ꭧʰ",
    "sh": "ʂ", "r": "ɻ", "z": "ʦ", "c": "ʦʰ", "s": "s",
}  # fmt: skip

# Full (not abbreviated) finals; * is where the tone goes. "-i" is the vowel of zhi and zi.
_FINALS = {
    "a": "a*", "ai": "ai*", "an": "a*n", "ang": "a*ŋ", "ao": "au*",
    "e": "ɤ*", "ei": "ei*", "en": "ə*n", "eng": "ə*ŋ", "er": "ɚ*",
    "o": "wo*", "ong": "ʊ*ŋ", "ou": "ou*", "ê": "ɛ*",
    "i": "i*", "-i": "ɨ*", "ia": "ja*", "ian": "jɛ*n", "iang": "ja*ŋ", "iao": "jau*", "ie": "je*",
    "in": "i*n", "ing": "i*ŋ", "io": "jɔ*", "iong": "jʊ*ŋ", "iou": "jou*",
    "iai": "jai*",
    "u": "u*", "ua": "wa*", "uai": "wai*", "uan": "wa*n", "uang": "wa*ŋ", "uei": "wei*",
    "uen": "wə*n", "ueng": "wə*ŋ", "uo": "wo*",
    "v": "y*", "van": "ɥɛ*n", "ve": "ɥe*", "vn": "y*n",
}  # fmt: skip

# Interjections that are no initial and final.
_WHOLE = {"o": "ɔ*", "m": "m*", "n": "n*", "ng": "ŋ*", "hm": "hm*", "hng": "hŋ*"}

_ABBREVIATED = {"iu": "iou", "ui": "uei", "un": "uen"}
_SYLLABLE = re.compile(r"(zh|ch|sh|[bpmfdtnlgkhjqxrzcs]?)([aoeiuvê].*)")

_ARPABET = {
    "AA": "ɑ", "AE": "æ", "AH": "ʌ", "AO": "ɔ", "AW": "W", "AY": "I", "EH": "ɛ", "ER": "ɜɹ",
    "EY": "A", "IH": "ɪ", "IY": "iː", "OW": "O", "OY": "Y", "UH": "ʊ", "UW": "u",
    "B": "b", "CH": "ʧ", "D": "d", "DH": "ð", "F": "f", "G": "ɡ", "HH": "h", "JH": "ʤ", "K": "k",
    "L": "l", "M": "m", "N": "n", "NG": "ŋ", "P": "p", "R": "ɹ", "S": "s", "SH": "ʃ", "T": "t",
    "TH": "θ", "V": "v", "W": "w", "Y": "j", "Z": "z", "ZH": "ʒ",
}  # fmt: skip
_ASPIRATED = {"P": "pʰ", "T": "tʰ", "K": "kʰ"}
_CLOSING = {"M": "mː"}
_REDUCED = {"AH": "ə", "ER": "əɹ", "IY": "i"}
_STRESS = {"1": "ˈ", "2": "ˌ"}

_MARKS = {"，": ",", "、": ",", "：": ":", "；": ";", "。": ".", "！": "!", "？": "?", "…": "…"}


class UnknownPhonemeError(ValueError):
    """A syllable that is no Mandarin pinyin, or a phone that is no ARPAbet."""


def word_phonemes(word: Word) -> str:
    """Gives a word's phonemes, without the punctuation that follows it.

    Raises:
        UnknownPhonemeError: see there.
    """
    return "".join(word_parts(word))


def word_parts(word: Word) -> list[str]:
    """Gives the phonemes of each symbol of a word, its break left out; an initial may have none.

    Raises:
        UnknownPhonemeError: see there.
    """
    mandarin = [part for syllable in word.syllables for part in syllable_parts(syllable)]
    return mandarin + [part for syllable in word.phones for part in english_parts(syllable)]


def punctuation(word: Word) -> str:
    """Gives the one character of punctuation that follows a word, or an empty string.

    A break that the text does not mark is spoken as a comma or a full stop.
    """
    if word.mark:
        return _MARKS[word.mark]
    return {3: ",", 4: "."}.get(word.break_after, "")


def syllable_parts(syllable: Syllable) -> tuple[str, str]:
    """Gives the phonemes of a syllable's initial, which may be none, and those of its final with the tone.

    Raises:
        UnknownPhonemeError: the pinyin cannot be taken apart, or the tone is not 1 to 5.
    """
    if syllable.tone not in _TONES:
        raise UnknownPhonemeError(f"{syllable} has no tone from 1 to 5.")
    if syllable.pinyin in _WHOLE:
        initial, final = "", _WHOLE[syllable.pinyin]
    else:
        initial, final = _taken_apart(syllable.pinyin)
    if syllable.erhua:
        final = _with_r(final)
    return initial, final.replace("*", _TONES[syllable.tone])


def _taken_apart(pinyin: str) -> tuple[str, str]:
    """Gives the phonemes of the initial and the final, the latter with * for the tone."""
    match = _SYLLABLE.fullmatch(_with_full_final(pinyin))
    if match is None:
        raise UnknownPhonemeError(f"{pinyin} is not a Mandarin syllable.")
    initial, final = match.groups()
    if initial in ("j", "q", "x") and final.startswith("u"):
        final = "v" + final[1:]
    elif initial:
        final = _ABBREVIATED.get(final, final)
    if final == "i" and initial in ("zh", "ch", "sh", "r", "z", "c", "s"):
        final = "-i"
    if final not in _FINALS:
        raise UnknownPhonemeError(f"{pinyin} is not a Mandarin syllable.")
    return _INITIALS[initial], _FINALS[final]


def _with_full_final(pinyin: str) -> str:
    """Undoes the spelling of syllables without an initial: yuan is van, you is iou, wen is uen."""
    for spelt, full in (("yu", "v"), ("yv", "v"), ("yi", "i"), ("y", "i"), ("wu", "u"), ("w", "u")):
        if pinyin.startswith(spelt):
            return full + pinyin[len(spelt) :]
    return pinyin


def _with_r(final: str) -> str:
    """Ends a final in r: a closing i or n gives way to it, ŋ stays, and the vowel of zhi turns to schwa."""
    final = final.removesuffix("n")
    if final.endswith(("ai*", "ei*")):
        final = final.replace("i*", "*")
    return final.replace("ɨ*", "ə*") + ("" if final.startswith("ɚ") else "ɚ")


def english_parts(phones: Sequence[str]) -> list[str]:
    """Gives the phonemes of each ARPAbet phone of a syllable.

    P, T and K that begin one are aspirated, as in English: a Mandarin voice says b, d and g else. M that
    ends one is long: else it says n, as no Mandarin syllable ends in m.

    Raises:
        UnknownPhonemeError: one is no ARPAbet phone.
    """
    parts = [phone_phonemes(phone) for phone in phones]
    if any(phone.endswith(("0", "1", "2")) for phone in phones):
        parts[0] = _ASPIRATED.get(phones[0], parts[0])
        parts[-1] = _CLOSING.get(phones[-1], parts[-1])
    return parts


def phone_phonemes(phone: str) -> str:
    """Gives the phonemes of one ARPAbet phone, a stress mark before a stressed vowel.

    Raises:
        UnknownPhonemeError: there is no such phone.
    """
    name, stress = phone.rstrip("012"), phone[-1]
    if name not in _ARPABET:
        raise UnknownPhonemeError(f"{phone} is not an ARPAbet phone.")
    if stress == "0" and name in _REDUCED:
        return _REDUCED[name]
    return _STRESS.get(stress, "") + _ARPABET[name]
