"""When a notice may be mailed again that the mail server did not take."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("library", "0008_delivery"),
    ]

    operations = [
        migrations.AddField(
            model_name="notification",
            name="mail_after",
            field=models.DateTimeField(null=True),
        ),
    ]
