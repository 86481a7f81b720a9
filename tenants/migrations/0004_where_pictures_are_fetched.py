from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0003_languages_and_currencies"),
    ]

    operations = [
        migrations.AddField(
            model_name="tenant",
            name="media_origin",
            field=models.CharField(blank=True, db_default="", default="", max_length=270),
        ),
    ]
