"""Votes that have not been weighed are found by an index of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("library", "0010_trending"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="upvote",
            index=models.Index(condition=models.Q(("light", "new")), fields=["paper"], name="upvote_new"),
        ),
    ]
