"""What a shop chose about taxes."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.outbox.publishing import publish
from kernel.taxes.book import EXEMPT, STANDARD, renew
from kernel.taxes.choices import FreightTax, Rounding
from kernel.taxes.errors import InvalidTax
from kernel.taxes.events import TaxesChanged
from kernel.taxes.models import TaxClass, TaxPolicy
from kernel.taxes.providers import OWN, provider_choices
from kernel.taxes.services.checks import checked_country

CHANGED = "taxes"


@dataclass(frozen=True, slots=True)
class Policy:
    """The choices; see `TaxPolicy`."""

    is_on: bool = False
    rounding: str = Rounding.LINE.value
    freight: str = FreightTax.GOODS.value
    freight_class: str = STANDARD
    home: str = ""
    provider: str = OWN


def policy_of() -> Policy:
    """Return the current tenant's choices, or what holds while nothing was chosen."""
    row = TaxPolicy.objects.filter(pk=1).first() or TaxPolicy()
    return Policy(**{each.name: getattr(row, each.name) for each in fields(Policy)})


@transaction.atomic
def set_policy(policy: Policy, *, actor: Actor) -> Policy:
    """Choose how orders are taxed from now on; placed ones stay as they are.

    Raises:
        InvalidTax: a choice is not among those that there are.
    """
    known = {STANDARD, EXEMPT, *TaxClass.objects.values_list("code", flat=True)}
    allowed = {
        "rounding": set(Rounding.values),
        "freight": set(FreightTax.values),
        "freight_class": known,
        "provider": {code for code, _label in provider_choices()},
    }
    for name, values in allowed.items():
        if getattr(policy, name) not in values:
            raise InvalidTax(_("This cannot be chosen."), field=name)
    home = checked_country(policy.home, field="home", may_miss=not policy.is_on)
    chosen = {**asdict(policy), "home": home}
    TaxPolicy.objects.bulk_create([TaxPolicy()], ignore_conflicts=True)
    row = TaxPolicy.objects.select_for_update().get(pk=1)
    before = {name: getattr(row, name) for name in chosen}
    for name, value in chosen.items():
        setattr(row, name, value)
    row.save(update_fields=list(chosen))
    record(action="taxes.policy_changed", actor=actor, obj=row, before=before, after=chosen)
    tell("policy")
    return Policy(**chosen)


def tell(what: str) -> None:
    """Publish that taxes are others now, in the caller's transaction."""
    publish(TaxesChanged(what=what), aggregate=CHANGED)
    renew()
