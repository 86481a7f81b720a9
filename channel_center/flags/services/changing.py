"""Makes flags, changes and deletes them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction

from channel_center.flags.choices import RuleKind
from channel_center.flags.errors import InvalidFlag, UnknownFlag
from channel_center.flags.models import Flag, FlagRule
from channel_center.flags.services.deciding import keep_at_hand
from channel_center.models import Channel
from channel_center.operations.services.upgrading import RINGS
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.time import utc_now
from kernel.tenancy.context import public_context
from tenants.models import Tenant

_CODE: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+\Z")
_LONGEST: Final = 80
_LONGEST_NOTE: Final = 300
_MOST_RULES: Final = 500


@dataclass(frozen=True, slots=True)
class Rule:
    """For whom a flag is on, or off; ``value`` is an id, or the number of a ring."""

    kind: RuleKind
    value: UUID | int
    is_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagDraft:
    """What a flag shall be; see `Flag`."""

    is_on: bool
    percent: int
    note: str = ""
    rules: Sequence[Rule] = ()


@public_context()
@transaction.atomic
def set_flag(code: str, draft: FlagDraft, *, actor: Actor) -> Flag:
    """Make a flag, or change it; every process knows within seconds.

    Raises:
        InvalidFlag: ``field`` says what cannot be used.
    """
    if len(code) > _LONGEST or _CODE.match(code) is None:
        raise InvalidFlag(field="code")
    if not 0 <= draft.percent <= 100:  # noqa: PLR2004  per cent
        raise InvalidFlag(field="percent")
    note = draft.note.strip()
    if len(note) > _LONGEST_NOTE or "\x00" in note:
        raise InvalidFlag(field="note")
    rules = _checked(draft.rules)
    before = Flag.objects.select_for_update().filter(pk=code).first()
    values = {"is_on": draft.is_on, "percent": draft.percent, "note": note}
    row, _made = Flag.objects.update_or_create(
        pk=code, defaults={**values, "changed_by": actor.name[:200], "changed_at": utc_now()}
    )
    FlagRule.objects.filter(flag=row).delete()
    FlagRule.objects.bulk_create(
        [FlagRule(flag=row, kind=k, value=v, is_on=on) for (k, v), on in rules.items()]
    )
    record(
        action="flags.set",
        actor=actor,
        obj=("flag", code),
        before=None if before is None else {"is_on": before.is_on, "percent": before.percent},
        after={"name": code, **values, "rules": [[k, v, on] for (k, v), on in rules.items()]},
    )
    transaction.on_commit(keep_at_hand)
    return row


@public_context()
@transaction.atomic
def drop_flag(code: str, *, actor: Actor) -> None:
    """Delete a flag: the program does what it does without one.

    Raises:
        UnknownFlag: there is none.
    """
    if not Flag.objects.filter(pk=code).delete()[0]:
        raise UnknownFlag
    record(action="flags.dropped", actor=actor, obj=("flag", code), before={"name": code})
    transaction.on_commit(keep_at_hand)


def _checked(rules: Sequence[Rule]) -> dict[tuple[str, str], bool]:
    if len(rules) > _MOST_RULES:
        raise InvalidFlag(field="rules")
    ids: dict[RuleKind, set[UUID]] = {RuleKind.TENANT: set(), RuleKind.CHANNEL: set()}
    found: dict[tuple[str, str], bool] = {}
    for rule in rules:
        if rule.kind == RuleKind.RING:
            if rule.value not in RINGS:
                raise InvalidFlag(field="rules")
            found[rule.kind.value, str(rule.value)] = rule.is_on
        elif isinstance(rule.value, UUID):
            ids[rule.kind].add(rule.value)
            found[rule.kind.value, rule.value.hex] = rule.is_on
        else:
            raise InvalidFlag(field="rules")
    tenants = Tenant.objects.filter(pk__in=ids[RuleKind.TENANT]).count()
    channels = Channel.objects.filter(pk__in=ids[RuleKind.CHANNEL]).count()
    if (tenants, channels) != (len(ids[RuleKind.TENANT]), len(ids[RuleKind.CHANNEL])):
        raise InvalidFlag(field="rules")
    return found
