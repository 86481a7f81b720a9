"""What the store API takes and tells of draws."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from kernel.rewards.draws.choices import Kind, Standing
from kernel.rewards.draws.models import Draw, Entry, Win
from kernel.rewards.draws.selectors import Shown


class PrizeShown(serializers.Serializer[Any]):
    """A prize."""

    name = serializers.CharField()
    quantity = serializers.IntegerField(help_text="how many there are")
    chance = serializers.IntegerField(help_text="of each entry, in a million; 0 when ranked")


class DrawShown(serializers.Serializer[Any]):
    """A draw."""

    id = serializers.CharField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    standing = serializers.ChoiceField(choices=Standing.choices)
    title = serializers.CharField()
    rules = serializers.CharField(allow_blank=True)
    prizes = PrizeShown(many=True)
    entries_each = serializers.IntegerField(help_text="how often a member may enter")
    adults_only = serializers.BooleanField()
    commitment = serializers.CharField(help_text="SHA-256 of the seed")
    seed = serializers.CharField(allow_null=True, help_text="once the draw is over")
    entries = serializers.IntegerField()
    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()


class EntryMade(serializers.Serializer[Any]):
    """What is said when entering."""

    is_adult = serializers.BooleanField(
        default=False, help_text="needed where only people of 18 years and more may enter"
    )


class EntryShown(serializers.Serializer[Any]):
    """A member's entry; ticket and link prove later that nothing was changed."""

    number = serializers.IntegerField()
    ticket = serializers.CharField()
    link = serializers.CharField(help_text="fixes this entry and all before it")
    entered_at = serializers.DateTimeField()
    prize = serializers.CharField(allow_null=True)


class FileShown(serializers.Serializer[Any]):
    """All that is needed to recompute a draw."""

    draw = serializers.CharField()
    titles = serializers.DictField(child=serializers.CharField())
    terms = serializers.DictField()
    commitment = serializers.CharField()
    published = serializers.CharField()
    opens = serializers.CharField()
    closes = serializers.CharField()
    standing = serializers.CharField()
    entries = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    seed = serializers.CharField(allow_null=True)
    chain = serializers.CharField(allow_null=True)
    wins = serializers.DictField(child=serializers.IntegerField())
    stopped = serializers.DictField(required=False)


def worded(texts: dict[str, str], language: str) -> str:
    """Return the words in a language, else in the first that there is."""
    return texts.get(language) or next(iter(texts.values()), "")


def draw_data(one: Shown, language: str) -> dict[str, Any]:
    """Return a draw as it is told."""
    draw: Draw = one.draw
    return {
        "id": draw.public_id,
        "kind": draw.kind,
        "standing": str(one.standing),
        "title": worded(draw.titles, language),
        "rules": worded(draw.rules, language),
        "prizes": [
            {name: prize[name] for name in ("name", "quantity", "chance")} for prize in draw.prizes
        ],
        "entries_each": draw.terms["entries_each"],
        "adults_only": draw.adults_only,
        "commitment": draw.commitment,
        "seed": bytes(one.reveal.seed).hex() if one.reveal else None,
        "entries": one.entries,
        "opens_at": draw.opens_at,
        "closes_at": draw.closes_at,
    }


def entry_data(draw: Draw, row: Entry, win: Win | None) -> dict[str, Any]:
    """Return an entry as its member is told of it."""
    return {
        "number": row.number,
        "ticket": row.ticket,
        "link": row.link,
        "entered_at": row.entered_at,
        "prize": draw.prizes[win.prize]["name"] if win else None,
    }
