"""The corpus: texts that are one sentence each, and which of them are held out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from service.text.errors import FrontEndError
from service.text.frontend import FrontEnd
from service.text.sentence import Sentence
from training.corpus.coverage import Sounds, carriers
from training.corpus.sources import hsk_texts, joined, judged_texts, own_texts
from training.folder import read_json, write_json

_HELD_OUT = 20  # one text in so many
_LONG_HELD_OUT = 100  # joined texts
_AT_LEAST = 2  # times that each sound is to be heard
_TRIAL_HELD_OUT = 8  # of a trial, one text in so many
_MOST_SYLLABLES = 62


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the corpus.

    Attributes:
        text: plain or SSML.
        held_out: it is for scores; nothing is trained on it.
        carrier: it is there for its sounds, and says nothing.
        own: it is one of the project's, which have what other texts lack: English, letters, numbers.
    """

    text: str
    held_out: bool = False
    carrier: bool = False
    own: bool = False


def corpus(
    frontend: FrontEnd,
    sounds: Sounds,
    *,
    limit: int | None,
    long: int,
    seed: int,
    longest: int | None = None,
) -> list[Text]:
    """Collects the texts: our own, the package's, joined ones, and carriers for what is still missing.

    Args:
        frontend: reads the texts; those that are not one sentence are left out.
        sounds: what is to be heard.
        limit: of the plain texts, for trials; then sounds may be missing.
        long: how many joined texts to learn from; up to 100 more are held out.
        seed: of the joined texts.
        longest: characters of a plain text, for trials.
    """
    judged, own = judged_texts(), frozenset(own_texts())
    plain = [text for text in dict.fromkeys([*own_texts(), *hsk_texts()]) if text not in judged]
    plain = [text for text in plain if longest is None or len(text) <= longest]
    if limit is not None:
        plain = _trial(plain, limit)
    kept = [text for text in plain if _sentence(frontend, text)]
    learnt, held = [t for t in kept if not held_out(t)], [t for t in kept if held_out(t)]
    longer = joined(learnt, long, seed), joined(held, min(long, _LONG_HELD_OUT), seed)
    texts = [Text(text, held_out(text), own=text in own) for text in kept]
    texts += [Text(text, bool(i)) for i, group in enumerate(longer) for text in group]
    texts = [text for text in texts if _sentence(frontend, text.text)]
    if limit is None:
        heard = sounds.heard(sentences(frontend, [text.text for text in texts if not text.held_out]))
        lacking = sounds.missing(heard, _AT_LEAST)
        texts += [Text(text, carrier=True) for text in carriers(lacking)]
    return texts


def held_out(text: str) -> bool:
    """Whether a text is one of the twentieth that is held out; that depends on the text alone."""
    return hashlib.sha256(text.encode("utf-8")).digest()[0] % _HELD_OUT == 0


def sentences(frontend: FrontEnd, texts: Iterable[str]) -> Iterator[Sentence]:
    """Yields all sentences of texts."""
    for text in texts:
        yield from frontend.read(text)


def save(path: Path, texts: Sequence[Text]) -> None:
    """Writes a corpus."""
    write_json(path, [asdict(text) for text in texts])


def load(path: Path) -> list[Text]:
    """Reads a corpus.

    Raises:
        FileNotFoundError: it has not been written.
    """
    return [Text(**entry) for entry in read_json(path)]


def _trial(texts: Sequence[str], count: int) -> list[str]:
    """Gives a few texts from all over, some held out among them."""
    learnt, held = [t for t in texts if not held_out(t)], [t for t in texts if held_out(t)]
    few = max(1, count // _TRIAL_HELD_OUT)
    return [*_spread(learnt, count - few), *_spread(held, few)]


def _spread(texts: Sequence[str], count: int) -> Sequence[str]:
    return texts[:: max(1, len(texts) // count)][:count]


def _sentence(frontend: FrontEnd, text: str) -> Sentence | None:
    """The only sentence of a text; None where there are more, or it is too long to be spoken at once."""
    try:
        found = list(frontend.read(text))
    except FrontEndError:
        return None
    spoken = sum(len(word.syllables) + len(word.phones) for word in found[0].words)
    return found[0] if len(found) == 1 and spoken <= _MOST_SYLLABLES else None
