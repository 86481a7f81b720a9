"""Pages that are shown in two ways for a while, and what visitors of both did."""

from __future__ import annotations

import django.db.models.functions.datetime
import kernel.common.db.fields
import kernel.common.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the tables."""

    dependencies = [
        ("themes", "0002_addresses_of_before"),
    ]

    operations = [
        migrations.CreateModel(
            name="Comparison",
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
                ("share", models.PositiveSmallIntegerField()),
                ("by", models.CharField(blank=True, default="", max_length=120)),
                (
                    "began_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Goes on"),
                            ("first", "The first stays"),
                            ("second", "The second is live"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                (
                    "page",
                    kernel.common.db.fields.DBForeignKey(
                        db_on_delete="CASCADE", related_name="+", to="themes.page"
                    ),
                ),
                (
                    "release",
                    kernel.common.db.fields.DBForeignKey(
                        db_on_delete="CASCADE", related_name="+", to="themes.release"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ComparisonCount",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("is_second", models.BooleanField()),
                ("day", models.DateField()),
                ("slot", models.PositiveSmallIntegerField()),
                ("visitors", models.PositiveBigIntegerField()),
                ("views", models.PositiveBigIntegerField()),
                ("taps", models.PositiveBigIntegerField()),
                ("buyers", models.PositiveBigIntegerField()),
                (
                    "comparison",
                    kernel.common.db.fields.DBForeignKey(
                        db_on_delete="CASCADE", related_name="+", to="themes.comparison"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="comparison",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("page",),
                name="themes_comparison_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="comparison",
            constraint=models.CheckConstraint(
                condition=models.Q(("share__gte", 1), ("share__lte", 99)),
                name="themes_comparison_share",
            ),
        ),
        migrations.AddConstraint(
            model_name="comparison",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("outcome", ""), ("outcome", "first"), ("outcome", "second"), _connector="OR"
                ),
                name="themes_comparison_outcome",
            ),
        ),
        migrations.AddConstraint(
            model_name="comparisoncount",
            constraint=models.UniqueConstraint(
                fields=("comparison", "is_second", "day", "slot"), name="themes_counted_once"
            ),
        ),
    ]
