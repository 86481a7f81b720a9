"""Visits of helpers from outside."""

import django.db.models.functions.datetime
from django.db import migrations, models

import kernel.common.db.fields
import kernel.common.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [("access", "0004_signing_in")]

    operations = [
        migrations.CreateModel(
            name="Visit",
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
                ("helper_id", models.CharField(max_length=64)),
                ("helper_name", models.CharField(max_length=80)),
                ("company", models.CharField(max_length=120)),
                ("reason", models.CharField(max_length=200)),
                ("hours", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Waits for the shop"),
                            ("granted", "Let in"),
                            ("refused", "Refused"),
                            ("ended", "Over"),
                        ],
                        default="asked",
                        max_length=8,
                    ),
                ),
                (
                    "asked_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decided_by", models.CharField(blank=True, default="", max_length=80)),
                (
                    "access",
                    kernel.common.db.fields.DBForeignKey(
                        blank=True,
                        db_on_delete="SET NULL",
                        null=True,
                        related_name="+",
                        to="access.supportaccess",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        name="visits_state",
                        condition=models.Q(
                            ("state", "asked"),
                            ("state", "granted"),
                            ("state", "refused"),
                            ("state", "ended"),
                            _connector="OR",
                        ),
                    ),
                    models.UniqueConstraint(
                        name="visits_one_open",
                        fields=["helper_id"],
                        condition=models.Q(state="asked"),
                    ),
                ],
            },
        ),
    ]
