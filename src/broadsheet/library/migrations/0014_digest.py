"""What an edition is, up to where a subscription has covered, and papers as editions show them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("library", "0013_accounts"),
    ]

    operations = [
        migrations.CreateModel(
            name="FrozenPaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.BigIntegerField()),
                ("digest", models.CharField(max_length=32, unique=True)),
                ("content", models.JSONField(default=dict)),
            ],
        ),
        migrations.AddField(
            model_name="edition",
            name="kind",
            field=models.CharField(default="digest", max_length=16),
        ),
        migrations.AddField(
            model_name="subscription",
            name="covered_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="subscription",
            name="position",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name="edition",
            index=models.Index(fields=["subscriber", "composed_at"], name="edition_of_subscriber"),
        ),
    ]
