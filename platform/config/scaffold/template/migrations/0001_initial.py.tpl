from django.db import migrations, models
from django.db.models.functions import Now

import kernel.common.db.fields
import kernel.common.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [("members", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Entry",
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
                ("text", models.CharField(max_length=200)),
                ("created_at", models.DateTimeField(db_default=Now())),
                (
                    "member",
                    kernel.common.db.fields.DBForeignKey(
                        db_on_delete="CASCADE", related_name="+", to="members.member"
                    ),
                ),
            ],
            options={"abstract": False},
        ),
    ]
