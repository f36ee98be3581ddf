"""What papers gain, the heat that follows, and who else follows the change log."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("library", "0002_fetching"),
    ]

    operations = [
        migrations.CreateModel(
            name="Follower",
            fields=[
                ("name", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("number", models.BigIntegerField(default=0)),
                ("settings", models.TextField(default="")),
            ],
        ),
        migrations.CreateModel(
            name="Heat",
            fields=[
                (
                    "paper",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="heat",
                        serialize=False,
                        to="library.paper",
                    ),
                ),
                ("value", models.FloatField()),
            ],
            options={
                "indexes": [models.Index(fields=["-value"], name="heat_value")],
            },
        ),
        migrations.CreateModel(
            name="Gain",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=16)),
                ("before", models.IntegerField()),
                ("after", models.IntegerField()),
                ("at", models.DateTimeField()),
                (
                    "paper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="gains", to="library.paper"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["paper", "kind", "after"], name="gain_of_paper")],
            },
        ),
    ]
