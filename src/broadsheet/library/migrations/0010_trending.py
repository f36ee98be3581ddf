"""What makes a vote light, lists of past days, the log of the ranking, and rings of accounts."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("library", "0009_discussion"),
    ]

    operations = [
        migrations.CreateModel(
            name="PastList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("name", models.CharField(max_length=16)),
                ("taken_at", models.DateTimeField()),
                ("version", models.IntegerField()),
                ("formula", models.JSONField(default=dict)),
                ("entries", models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name="RankingChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("kind", models.CharField(max_length=16)),
                ("said", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="RingMember",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="ring",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("ring", models.IntegerField()),
                ("members", models.IntegerField()),
                ("together", models.IntegerField()),
                ("expected", models.FloatField()),
                ("found_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="heat",
            name="firm",
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name="paper",
            name="firm",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="upvote",
            name="honest",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="upvote",
            name="light",
            field=models.CharField(db_default="", default="", max_length=16),
        ),
        migrations.AddField(
            model_name="upvote",
            name="network",
            field=models.CharField(db_default="", default="", max_length=32),
        ),
        migrations.AddIndex(
            model_name="gain",
            index=models.Index(fields=["at"], name="gain_at"),
        ),
        migrations.AddConstraint(
            model_name="pastlist",
            constraint=models.UniqueConstraint(fields=("day", "name"), name="past_list_of_day"),
        ),
        migrations.AddField(
            model_name="rankingchange",
            name="account",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
    ]
