"""The first tables."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("key", models.BigIntegerField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Paper",
            fields=[
                ("key", models.BigAutoField(primary_key=True, serialize=False)),
                ("paper_id", models.CharField(max_length=512, unique=True)),
                ("title", models.TextField()),
                ("abstract", models.TextField(default="")),
                ("note", models.TextField(default="")),
                ("authors", models.JSONField(default=list)),
                ("published", models.DateField(null=True)),
                ("announced", models.DateField(null=True)),
                ("featured", models.DateField(null=True)),
                ("year", models.SmallIntegerField(null=True)),
                ("categories", models.JSONField(default=list)),
                ("links", models.JSONField(default=list)),
                ("versions", models.JSONField(default=list)),
                ("venue", models.TextField(default="")),
                ("comment", models.TextField(default="")),
                ("extras", models.JSONField(default=dict)),
                ("listed_on", models.DateField(null=True)),
                ("upvotes", models.IntegerField(null=True)),
                ("stored_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["listed_on"], name="paper_listed_on")],
            },
        ),
        migrations.CreateModel(
            name="Alias",
            fields=[
                ("alias", models.CharField(max_length=512, primary_key=True, serialize=False)),
                (
                    "paper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="aliases", to="library.paper"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Record",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=600)),
                ("payload", models.TextField()),
                ("digest", models.CharField(max_length=32)),
                ("title_key", models.CharField(max_length=32)),
                ("author_key", models.CharField(default="", max_length=128)),
                ("seen_at", models.DateTimeField()),
                (
                    "paper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="records", to="library.paper"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["title_key"], name="record_title_key")],
                "constraints": [models.UniqueConstraint(fields=("source", "name"), name="record_of_source")],
            },
        ),
    ]
