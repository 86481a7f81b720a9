"""What the module refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError


class TooManyEntries(DomainError):
    """The member has as many entries as the tenant allows."""

    code = "__code__.too_many_entries"
    status = 409
    title = _("You have as many entries as are allowed.")
