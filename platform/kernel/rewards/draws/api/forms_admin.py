"""What the admin API takes and tells of draws."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from kernel.api.public_ids import PublicIdField
from kernel.rewards.draws.api.forms import PrizeShown, draw_data
from kernel.rewards.draws.choices import Kind, Standing
from kernel.rewards.draws.models import Win
from kernel.rewards.draws.selectors import Audit, Shown
from kernel.rewards.draws.services import Prize

_MOST = 2**53 - 1


class PrizeTold(serializers.Serializer[Any]):
    """A prize as staff publish it."""

    name = serializers.CharField(max_length=80)
    quantity = serializers.IntegerField(min_value=1, max_value=10_000)
    chance = serializers.IntegerField(
        min_value=0, max_value=1_000_000, default=0, help_text="of each entry, in a million"
    )
    value_minor = serializers.IntegerField(
        min_value=0, max_value=_MOST, default=0, help_text="what a piece is worth"
    )
    asset = serializers.CharField(
        max_length=32, default="", allow_blank=True, help_text="put on the balance of the winner"
    )
    units = serializers.IntegerField(min_value=0, max_value=_MOST, default=0)


class TermsTold(serializers.Serializer[Any]):
    """The terms of a draw; final once it is published."""

    kind = serializers.ChoiceField(choices=Kind.choices)
    title = serializers.CharField(max_length=80, help_text="Chinese")
    title_en = serializers.CharField(max_length=80, default="", allow_blank=True)
    rules = serializers.CharField(max_length=2000, default="", allow_blank=True)
    rules_en = serializers.CharField(max_length=2000, default="", allow_blank=True)
    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField(help_text="when the seed is revealed")
    entries_each = serializers.IntegerField(min_value=1, max_value=100, default=1)
    adults_only = serializers.BooleanField(default=False)
    prizes = PrizeTold(many=True, allow_empty=False)


class StopTold(serializers.Serializer[Any]):
    """Why a draw is stopped; everybody can read it."""

    reason = serializers.CharField(max_length=300)


class PrizeDetail(PrizeShown):
    """A prize with what staff know of it."""

    value_minor = serializers.IntegerField(source="value")
    asset = serializers.CharField(allow_blank=True)
    units = serializers.IntegerField()


class DrawStop(serializers.Serializer[Any]):
    """Why a draw was stopped, by whom and when."""

    reason = serializers.CharField()
    stopped_by = serializers.CharField()
    stopped_at = serializers.DateTimeField()


class DrawAudit(serializers.Serializer[Any]):
    """Whether what is stored of a revealed draw is what its seed gives."""

    is_right = serializers.BooleanField()
    seed_fits = serializers.BooleanField()
    chain_fits = serializers.BooleanField()
    wins_fit = serializers.BooleanField()
    likelihood = serializers.FloatField(
        help_text="of being as far from the published chances by luck alone"
    )


class DrawListed(serializers.Serializer[Any]):
    """A draw and how it stands."""

    id = serializers.CharField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    standing = serializers.ChoiceField(choices=Standing.choices)
    titles = serializers.DictField(child=serializers.CharField())
    rules = serializers.DictField(child=serializers.CharField())
    prizes = PrizeDetail(many=True)
    entries_each = serializers.IntegerField()
    adults_only = serializers.BooleanField()
    commitment = serializers.CharField()
    seed = serializers.CharField(allow_null=True)
    entries = serializers.IntegerField()
    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()
    published_by = serializers.CharField()
    published_at = serializers.DateTimeField()
    stopped = DrawStop(allow_null=True)


class DrawDetail(DrawListed):
    """A draw with its audit, once it is revealed."""

    audit = DrawAudit(allow_null=True)


class WinShown(serializers.Serializer[Any]):
    """What an entry has won."""

    number = serializers.IntegerField(help_text="of the entry")
    prize = serializers.CharField()
    member = PublicIdField("mem", source="member_id")
    at = serializers.DateTimeField()


def published(told: dict[str, Any]) -> dict[str, Any]:
    """Return terms as the service takes them."""
    return {
        "kind": told["kind"],
        "titles": {"zh-hans": told["title"], "en": told["title_en"]},
        "rules": {
            code: text
            for code, text in (("zh-hans", told["rules"]), ("en", told["rules_en"]))
            if text.strip()
        },
        "opens_at": told["opens_at"],
        "closes_at": told["closes_at"],
        "entries_each": told["entries_each"],
        "adults_only": told["adults_only"],
        "prizes": [Prize(**each) for each in told["prizes"]],
    }


def listed(one: Shown) -> dict[str, Any]:
    """Return a draw as lists of staff show it."""
    draw = one.draw
    return {
        **draw_data(one, ""),
        "titles": draw.titles,
        "rules": draw.rules,
        "prizes": draw.prizes,
        "published_by": draw.published_by,
        "published_at": draw.published_at,
        "stopped": one.stop,
    }


def detail(one: Shown, audit: Audit | None) -> dict[str, Any]:
    """Return a draw with its audit."""
    return {**listed(one), "audit": audit}


def win_data(row: Win, prizes: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what was won, with the prize's name."""
    shown: dict[str, Any] = {
        "number": row.number,
        "prize": prizes[row.prize]["name"],
        "member_id": row.member_id,
        "at": row.at,
    }
    return dict(WinShown(shown).data)
