"""The change log can be read by whoever harvests: by moments, by kinds of ids and by categories."""

from collections.abc import Sequence
from itertools import islice
from typing import Any

from django.db import migrations, models

AT_ONCE = 5000


def tell_of_what_was(apps: Any, _schema_editor: Any) -> None:
    """Tag the lines of papers that are here, and take each moment of writing for the one it was first seen at.

    Nobody has harvested yet, so nobody can have missed what was seen a little later.
    """
    change, moment, paper = (apps.get_model("library", name) for name in ("Change", "Moment", "Paper"))
    rows = paper.objects.order_by("key").values_list("key", "paper_id", "categories").iterator(chunk_size=AT_ONCE)
    while batch := list(islice(rows, AT_ONCE)):
        tagged = {key: _tags(paper_id, categories) for key, paper_id, categories in batch}
        lines = list(change.objects.filter(key__in=list(tagged)))
        for line in lines:
            line.tags = tagged[line.key]
        change.objects.bulk_update(lines, ["tags"], batch_size=400)
    moments, last = {}, 0
    written = change.objects.order_by("at").values_list("at").annotate(number=models.Max("number"))
    for at, number in written.iterator(chunk_size=AT_ONCE):
        if number > last:
            moments[at.replace(microsecond=0)] = last = number
    moment.objects.bulk_create((moment(at=at, number=number) for at, number in moments.items()), batch_size=AT_ONCE)


def _tags(paper_id: str, categories: Sequence[str]) -> str:
    words = (paper_id.partition(":")[0], *(name for name in categories if " " not in name))
    return f" {' '.join(words)} "


class Migration(migrations.Migration):
    dependencies = [
        ("library", "0020_hooks"),
    ]

    operations = [
        migrations.CreateModel(
            name="Moment",
            fields=[
                ("at", models.DateTimeField(primary_key=True, serialize=False)),
                ("number", models.BigIntegerField()),
            ],
            options={"indexes": [models.Index(fields=["number"], name="moment_number")]},
        ),
        migrations.AddField(
            model_name="change",
            name="tags",
            field=models.TextField(db_default="", default=""),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["key", "number"], name="change_of_key"),
        ),
        migrations.RunPython(tell_of_what_was, migrations.RunPython.noop),
    ]
