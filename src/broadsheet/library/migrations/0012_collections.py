"""A bin for collections, when a note was written, why an editor refused, and the orders that pages ask for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("library", "0011_new_votes"),
    ]

    operations = [
        migrations.AddField(
            model_name="claim",
            name="reason",
            field=models.TextField(default=""),
        ),
        migrations.AddField(
            model_name="collection",
            name="deleted_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="collectionpaper",
            name="noted_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="submission",
            name="reason",
            field=models.TextField(default=""),
        ),
        migrations.AddIndex(
            model_name="collection",
            index=models.Index(fields=["public", "-changed_at"], name="collection_public"),
        ),
        migrations.AddIndex(
            model_name="collectionpaper",
            index=models.Index(fields=["collection", "place"], name="place_in_collection"),
        ),
        migrations.AddIndex(
            model_name="collectionpaper",
            index=models.Index(fields=["collection", "-at"], name="newest_in_collection"),
        ),
        migrations.AddIndex(
            model_name="reading",
            index=models.Index(fields=["account", "state", "-at"], name="reading_by_state"),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(fields=["state", "at"], name="submission_by_state"),
        ),
    ]
