"""The normalised characters of one sentence into words with readings and breaks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from service.text import prosody, sandhi
from service.text.english import English, Spoken
from service.text.glyph import REST, Glyph
from service.text.lexicon import Lexicon
from service.text.mandarin import HAN, Mandarin
from service.text.prosody import Draft
from service.text.sentence import Syllable, Word
from service.text.syllable import Syllabary

_TOKEN = re.compile(
    rf"(?P<han>{HAN.pattern})|(?P<latin>[A-Za-z]+(?:['’-][A-Za-z]+)*)|(?P<other>.)", re.DOTALL
)
_MARKS = {
    **dict.fromkeys("，,", ("，", 3)),
    **dict.fromkeys("；;", ("；", 3)),
    **dict.fromkeys("：:", ("：", 3)),
    **dict.fromkeys("。.", ("。", 3)),
    **dict.fromkeys("！!", ("！", 3)),
    **dict.fromkeys("？?", ("？", 3)),
    **dict.fromkeys("…—", ("…", 3)),
    "、": ("、", 2),
    **dict.fromkeys("（()）[]【】{}\n", ("", 3)),
    **dict.fromkeys('“”「」『』《》〈〉"/|-~～ \u3000' + REST, ("", 2)),
}
_QUIET = frozenset('”」』》〉"')
_STRENGTH = "！？。…；：，、"
_LONG_PAUSE = 0.3


class WordMaker:
    """Makes words of normalised glyphs."""

    def __init__(self, lexicon: Lexicon, syllabary: Syllabary) -> None:
        self._mandarin = Mandarin(syllabary, lexicon)
        self._english = English(lexicon)

    def words(self, glyphs: Sequence[Glyph]) -> tuple[list[Word], float]:
        """The words of one sentence, the last with break 4, and the seconds of pause before the first."""
        drafts, lead = self._drafts(glyphs)
        drafts = prosody.bind(drafts)
        prosody.breathe(drafts)
        _third_tones(drafts)
        if drafts:
            drafts[-1].break_after = 4
        return [_finish(draft) for draft in drafts], lead

    def _drafts(self, glyphs: Sequence[Glyph]) -> tuple[list[Draft], float]:
        drafts: list[Draft] = []
        lead = 0.0
        for pin, group in groupby(glyphs, key=lambda glyph: glyph.pin or ("" if glyph.char else glyph)):
            run = list(group)
            if run[0].pin:
                drafts.append(_pinned(run))
            elif not run[0].char:
                lead += _rest(drafts, run[0].pause or 0.0)
            else:
                self._spell_out(run, drafts)
            del pin
        return drafts, lead

    def _spell_out(self, run: Sequence[Glyph], drafts: list[Draft]) -> None:
        text = "".join(glyph.char for glyph in run)
        for match in _TOKEN.finditer(text):
            part = run[match.start() : match.end()]
            if match["han"]:
                drafts += self._chinese(match["han"], part)
            elif match["latin"]:
                drafts += _latin(self._english.read(match["latin"]), part)
            elif drafts and match[0] in _MARKS and not _is_silent(run, match.start()):
                _punctuate(drafts[-1], match[0])

    def _chinese(self, text: str, glyphs: Sequence[Glyph]) -> Iterator[Draft]:
        words, syllables = self._mandarin.read(text, _number_edges(glyphs))
        _change_yi_bu(text, syllables, {word.end - 1 for word in words if word.end - word.start > 1})
        for word in words:
            bounds = [word.start, *_style_changes(glyphs, word.start, word.end), word.end]
            for start, end in pairwise(bounds):
                spoken = [s for s in syllables[start:end] if s is not None]
                if spoken:
                    parts = self._mandarin.parts(text[start:end])
                    yield _draft(text[start:end], glyphs[start:end], word.tag, spoken, parts)


def _is_silent(run: Sequence[Glyph], i: int) -> bool:
    """Whether a blank or full stop is only spelling: a blank beside Latin, the point of an abbreviation."""
    if run[i].char == ".":
        return any(glyph.char.isalnum() for glyph in run[i + 1 :])
    return run[i].char == " " and not _between_han(run, i)


def _between_han(run: Sequence[Glyph], i: int) -> bool:
    """Whether a blank parts two Chinese characters of the source, as people write for a pause."""
    if not 0 < i < len(run) - 1:
        return False
    neighbours = (run[i - 1], run[i + 1])
    return all(glyph.end - glyph.start == 1 and HAN.match(glyph.char) for glyph in neighbours)


def _number_edges(glyphs: Sequence[Glyph]) -> list[int]:
    """Offsets where glyphs that share one stretch of the source, as a number's do, meet others."""
    spans = [(glyph.start, glyph.end) for glyph in glyphs]
    shared = {span for span, count in Counter(spans).items() if count > 1}
    edges = ((i, {spans[i - 1], spans[i]}) for i in range(1, len(spans)))
    return [i for i, pair in edges if len(pair) > 1 and pair & shared]


def _style_changes(glyphs: Sequence[Glyph], start: int, end: int) -> list[int]:
    return [i for i in range(start + 1, end) if glyphs[i].style != glyphs[i - 1].style]


def _draft(
    text: str,
    glyphs: Sequence[Glyph],
    tag: str,
    syllables: Sequence[Syllable] = (),
    parts: tuple[int, ...] = (),
) -> Draft:
    fitting = parts if sum(parts) == len(syllables) else (len(syllables),)
    start, end = min(glyph.start for glyph in glyphs), max(glyph.end for glyph in glyphs)
    return Draft(text, start, end, glyphs[0].style, tag, list(syllables), parts=fitting)


def _latin(spoken: Sequence[Spoken], glyphs: Sequence[Glyph]) -> Iterator[Draft]:
    """One draft for each spoken part; a part's characters are found in the token from left to right."""
    done = 0
    for part in spoken:
        while done < len(glyphs) and glyphs[done].char not in part.text[:1]:
            done += 1
        own = glyphs[done : done + len(part.text)] or glyphs[-1:]
        done += len(part.text)
        draft = _draft(part.text, own, "eng", part.syllables)
        draft.phones = part.phones
        yield draft


def _pinned(glyphs: Sequence[Glyph]) -> Draft:
    pin = glyphs[0].pin
    syllables = pin.syllables if pin else ()
    draft = _draft("".join(glyph.char for glyph in glyphs), glyphs, "n", syllables)
    draft.pinned = True
    return draft


def _punctuate(draft: Draft, char: str) -> None:
    """Punctuation after a word: the strongest mark and the highest break win."""
    mark, level = _MARKS[char]
    if char in _QUIET and not draft.mark:
        level = 1
    draft.break_after = max(draft.break_after, level)
    if mark and (not draft.mark or _STRENGTH.index(mark) < _STRENGTH.index(draft.mark)):
        draft.mark = mark


def _rest(drafts: Sequence[Draft], seconds: float) -> float:
    """Gives a pause to the word before it; returns it where there is none."""
    if not drafts:
        return seconds
    last = drafts[-1]
    last.pause = (last.pause or 0.0) + seconds
    last.break_after = max(last.break_after, 3 if seconds >= _LONG_PAUSE else 2 if seconds else 1)
    return 0.0


def _change_yi_bu(text: str, syllables: list[Syllable | None], word_ends: set[int]) -> None:
    spoken = [i for i, syllable in enumerate(syllables) if syllable is not None]
    chars = "".join(text[i] for i in spoken)
    changed = [syllable for syllable in syllables if syllable is not None]
    fixed = {n for n, i in enumerate(spoken) if i in word_ends and text[i - 1] not in sandhi.OPEN_BEFORE_YI}
    sandhi.yi_bu(chars, changed, fixed)
    for i, syllable in zip(spoken, changed, strict=True):
        syllables[i] = syllable


def _third_tones(drafts: Sequence[Draft]) -> None:
    start = 0
    for i, draft in enumerate(drafts):
        if draft.break_after > 1 or i == len(drafts) - 1:
            phrase = drafts[start : i + 1]
            movable = [[] if d.pinned else d.syllables for d in phrase]
            sandhi.third_tones(movable, [() if d.pinned else d.parts for d in phrase])
            start = i + 1


def _finish(draft: Draft) -> Word:
    return Word(
        text=draft.text,
        start=draft.start,
        end=draft.end,
        syllables=tuple(draft.syllables),
        phones=draft.phones,
        break_after=prosody.level(draft.break_after),
        pause=draft.pause,
        mark=draft.mark,
        style=draft.style,
    )
