"""What comes in by itself: accounts, sources, announcements, merges, repositories of code."""

import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    run_before = [("admin", "0001_initial"), ("account", "0001_initial")]

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("library", "0001_library"),
    ]

    operations = [
        migrations.AddField(
            model_name="paper",
            name="updated",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="paper",
            name="withdrawn",
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "A user with that username already exists."},
                        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                        max_length=150,
                        unique=True,
                        validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                        verbose_name="username",
                    ),
                ),
                ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="email address")),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                ("date_joined", models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined")),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "account",
                "verbose_name_plural": "accounts",
            },
            managers=[
                ("objects", django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name="AnnouncedDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("category", models.CharField(max_length=32)),
                ("day", models.DateField()),
                ("listing", models.CharField(max_length=16)),
                ("given", models.IntegerField()),
                ("told", models.IntegerField(null=True)),
                ("trouble", models.TextField(default="")),
                ("seen_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("category", "day", "listing"), name="announced_day_of_listing")
                ],
            },
        ),
        migrations.CreateModel(
            name="Announcement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("category", models.CharField(max_length=32)),
                ("day", models.DateField()),
                ("paper_id", models.CharField(max_length=512)),
                ("kind", models.CharField(max_length=16)),
                ("state", models.CharField(max_length=16)),
                ("reason", models.TextField(default="")),
                ("looked_up", models.SmallIntegerField(default=0)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["state", "day"], name="announcement_state"),
                    models.Index(fields=["paper_id"], name="announcement_paper"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("category", "day", "paper_id"), name="announcement_of_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("gone_id", models.CharField(max_length=512)),
                ("gone_title", models.TextField()),
                ("records", models.JSONField()),
                ("cause", models.TextField()),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "paper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="merges", to="library.paper"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Repository",
            fields=[
                ("name", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("spelled", models.CharField(default="", max_length=200)),
                ("stars", models.IntegerField(null=True)),
                ("pushed_at", models.DateTimeField(null=True)),
                ("archived", models.BooleanField(default=False)),
                ("gone", models.BooleanField(default=False)),
                ("etag", models.CharField(default="", max_length=200)),
                ("modified", models.CharField(default="", max_length=64)),
                ("checked_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["checked_at"], name="repository_checked_at")],
            },
        ),
        migrations.CreateModel(
            name="Source",
            fields=[
                ("name", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=32)),
                ("words", models.JSONField(blank=True, default=list)),
                ("values", models.JSONField(blank=True, default=dict)),
                ("every", models.DurationField()),
                ("paused", models.BooleanField(default=False)),
                ("checkpoint", models.JSONField(default=dict)),
                ("turns", models.BigIntegerField(default=0)),
                ("added_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("next_at", models.DateTimeField()),
                ("failing_since", models.DateTimeField(null=True)),
                ("failures", models.IntegerField(default=0)),
                ("error", models.TextField(default="")),
                ("told_at", models.DateTimeField(null=True)),
                ("read", models.BigIntegerField(default=0)),
                ("new", models.BigIntegerField(default=0)),
                ("changed", models.BigIntegerField(default=0)),
                ("unread", models.BigIntegerField(default=0)),
                ("unread_words", models.TextField(default="")),
            ],
            options={
                "indexes": [models.Index(fields=["next_at"], name="source_next_at")],
            },
        ),
        migrations.CreateModel(
            name="RepositoryLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "paper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="repositories", to="library.paper"
                    ),
                ),
                (
                    "repository",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="links", to="library.repository"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("repository", "paper"), name="repository_of_paper")],
            },
        ),
        migrations.CreateModel(
            name="RepositoryStars",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("stars", models.IntegerField()),
                (
                    "repository",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="days", to="library.repository"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("repository", "day"), name="stars_on_a_day")],
            },
        ),
        migrations.CreateModel(
            name="Separation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="library.paper"
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="library.paper"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("first", "second"), name="separation_of_two")],
            },
        ),
    ]
