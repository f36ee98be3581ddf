"""What the votes of an account count, so that fresh ones can count less."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("library", "0005_submissions"),
    ]

    operations = [
        migrations.AddField("account", "trust", models.FloatField(blank=True, null=True)),
        migrations.AddField("upvote", "weight", models.FloatField(default=1.0)),
        migrations.AlterField("gain", "before", models.FloatField()),
        migrations.AlterField("gain", "after", models.FloatField()),
    ]
