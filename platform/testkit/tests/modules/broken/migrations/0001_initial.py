"""A migration that makes a table and then fails, already when it is compiled."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    operations = [
        migrations.CreateModel(
            name="Half",
            fields=[("id", models.BigAutoField(primary_key=True))],
        ),
        migrations.RunSQL("ALTER TABLE broken_half ADD COLUMN id bigint"),
    ]
