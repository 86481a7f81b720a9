from django.db import migrations, models

import kernel.common.db.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [("access", "0001_initial"), ("members", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Lamp",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("watts", models.PositiveIntegerField(default=40)),
                (
                    "hung_by",
                    kernel.common.db.fields.DBForeignKey(
                        db_on_delete="SET NULL", null=True, related_name="+", to="access.staff"
                    ),
                ),
                (
                    "member",
                    kernel.common.db.fields.DBForeignKey(
                        db_on_delete="CASCADE", related_name="+", to="members.member"
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="Bulb",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "lamp",
                    kernel.common.db.fields.DBForeignKey(
                        db_on_delete="CASCADE", related_name="+", to="lamp.lamp"
                    ),
                ),
            ],
            options={"abstract": False},
        ),
    ]
