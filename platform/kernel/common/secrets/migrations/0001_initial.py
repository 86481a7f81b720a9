from django.db import migrations, models

import kernel.common.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="TenantSecret",
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
                ("purpose", models.CharField(max_length=100, unique=True)),
                ("blob", models.BinaryField()),
                ("key_id", models.CharField(db_index=True, max_length=255)),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1)), name="secrets_version_from_one"
                    )
                ],
            },
        ),
    ]
