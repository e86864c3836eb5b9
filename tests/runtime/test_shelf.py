from __future__ import annotations

from dataclasses import replace

from service.runtime.networks import Networks
from service.runtime.shelf import Shelf
from tests.runtime.voices import LIBRARY, exported


def test_the_same_contents_are_loaded_once() -> None:
    shelf = Shelf()
    first = shelf.get(lambda: [1], "list", b"a", b"b")
    assert shelf.get(lambda: [2], "list", b"a", b"b") is first


def test_another_kind_or_other_contents_are_something_else() -> None:
    shelf = Shelf()
    assert shelf.get(lambda: 1, "one", b"ab") == 1
    assert shelf.get(lambda: 2, "two", b"ab") == 2
    assert shelf.get(lambda: 3, "one", b"a", b"b") == 3


def test_voices_of_the_same_numbers_share_a_decoder() -> None:
    """So their lines are decoded together."""
    shelf = Shelf()
    first, second, other = (
        Networks(exported(name), LIBRARY, None, shelf) for name in ("plain_emo", "plain_emo", "nsf_emo")
    )
    assert first.decoder is second.decoder
    assert first.decoder is not other.decoder


def test_voices_that_differ_in_pace_alone_share_a_decoder() -> None:
    shelf, voice = Shelf(), exported("plain_emo")
    slower = replace(voice, acoustic=replace(voice.acoustic, pace=0.8))
    first, second = (Networks(each, LIBRARY, None, shelf) for each in (voice, slower))
    assert first.decoder is second.decoder
