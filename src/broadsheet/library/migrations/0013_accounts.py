"""Invitations, sessions under a hash of their key, and the counts of tries."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("library", "0012_collections"),
    ]

    operations = [
        # Django's own table has keys as browsers have them. Nothing reads it any more: everybody signs in once anew.
        migrations.RunSQL("DROP TABLE IF EXISTS django_session", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="CacheRow",
            fields=[
                ("cache_key", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("value", models.TextField()),
                ("expires", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code_hash", models.CharField(max_length=64, unique=True)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("reader", "reader"),
                            ("contributor", "contributor"),
                            ("editor", "editor"),
                            ("administrator", "administrator"),
                        ],
                        default="reader",
                        max_length=16,
                    ),
                ),
                ("mail", models.EmailField(blank=True, default="", max_length=254)),
                ("mailed", models.BooleanField(default=False)),
                ("made_at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitation",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("session_key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("made_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("network", models.CharField(default="", max_length=45)),
                ("browser", models.CharField(default="", max_length=200)),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"verbose_name": "session", "verbose_name_plural": "sessions", "abstract": False},
        ),
    ]
