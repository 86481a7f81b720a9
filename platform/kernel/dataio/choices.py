"""The closed lists of imports and exports."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportKind(models.TextChoices):
    """Where a file comes from, which says what its columns mean."""

    SHOPIFY = "shopify", "Shopify"
    WOOCOMMERCE = "woocommerce", "WooCommerce"
    GENERIC = "generic", _("Any table")


class ImportState(models.TextChoices):
    """How far an import has come."""

    UPLOADED = "uploaded", _("Uploaded")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked")
    APPLYING = "applying", _("Being imported")
    DONE = "done", _("Imported")
    FAILED = "failed", _("Stopped")


class ExportFormat(models.TextChoices):
    """What a list is written as."""

    CSV = "csv", "CSV"
    XLSX = "xlsx", "XLSX (Excel)"


class ExportWay(models.TextChoices):
    """How a file that was made by the clock reaches people."""

    PAGE = "page", _("A letter says that it is there")
    MAIL = "mail", _("By e-mail")
    BUCKET = "bucket", _("Into a bucket (S3)")


class SendState(models.TextChoices):
    """What became of a file on its way."""

    KEPT = "kept", _("Kept here")
    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Given up")


class ExportEvery(models.TextChoices):
    """How often a list is made by the clock."""

    DAY = "day", _("Every day")
    WEEK = "week", _("Every Monday")
    MONTH = "month", _("On the first of every month")
