"""Taxes and legal entities, as shops have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from kernel.audit.actor import Actor
from kernel.documents.models import LegalEntity
from kernel.documents.services import EntityTerms, save_entity
from kernel.taxes.models import TaxZone
from kernel.taxes.services import Policy, RateTerms, ZoneTerms, save_zone, set_policy

ACTOR = Actor("staff", "stf_test", "Tester")
Rates: TypeAlias = Mapping[str, Sequence[tuple[Any, ...]]]


def tax_zone(
    rates: Rates, *, code: str = "home", countries: tuple[str, ...] = ("CN",), **more: Any
) -> TaxZone:
    """Make a zone: rates by class, each a name, millionths, and whether it is compound."""
    terms = [
        RateTerms(name, {"en": each[0]}, each[1], bool(each[2:] and each[2]))
        for name, own in rates.items()
        for each in own
    ]
    zone = ZoneTerms(code=code, name=code, countries=countries, rates=terms, **more)
    return save_zone(zone, actor=ACTOR)


def taxed(**policy: Any) -> Policy:
    """Switch taxes on."""
    return set_policy(Policy(is_on=True, **{"home": "CN", **policy}), actor=ACTOR)


def legal_entity(**more: Any) -> LegalEntity:
    """Say in whose name documents are issued."""
    terms: dict[str, Any] = {"name": "Stoa Tea Ltd", "language": "en", **more}
    return save_entity(EntityTerms(**terms), actor=ACTOR)
