"""The symbols of a line as the numbers that a voice's embedding tables take."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from service.models.errors import ModelError, SymbolError
from service.models.vocabularies import DEFAULT_LANGUAGE, vocabulary

EMOTION = "emo_category"
SPEAKER = "speaker_category"
_SPELLED = ("sy", "tone", "syllable_flag", "word_segment")
_BYTES = ("byte_index",)
_NAMES = {
    "sy": "phoneme",
    "syllable_flag": "syllable flag",
    "word_segment": "word segment",
    "byte_index": "byte",
    EMOTION: "emotion",
    SPEAKER: "speaker",
}
_NOT_CHOSEN = re.compile(r"none$|placeholder\d+$")  # rows of the emotion table that are no emotion
_REPORTED = 5  # unknown symbols that one message names
_LISTED = 40  # names that a message lists before it shortens them
_QUOTED = 40  # characters of a symbol that a message repeats


@dataclass(frozen=True, slots=True)
class SymbolIds:
    """A line of n symbols as ids.

    Attributes:
        symbols: the first field of each: ``"n_c"``, ``"#3"``, or a byte's number.
        linguistic: shape (4, n): phoneme, tone, syllable flag, word segment; (1, n) for byte input.
        emotion: shape (n,).
        speaker: shape (n,).
    """

    symbols: tuple[str, ...]
    linguistic: NDArray[np.int64]
    emotion: NDArray[np.int64]
    speaker: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Specials:
    """The ids behind a channel's names; no symbol of a line has them. ``mask`` is None without a mask."""

    padding: int
    end: int
    mask: int | None


@dataclass(frozen=True)
class LinguisticUnit:
    """The vocabularies of a voice.

    Attributes:
        features: the fields of a symbol in their order, as ``lfeat_type_list`` spells them.
        vocabularies: the names of each feature in the order of their ids, without specials.
        has_mask: the embedding tables end in rows for padding, end and mask; else in the first two.
        emotions: the names that a request may choose, without ``emotion_``.
    """

    features: tuple[str, ...]
    vocabularies: Mapping[str, tuple[str, ...]]
    has_mask: bool
    emotions: tuple[str, ...]

    @classmethod
    def build(
        cls,
        features: Sequence[str],
        speakers: Sequence[str],
        language: str = DEFAULT_LANGUAGE,
        *,
        has_mask: bool = True,
        emotions: Sequence[str] | None = None,
    ) -> LinguisticUnit:
        """Gives the unit of a model's ``linguistic_unit`` settings.

        Args:
            features: ``lfeat_type_list``: the four linguistic fields or ``byte_index``, and
                ``emo_category`` and ``speaker_category``, in any order.
            speakers: ``speaker_list``.
            language: ``PinYin``, ``Sichuan``, ``WuuShanghai`` or ``ZhHK``; any other is read as ``PinYin``.
            has_mask: see above.
            emotions: those that the voice has learned; None for all of the table.

        Raises:
            ModelError: the features or the emotions are none that a voice can have.
        """
        if set(features) not in ({*_SPELLED, EMOTION, SPEAKER}, {*_BYTES, EMOTION, SPEAKER}):
            raise ModelError(
                f"lfeat_type_list is {','.join(features) or 'empty'}; it must hold "
                f"{','.join(_SPELLED)} or byte_index, and {EMOTION},{SPEAKER}."
            )
        if not speakers:
            raise ModelError("speaker_list is empty; it must name at least one speaker.")
        lists = {name: vocabulary(name, language) for name in features if name != SPEAKER}
        lists[SPEAKER] = tuple(speakers)
        chosen = _chosen(lists[EMOTION], emotions)
        return cls(tuple(features), lists, has_mask, chosen)

    @classmethod
    def from_json(cls, document: Mapping[str, object]) -> LinguisticUnit:
        """Gives back the unit that ``to_json`` wrote.

        Raises:
            ModelError: the document is no such thing.
        """
        try:
            vocabularies: Mapping[str, Sequence[str]] = document["vocabularies"]  # type: ignore[assignment]
            lists = {name: tuple(map(str, names)) for name, names in vocabularies.items()}
            emotions: Sequence[str] = document["emotions"]  # type: ignore[assignment]
            features = [str(name) for name in document["features"]]  # type: ignore[attr-defined]
            if set(features) != set(lists):
                raise KeyError(features)
            return cls(tuple(features), lists, bool(document["has_mask"]), tuple(map(str, emotions)))
        except (KeyError, TypeError, AttributeError) as error:
            raise ModelError("The linguistic unit of an exported voice is incomplete.") from error

    def to_json(self) -> dict[str, object]:
        """Gives the unit as plain dictionaries, lists and strings."""
        return {
            "features": list(self.features),
            "vocabularies": {name: list(self.vocabularies[name]) for name in self.features},
            "has_mask": self.has_mask,
            "emotions": list(self.emotions),
        }

    @property
    def byte_input(self) -> bool:
        """Whether symbols start with a byte of the text instead of phoneme, tone and flags."""
        return _BYTES[0] in self.features

    @property
    def linguistic_features(self) -> tuple[str, ...]:
        """The rows of ``SymbolIds.linguistic``."""
        return _BYTES if self.byte_input else _SPELLED

    @property
    def speakers(self) -> tuple[str, ...]:
        """The names of the speakers in the order of their ids."""
        return self.vocabularies[SPEAKER]

    def emotion_id(self, name: str) -> int:
        """The row of an emotion of ``emotions``, or of ``"none"``, in the emotion table.

        Raises:
            SymbolError: the voice has no such emotion.
        """
        if name != "none" and name not in self.emotions:
            raise SymbolError(f"The voice has no emotion {_quoted(name)}; it has {', '.join(self.emotions)}.")
        return self.vocabularies[EMOTION].index(f"emotion_{name}")

    def specials(self, feature: str) -> Specials:
        """The ids of padding, end and mask in a channel; bytes have a mask in every model."""
        size = len(self.vocabularies[feature])
        masked = self.has_mask or feature in _BYTES
        return Specials(size, size + 1, size + 2 if masked else None)

    def rows(self, feature: str) -> int:
        """The rows of a channel's embedding table, specials included."""
        specials = self.specials(feature)
        return specials.end + 1 + (specials.mask is not None)

    def with_emotion_rows(self, rows: int) -> LinguisticUnit:
        """Gives the unit of a voice whose emotion table has that many rows, specials included."""
        table = self.vocabularies[EMOTION]
        known = table[: max(0, rows - self.rows(EMOTION) + len(table))]
        emotions = tuple(name for name in self.emotions if f"emotion_{name}" in known)
        return replace(self, vocabularies={**self.vocabularies, EMOTION: known}, emotions=emotions)

    def encode(self, text: str) -> SymbolIds:
        """Gives the ids of a line of symbols, ``{sy$tone$syllable_flag$word_segment$emotion$speaker}`` each.

        The end symbol that training put behind a line is not added: networks never see it.

        Raises:
            SymbolError: the line is empty, a symbol has the wrong form, or the voice does not know it.
        """
        fields = [self._fields(number, symbol) for number, symbol in enumerate(text.split(), 1)]
        if not fields:
            raise SymbolError("The line holds no symbols.")
        columns = dict(zip(self.features, zip(*fields, strict=True), strict=True))
        self._check_known(columns)
        ids = {feature: self._ids(feature, names) for feature, names in columns.items()}
        linguistic = np.stack([ids[feature] for feature in self.linguistic_features])
        return SymbolIds(columns[self.linguistic_features[0]], linguistic, ids[EMOTION], ids[SPEAKER])

    def _fields(self, number: int, symbol: str) -> tuple[str, ...]:
        form = "{" + "$".join(self.features) + "}"
        if len(symbol) < 2 or symbol[0] != "{" or symbol[-1] != "}":
            raise SymbolError(
                f"Symbol {number}, {_quoted(symbol)}, is not in braces; symbols look like {form}."
            )
        fields = tuple(symbol[1:-1].split("$"))
        if len(fields) != len(self.features):
            raise SymbolError(
                f"Symbol {number}, {_quoted(symbol)}, has {len(fields)} of {len(self.features)} fields; "
                f"symbols look like {form}."
            )
        return fields

    def _check_known(self, columns: Mapping[str, Sequence[str]]) -> None:
        unknown = [
            (feature, name)
            for feature, names in columns.items()
            for name in dict.fromkeys(names)
            if name not in self.vocabularies[feature]
        ]
        if unknown:
            raise SymbolError(self._complaint(unknown))

    def _complaint(self, unknown: Sequence[tuple[str, str]]) -> str:
        reported = unknown[:_REPORTED]
        rest = f" and {len(unknown) - _REPORTED} more" if len(unknown) > _REPORTED else ""
        named = ", ".join(f"{_NAMES.get(feature, feature)} {_quoted(name)}" for feature, name in reported)
        allowed = "; ".join(
            f"{_NAMES.get(feature, feature)}s are {_listed(self.vocabularies[feature])}"
            for feature in dict(reported)
        )
        return f"The voice does not know {named}{rest}; {allowed}."

    def _ids(self, feature: str, names: Iterable[str]) -> NDArray[np.int64]:
        rows = {name: row for row, name in enumerate(self.vocabularies[feature])}
        return np.array([rows[name] for name in names], np.int64)


def _chosen(table: Sequence[str], learned: Sequence[str] | None) -> tuple[str, ...]:
    if learned is None:
        names = (name.removeprefix("emotion_") for name in table)
        return tuple(name for name in names if not _NOT_CHOSEN.match(name))
    chosen = tuple(name.removeprefix("emotion_") for name in learned)
    strange = [name for name in chosen if f"emotion_{name}" not in table]
    if strange or not chosen:
        raise ModelError(
            f"emotion_list holds {', '.join(map(_quoted, strange)) or 'nothing'}; "
            f"it must name emotions of {', '.join(_chosen(table, None))}."
        )
    return chosen


def _listed(names: Sequence[str]) -> str:
    usable = [name for name in names if "placeholder" not in name]
    if len(usable) <= _LISTED:
        return ", ".join(usable)
    return f"{', '.join(usable[:3])} … {', '.join(usable[-4:])}"


def _quoted(name: str) -> str:
    return repr(name if len(name) <= _QUOTED else name[:_QUOTED] + "…")
