"""API keys: made, hashed, listed and recognised."""

from __future__ import annotations

import hashlib
import re

import pytest

from service.keys import KeyRing, entry, generate, hashed


def test_a_key_has_256_random_bits_in_characters_that_need_no_escaping() -> None:
    keys = {generate() for _ in range(100)}
    assert len(keys) == 100
    assert all(re.fullmatch(r"qs_[A-Za-z0-9_-]{43}", key) for key in keys)


def test_the_hash_is_what_sha256sum_prints() -> None:
    assert hashed("qs_abc") == hashlib.sha256(b"qs_abc").hexdigest()


def test_a_ring_knows_every_key_by_its_name() -> None:
    first, second = generate(), generate()
    ring = KeyRing([entry("app", first), entry("kiosk", second)])
    assert (ring.name_of(first), ring.name_of(second)) == ("app", "kiosk")


def test_a_new_key_and_the_one_it_replaces_may_have_one_name() -> None:
    old, new = generate(), generate()
    ring = KeyRing([entry("app", old), entry("app", new)])
    assert ring.name_of(old) == ring.name_of(new) == "app"


@pytest.mark.parametrize("stranger", ["", "qs_", "密钥", "\udc80", "a" * 100_000])
def test_a_strangers_key_has_no_name(stranger: str) -> None:
    assert KeyRing([entry("app", generate())]).name_of(stranger) is None


def test_neither_the_hash_nor_the_entry_opens_what_the_key_opens() -> None:
    listed = entry("app", generate())
    ring = KeyRing([listed])
    assert ring.name_of(listed) is None
    assert ring.name_of(listed.split(":")[1]) is None


def test_an_empty_ring_is_false() -> None:
    assert not KeyRing([])
    assert KeyRing([entry("app", generate())])


@pytest.mark.parametrize(
    "wrong", ["", "app", "app:", f":{'0' * 64}", f"app:{'0' * 63}", f"app:{'G' * 64}", f"a b:{'0' * 64}"]
)
def test_a_malformed_entry_is_refused_with_its_place(wrong: str) -> None:
    with pytest.raises(ValueError, match="API key 2 of the list"):
        KeyRing([entry("app", generate()), wrong])


def test_a_key_listed_in_place_of_its_entry_is_not_repeated_in_the_message() -> None:
    key = generate()
    with pytest.raises(ValueError, match="API key 1 ") as caught:
        KeyRing([key])
    assert key not in str(caught.value)


@pytest.mark.parametrize("name", ["", "a,b", "a:b", "-a", "名", "a" * 65])
def test_a_name_that_would_break_the_list_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name is 1 to 64"):
        entry(name, generate())


class TestSignatures:
    def test_it_is_good_for_its_path_alone_as_long_as_its_key_is(self) -> None:
        first, second = entry("a", generate()), entry("b", generate())
        ring = KeyRing([first, second])
        signature = ring.sign("/audio/1")
        assert ring.signed("/audio/1", signature)
        assert not ring.signed("/audio/2", signature)
        assert not ring.signed("/audio/1", "")
        assert not ring.signed("/audio/1", "\udcff" + signature)
        assert KeyRing([second, first]).signed("/audio/1", signature)
        assert not KeyRing([second]).signed("/audio/1", signature)

    def test_without_keys_there_is_nothing_to_sign_with(self) -> None:
        assert KeyRing([]).sign("/audio/1") == ""
        assert not KeyRing([]).signed("/audio/1", "")
