"""Titles and abstracts are kept as one reads them, too: nothing yet, a job works them out."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("library", "0021_harvests"),
    ]

    operations = [
        migrations.AddField(model_name="paper", name="shown_title", field=models.TextField(null=True)),
        migrations.AddField(model_name="paper", name="shown_abstract", field=models.TextField(null=True)),
        migrations.AddField(model_name="paper", name="shown_of", field=models.BigIntegerField(null=True)),
    ]
