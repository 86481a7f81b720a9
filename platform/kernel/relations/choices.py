"""The words that columns of relations take."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class BindMode(models.TextChoices):
    """When a contact makes somebody a member's sponsor."""

    FIRST_CONTACT = "first_contact", _("At the first contact")
    REGISTRATION = "registration", _("Only when the account is opened")
    OVERRIDE = "override", _("At each contact, the latest counts")


class Source(models.TextChoices):
    """What a relation came from."""

    INVITATION = "invitation", _("Invitation code")
    LINK = "link", _("Shared link")
    STAFF = "staff", _("Staff")
    MERGE = "merge", _("Joined accounts")
    IMPORT = "import", _("Import")


class ChangeKind(models.TextChoices):
    """What happened to a relation."""

    BOUND = "bound", _("Bound")
    REPLACED = "replaced", _("Replaced")
    MOVED = "moved", _("Moved by staff")
    UNBOUND = "unbound", _("Released")
