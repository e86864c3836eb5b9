"""SSML: which words, in which style, with which pauses. https://www.w3.org/TR/speech-synthesis11/

``<emotion category intensity>`` is an extension, as Alibaba's voices have it. DTDs and entity declarations
are refused, so neither external nor recursive entities exist.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from service.text import ssml_values as values
from service.text.errors import SsmlError
from service.text.glyph import CUT, Glyph, Pin, respell
from service.text.say_as import say_as
from service.text.sentence import Style
from service.text.syllable import Syllabary

T = TypeVar("T")
_START = re.compile(r"[\s\ufeff]*<(?:\?xml\s|!DOCTYPE|speak(?=[\s/>]|$))", re.IGNORECASE)
_DECLARATION = re.compile(r"\A[\s\ufeff]*<\?xml\s[^>]{0,200}\?>")
_ATTRIBUTES: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    # element: (required, optional)
    "speak": (frozenset(), frozenset(("version", "xml:lang", "xml:base", "xmlns"))),
    "p": (frozenset(), frozenset(("xml:lang",))),
    "s": (frozenset(), frozenset(("xml:lang",))),
    "break": (frozenset(), frozenset(("time", "strength"))),
    "emotion": (frozenset(("category",)), frozenset(("intensity",))),
    "voice": (frozenset(("name",)), frozenset(("xml:lang",))),
    "prosody": (frozenset(), frozenset(("rate", "pitch", "volume"))),
    "phoneme": (frozenset(("alphabet", "ph")), frozenset()),
    "say-as": (frozenset(("interpret-as",)), frozenset(("format",))),
    "sub": (frozenset(("alias",)), frozenset()),
}

LONGEST_SILENCE = 120.0
"""Seconds of all breaks of a text together: twenty characters ask for as much memory as a page does."""

_OPAQUE = frozenset(("break", "phoneme", "say-as", "sub"))
_NEW_SENTENCE = frozenset(("p", "s", "voice"))


def is_ssml(text: str) -> bool:
    """Whether a text begins as an XML document does: ``<speak>``, an XML declaration or a DOCTYPE."""
    return _START.match(text) is not None


def parse(text: str, style: Style, syllabary: Syllabary) -> list[Glyph]:
    """The characters to speak of an SSML document, each with its place in ``text`` and its style.

    Raises:
        SsmlError: broken XML, a DTD or entity, an unknown element or attribute, a value that is not allowed.
    """
    source = _well_formed_input(text)
    reader = _Reader(forbid_dtd=True)
    document = _Document(source, style, syllabary, reader)
    reader.setContentHandler(document)
    try:
        reader.feed(source.encode())
        reader.close()
    except SAXParseException as error:
        message = f"text is broken SSML: {error.getMessage()}"
        raise SsmlError(message, error.getLineNumber() or 1, (error.getColumnNumber() or 0) + 1) from error
    except DefusedXmlException as error:
        raise document.fault("text must not hold a DTD or entity declarations") from error
    return document.glyphs


def _well_formed_input(text: str) -> str:
    """The text, as long as before, with one kind of line end, no XML declaration and no lone surrogates."""
    text = _DECLARATION.sub(lambda match: " " * len(match[0]), text, count=1)
    text = text.replace("\r\n", " \n").replace("\r", "\n")
    text = re.sub(r"[\ud800-\udfff]", "\ufffd", text)
    start = text.find("<")
    return re.sub(r"[^\n]", " ", text[:start]) + text[start:]


class _Reader(DefusedExpatParser):
    """Reports each stretch of text where it stands, not gathered into one."""

    def reset(self) -> None:
        super().reset()
        self._parser.buffer_text = False  # type: ignore[attr-defined]  # not in the stubs


@dataclass(frozen=True, slots=True)
class _Opaque:
    """An open element that is read as a whole: where its tag begins, and the text inside it so far."""

    name: str
    given: Mapping[str, str]
    position: tuple[int, int]
    place: int
    inside: list[Glyph] = field(default_factory=list)


class _Document(ContentHandler):
    """Turns SAX events into glyphs; a stack of styles follows the open elements."""

    def __init__(self, source: str, style: Style, syllabary: Syllabary, reader: _Reader) -> None:
        super().__init__()
        self.glyphs: list[Glyph] = []
        self._reader = reader
        self._syllabary = syllabary
        self._styles = [style]
        self._silence = 0.0  # seconds of all breaks so far
        self._source = source
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", source))]
        self._opaque: _Opaque | None = None

    def fault(self, message: str) -> SsmlError:
        """An error at what is being read; for an element that is read as a whole, where that begins."""
        return SsmlError(message, *(self._opaque.position if self._opaque else self._position()))

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802  # SAX's name
        """Checks an element and puts its style on the stack."""
        given = dict(attrs)
        self._check(name, given)
        style = self._valid(lambda: _styled(self._styles[-1], name, given))
        self._styles.append(style)
        if name in _NEW_SENTENCE:
            self._cut()
        elif name in _OPAQUE:
            self._opaque = _Opaque(name, given, self._position(), self._place())

    def endElement(self, name: str) -> None:  # noqa: N802  # SAX's name
        """Speaks what an opaque element gathered; takes the element's style off the stack."""
        if self._opaque is not None:
            opaque = self._opaque
            self.glyphs += self._valid(lambda: self._spoken(opaque))
            self._opaque = None
        self._styles.pop()
        if name in _NEW_SENTENCE:
            self._cut()

    def characters(self, content: str) -> None:
        """Adds text to the open element."""
        start = self._place()
        # A character reference is one character that stands for several of the source.
        width = self._source.index(";", start) - start + 1 if self._source[start] == "&" else 1
        style = self._styles[-1]
        target = self.glyphs if self._opaque is None else self._opaque.inside
        target += [Glyph(char, start + i, start + i + width, style) for i, char in enumerate(content)]

    def _check(self, name: str, given: Mapping[str, str]) -> None:
        if len(self._styles) == 1 and name != "speak":
            raise self.fault("text must have <speak> as its outermost element")
        if name not in _ATTRIBUTES:
            raise self.fault(f"element <{name[:40]}> is not supported; allowed are {', '.join(_ATTRIBUTES)}")
        if len(self._styles) > 1 and name == "speak":
            raise self.fault("<speak> must not stand inside another element")
        if self._opaque is not None:
            raise SsmlError(f"<{self._opaque.name}> must not hold other elements", *self._position())
        required, optional = _ATTRIBUTES[name]
        for attribute in required - given.keys():
            raise self.fault(f'<{name}> needs the attribute "{attribute}"')
        unknown = {a for a in given.keys() - required - optional if not a.startswith(("xmlns:", "xsi:"))}
        for attribute in sorted(unknown):
            allowed = ", ".join(sorted(required | optional)) or "none"
            raise self.fault(f'<{name}> has no attribute "{attribute[:40]}"; allowed: {allowed}')

    def _spoken(self, opaque: _Opaque) -> list[Glyph]:
        given, place = opaque.given, opaque.place
        if opaque.name == "break":
            if opaque.inside:
                raise ValueError("<break> must be empty")
            seconds = values.pause(given.get("time"), given.get("strength"))
            self._silence += seconds
            if self._silence > LONGEST_SILENCE:
                raise ValueError(f"the breaks of a text must not add up to more than {LONGEST_SILENCE:.0f}s")
            return [Glyph("", place, place, self._styles[-1], pause=seconds)]
        inside = opaque.inside or [Glyph(" ", place, place, self._styles[-1])]
        if opaque.name == "sub":
            return respell(inside, given["alias"])
        if opaque.name == "say-as":
            return respell(inside, say_as(given["interpret-as"], "".join(glyph.char for glyph in inside)))
        if given["alphabet"] != "py":
            raise ValueError(
                f'phoneme alphabet="{given["alphabet"]}" is not supported; allowed is py (pinyin with tones)'
            )
        syllables = [self._syllabary.parse(written) for written in given["ph"].split()]
        pin = Pin(tuple(syllable for syllable in syllables if syllable is not None))
        if not pin.syllables or len(pin.syllables) != len(syllables):
            raise ValueError(
                f'phoneme ph="{given["ph"]}" must be pinyin syllables with tone digits, such as "chong2"'
            )
        text = "".join(glyph.char for glyph in inside).strip() or given["ph"]
        return [replace(glyph, pin=pin) for glyph in respell(inside, text)]

    def _cut(self) -> None:
        place = self._place()
        self.glyphs.append(Glyph(CUT, place, place, self._styles[-1]))

    def _position(self) -> tuple[int, int]:
        """The line and column, from 1, of the event that is being handled."""
        return self._reader.getLineNumber() or 1, (self._reader.getColumnNumber() or 0) + 1

    def _place(self) -> int:
        """The offset in the source of the event that is being handled."""
        line, column = self._position()
        return self._line_starts[line - 1] + column - 1

    def _valid(self, make: Callable[[], T]) -> T:
        try:
            return make()
        except ValueError as error:
            raise self.fault(str(error)) from error


def _styled(style: Style, name: str, given: Mapping[str, str]) -> Style:
    """The style inside an element: emotions and voices replace, prosody composes within its ranges."""
    if name == "emotion":
        strength = values.intensity(given["intensity"]) if "intensity" in given else style.intensity
        return replace(style, emotion=given["category"], intensity=strength)
    if name == "voice":
        return replace(style, voice=given["name"])
    if name == "prosody":
        rate = style.rate * values.rate(given.get("rate", "default"))
        pitch = style.pitch + values.pitch(given.get("pitch", "default"))
        volume = style.volume * values.volume(given.get("volume", "default"))
        return replace(
            style, rate=min(max(rate, 0.5), 2.0), pitch=min(max(pitch, -12.0), 12.0), volume=min(volume, 2.0)
        )
    return style
