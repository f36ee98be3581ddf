"""Votes of accounts, and their number beside each paper."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("library", "0003_trending"),
    ]

    operations = [
        migrations.AddField(
            model_name="paper",
            name="votes",
            field=models.IntegerField(default=0),
        ),
        migrations.CreateModel(
            name="Upvote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="upvotes", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "paper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="library.paper"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("account", "paper"), name="upvote_of_account")],
            },
        ),
    ]
