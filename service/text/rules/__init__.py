"""How written forms are spoken: rules in their order, each group in its own module."""

from __future__ import annotations

from service.text.rules import calendar, contact, maths, names, quantity
from service.text.rules.rule import Rule


def all_rules() -> tuple[Rule, ...]:
    """Every rule in its order: what one has put into words, no later one reads as a number."""
    return (
        *contact.rules(),
        *names.codes(),
        *quantity.money(),
        *calendar.rules(),
        *names.rules(),
        *quantity.rules(),
        *maths.rules(),
    )
