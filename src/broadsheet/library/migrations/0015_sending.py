"""What comes back of deliveries, and the pause of all sending."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("library", "0014_digest"),
    ]

    operations = [
        migrations.CreateModel(
            name="Bounce",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=128, unique=True)),
                ("address", models.CharField(db_index=True, default="", max_length=500)),
                ("kind", models.CharField(max_length=16)),
                ("status", models.CharField(default="", max_length=16)),
                ("words", models.TextField(default="")),
                ("at", models.DateTimeField()),
                (
                    "delivery",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="bounces",
                        to="library.delivery",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SendingPause",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
    ]
