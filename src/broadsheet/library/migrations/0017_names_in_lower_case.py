"""Accounts are found by their names whatever their case."""

import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("library", "0016_personal"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="account",
            index=models.Index(django.db.models.functions.text.Lower("username"), name="account_lower_name"),
        ),
    ]
