"""Leans on another module, and pushes itself in front of the kernel."""

from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = [("lamp", "0001_initial")]
    run_before = [("schedules", "0001_initial")]
