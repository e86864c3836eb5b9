"""What names a recording."""

from __future__ import annotations

from service.cache import cache_key


def test_the_order_of_members_does_not_matter() -> None:
    assert cache_key({"a": 1, "b": 2}) == cache_key({"b": 2, "a": 1})


def test_every_value_matters() -> None:
    parts = [{"a": 1}, {"a": 1.5}, {"a": "1"}, {"a": None}, {"b": 1}, {"a": {"b": 1}}, {"a": "你"}]
    assert len({cache_key(part) for part in parts}) == len(parts)


def test_it_is_a_sha_256() -> None:
    assert len(bytes.fromhex(cache_key({}))) == 32
