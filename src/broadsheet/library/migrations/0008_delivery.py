"""Subscribers, subscriptions, editions, deliveries, suppressions."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("library", "0007_community"),
    ]

    operations = [
        migrations.CreateModel(
            name="Suppression",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.CharField(max_length=500, unique=True)),
                ("reason", models.CharField(max_length=16)),
                ("words", models.TextField(default="")),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Subscriber",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("door", models.CharField(default="mail", max_length=16)),
                ("address", models.CharField(max_length=500)),
                ("zone", models.CharField(default="UTC", max_length=64)),
                ("secret", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="subscribers",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Edition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period", models.CharField(max_length=32)),
                ("subject", models.CharField(max_length=300)),
                ("subscriptions", models.JSONField(default=list)),
                ("papers", models.JSONField(default=list)),
                ("content", models.JSONField(default=dict)),
                ("composed_at", models.DateTimeField()),
                (
                    "subscriber",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="editions", to="library.subscriber"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=16)),
                ("value", models.CharField(default="", max_length=500)),
                ("every", models.CharField(default="day", max_length=8)),
                ("weekday", models.SmallIntegerField(default=0)),
                ("hour", models.SmallIntegerField(default=7)),
                ("made_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("paused_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("next_at", models.DateTimeField(null=True)),
                (
                    "subscriber",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="subscriptions",
                        to="library.subscriber",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=64, unique=True)),
                ("state", models.CharField(default="queued", max_length=16)),
                ("reason", models.TextField(default="")),
                ("tries", models.SmallIntegerField(default=0)),
                ("next_at", models.DateTimeField()),
                ("claimed_by", models.CharField(default="", max_length=64)),
                ("claimed_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("response", models.TextField(default="")),
                ("made_at", models.DateTimeField()),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="deliveries", to="library.edition"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "deliveries",
                "indexes": [models.Index(fields=["state", "next_at"], name="delivery_state")],
            },
        ),
        migrations.AddConstraint(
            model_name="subscriber",
            constraint=models.UniqueConstraint(fields=("door", "address"), name="subscriber_at_door"),
        ),
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.UniqueConstraint(fields=("subscriber", "period"), name="edition_of_period"),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(fields=["next_at"], name="subscription_next_at"),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("subscriber", "kind", "value"),
                name="subscription_once",
            ),
        ),
    ]
