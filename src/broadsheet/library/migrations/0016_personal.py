"""What accounts say of their own ranking, and what mixed rankings are credited with."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("library", "0015_sending"),
    ]

    operations = [
        migrations.CreateModel(
            name="Taste",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="taste",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("wanted", models.JSONField(default=list)),
                ("unwanted", models.JSONField(default=list)),
                ("surprise", models.FloatField(default=0.2)),
                ("since", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Credit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("ranking", models.CharField(max_length=32)),
                ("against", models.CharField(max_length=32)),
                ("number", models.IntegerField(default=0)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("day", "ranking", "against"), name="credit_of_day")],
            },
        ),
        migrations.CreateModel(
            name="Unheeded",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
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
                "constraints": [models.UniqueConstraint(fields=("account", "paper"), name="unheeded_of_account")],
            },
        ),
    ]
