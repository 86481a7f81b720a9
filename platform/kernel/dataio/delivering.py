"""Files that were made by the clock, on their way out: by e-mail, or into a bucket.

An attempt is a claim, which is committed, then the hand-over outside of any
transaction, then its outcome; a file that is not taken is tried again for a day.
"""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.core.files.storage import default_storage
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from kernel.access.letters import language_of, shop_name, staff_envelope
from kernel.common.secrets.errors import SecretMissing, SecretsUnreadable
from kernel.common.turns import doubled, take_turns
from kernel.dataio.choices import ExportWay, SendState
from kernel.dataio.exporting import MEDIA_TYPES
from kernel.dataio.models import ExportFile
from kernel.dataio.targets import NotPut, put_file

LARGEST_LETTER: Final = 15 * 1024 * 1024
"""What mail servers take; a larger file is kept here, and the page says why."""
MOST_ATTEMPTS: Final = 8
_FIRST_DELAY: Final = timedelta(minutes=5)
_LONGEST_DELAY: Final = timedelta(hours=6)
_LEASE: Final = timedelta(minutes=10)
_AT_ONCE: Final = 50
_SECONDS: Final = 600.0


def send_due(*, clock: Callable[[], datetime]) -> int:
    """Send what is due; return how many files were tried. Safe to run at the same time."""
    return take_turns(
        lambda: _claim(clock()),
        lambda row: _attempt(row, clock),
        most=_AT_ONCE,
        seconds=_SECONDS,
    )


@transaction.atomic
def _claim(now: datetime) -> ExportFile | None:
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    due = ExportFile.objects.filter(free, state=SendState.WAITING, next_at__lte=now)
    joined = due.select_related("staff", "target")
    row = joined.order_by("next_at", "id").select_for_update(of=("self",), skip_locked=True).first()
    if row is None:
        return None
    row.attempts += 1
    row.leased_until = now + _LEASE
    row.save(update_fields=["attempts", "leased_until"])
    return row


def _attempt(row: ExportFile, clock: Callable[[], datetime]) -> None:
    fault = _hand_over(row)
    mine = ExportFile.objects.filter(pk=row.pk, attempts=row.attempts, state=SendState.WAITING)
    if not fault:
        mine.update(state=SendState.SENT, sent_at=clock(), fault="", leased_until=None)
    elif row.attempts >= MOST_ATTEMPTS or fault in {"too_large", "no_target"}:
        mine.update(state=SendState.FAILED, fault=fault, leased_until=None)
    else:
        later = clock() + doubled(row.attempts, first=_FIRST_DELAY, longest=_LONGEST_DELAY)
        mine.update(next_at=later, fault=fault, leased_until=None)


def _hand_over(row: ExportFile) -> str:
    """Send a file; return how that failed, empty when it did not."""
    try:
        if row.way == ExportWay.MAIL:
            return _mail(row)
        return _put(row)
    except NotPut as error:
        return str(error)[:40]
    except (SecretMissing, SecretsUnreadable):
        return "secret"
    except (smtplib.SMTPException, OSError) as error:
        return type(error).__name__[:40]


def _put(row: ExportFile) -> str:
    if row.target is None:
        return "no_target"
    with default_storage.open(row.file) as file:
        put_file(row.target, row.name, file, size=row.size)
    return ""


def _mail(row: ExportFile) -> str:
    if row.size > LARGEST_LETTER:
        return "too_large"
    with language_of(row.staff):
        subject = _("%(shop)s: %(file)s") % {"shop": shop_name(), "file": row.name}
        body = _("The file %(file)s is enclosed. It is sent by the clock, as %(name)s wished.") % {
            "file": row.name,
            "name": row.staff.name,
        }
    letter = EmailMessage(
        subject=" ".join(subject.split()),
        body=body,
        to=list(row.emails),
        **staff_envelope(),
    )
    with default_storage.open(row.file) as file:
        kind = MEDIA_TYPES[row.name.rpartition(".")[2]].partition(";")[0]
        letter.attach(row.name, file.read(), kind)
    letter.send()
    return ""
