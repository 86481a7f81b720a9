"""Pictures of brands."""

from __future__ import annotations

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    """Makes the table."""

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="BrandPicture",
            fields=[
                ("name", models.CharField(max_length=72, primary_key=True, serialize=False)),
                ("content", models.BinaryField()),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "db_table": "branding_picture",
                "constraints": [
                    models.CheckConstraint(
                        name="branding_picture_name",
                        condition=models.Q(name__regex="^[0-9a-f]{64}\\.(png|jpg|webp|gif|svg)$"),
                    )
                ],
            },
        ),
    ]
