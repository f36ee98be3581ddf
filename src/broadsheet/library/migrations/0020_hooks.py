"""Programs that are told of events."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("library", "0019_kept_answers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Hook",
            fields=[
                (
                    "subscriber",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="hook",
                        serialize=False,
                        to="library.subscriber",
                    ),
                ),
                ("events", models.JSONField(default=list)),
                ("query", models.CharField(default="", max_length=500)),
                ("secret", models.CharField(max_length=100)),
                ("position", models.BigIntegerField(default=0)),
                ("newest", models.BigIntegerField(default=0)),
                ("risen", models.JSONField(default=dict)),
                ("since", models.DateTimeField()),
                ("paused_at", models.DateTimeField(null=True)),
                ("why", models.TextField(default="")),
            ],
        ),
    ]
