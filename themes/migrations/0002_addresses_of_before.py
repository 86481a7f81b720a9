"""Addresses that pages of the shop's own had before."""

from __future__ import annotations

import django.db.models.functions.datetime
from django.db import migrations, models

import kernel.common.db.fields
import kernel.common.ids


class Migration(migrations.Migration):
    """Adds the table."""

    dependencies = [("themes", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="FormerAddress",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=kernel.common.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("handle", models.CharField(max_length=120)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "page",
                    kernel.common.db.fields.DBForeignKey(
                        db_on_delete="CASCADE", related_name="+", to="themes.page"
                    ),
                ),
                (
                    "theme",
                    kernel.common.db.fields.DBForeignKey(
                        db_on_delete="CASCADE", related_name="+", to="themes.themeinstance"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("theme", "handle"), name="themes_former_address_once"
                    )
                ],
            },
        ),
    ]
