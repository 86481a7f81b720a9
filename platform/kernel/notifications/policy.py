"""What a shop chose about messages, and when its members are left in peace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.notifications.errors import InvalidChoice
from kernel.notifications.kinds import Kind, kind_of
from kernel.notifications.models import MessagePolicy

MOST_A_DAY: Final = 1_000
MOST_SMS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Policy:
    """The choices, as they are changed; see `MessagePolicy`."""

    channels: Mapping[str, Sequence[str]]
    quiet_from: time | None
    quiet_until: time | None
    a_day: int
    sms_a_day: int

    def channels_of(self, kind: Kind) -> list[str]:
        """Return by which channels a kind is sent."""
        chosen = self.channels.get(kind.code)
        return [each.value for each in kind.channels] if chosen is None else list(chosen)


def current_policy() -> Policy:
    """Return the current tenant's choices, or what holds while nothing was chosen."""
    row = MessagePolicy.objects.filter(pk=1).first() or MessagePolicy()
    return Policy(**{each.name: getattr(row, each.name) for each in fields(Policy)})


@transaction.atomic
def set_policy(policy: Policy, *, actor: Actor) -> Policy:
    """Choose how messages are sent from now on.

    Raises:
        InvalidChoice: a number out of bounds, half of the quiet hours, an unknown kind or
            a channel that it is not sent by.
    """
    for name, highest in (("a_day", MOST_A_DAY), ("sms_a_day", MOST_SMS)):
        if not 0 <= getattr(policy, name) <= highest:
            bounds = {"lowest": 0, "highest": highest}
            told = _("From %(lowest)s to %(highest)s is expected.") % bounds
            raise InvalidChoice(told, field=name)
    if (policy.quiet_from is None) != (policy.quiet_until is None):
        raise InvalidChoice(_("Say when they begin and when they end."), field="quiet_until")
    for code, channels in policy.channels.items():
        kind = kind_of(code)
        if kind is None or not set(channels) <= set(kind.possible):
            raise InvalidChoice(_("It is not sent like this."), field="channels")
    chosen = asdict(policy) | {
        "channels": {code: sorted(set(each)) for code, each in policy.channels.items()}
    }
    MessagePolicy.objects.bulk_create([MessagePolicy()], ignore_conflicts=True)
    row = MessagePolicy.objects.select_for_update().get(pk=1)
    before = {name: getattr(row, name) for name in chosen}
    for name, value in chosen.items():
        setattr(row, name, value)
    row.save(update_fields=list(chosen))
    record(action="notifications.policy_changed", actor=actor, obj=row, before=before, after=chosen)
    return Policy(**chosen)


def end_of_quiet(policy: Policy, moment: datetime, zone: str) -> datetime | None:
    """Return when the quiet hours around a moment end; None outside of them.

    Args:
        policy: whose quiet hours; they may go over midnight.
        moment: aware.
        zone: by whose clock they are meant.
    """
    begins, ends = policy.quiet_from, policy.quiet_until
    if begins is None or ends is None or begins == ends:
        return None
    tz = ZoneInfo(zone)
    wall = moment.astimezone(tz).replace(tzinfo=None)
    over_midnight = begins > ends
    at = wall.time()
    if over_midnight and not (at >= begins or at < ends):
        return None
    if not over_midnight and not begins <= at < ends:
        return None
    day = wall.date() + timedelta(days=1 if over_midnight and at >= begins else 0)
    end = datetime.combine(day, ends, tzinfo=tz).astimezone(moment.tzinfo)
    # A clock that is put back shows the end twice: the later one counts then.
    return (
        end
        if end > moment
        else datetime.combine(day, ends, tzinfo=tz).replace(fold=1).astimezone(moment.tzinfo)
    )
