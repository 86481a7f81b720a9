"""A migration that succeeds in an empty schema and fails half-way where members are."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [("members", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="Half",
            fields=[("id", models.BigAutoField(primary_key=True))],
        ),
        migrations.RunSQL(
            "INSERT INTO picky_half (id) SELECT 1 FROM members_member UNION ALL"
            " SELECT 1 FROM members_member"
        ),
    ]
