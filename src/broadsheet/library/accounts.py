"""Accounts in the database."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Lower

from broadsheet.community import Act, Actor, Role
from broadsheet.library import models
from broadsheet.people import AccountLine, Deed, Profile, Settings

SHOWN = 50
"""Deeds of a kind on a profile."""


def put(name: str, password: str, *, email: str, role: Role | None) -> bool:
    """Write an account with this password, and this role if one is given; False if it was there.

    Whom the house lets in by hand is trusted at once.
    """
    account, made = models.Account.objects.get_or_create(username=name, defaults={"trust": 1.0})
    account.role = role or account.role
    account.is_active = True
    account.email = email.lower() or account.email
    account.set_password(password)
    account.save()
    return made


def vouched(name: str) -> models.Account:
    """The account of this name, for whom a proxy vouches; made at first sight, trusted, without password."""
    given = {"trust": 1.0, "password": make_password(None)}
    return models.Account.objects.get_or_create(username=name, defaults=given)[0]


def key_of(name: str) -> int | None:
    """The key of the account of this name."""
    return models.Account.objects.filter(username=name).values_list("pk", flat=True).first()


def actor(account: models.Account, now: datetime) -> Actor:
    """Who this account is when it does something at this moment."""
    banned = account.banned_until is not None and account.banned_until > now
    return Actor(key=account.pk, name=account.username, role=Role(account.role), banned=banned)


def named(names: Collection[str]) -> dict[str, int]:
    """The keys of the accounts that these are the names of, whatever their case, by the name as it was given."""
    wanted = {name.lower() for name in names}
    if not wanted:
        return {}
    rows = models.Account.objects.filter(is_active=True).annotate(lower=Lower("username"))
    rows = rows.filter(Q(lower__in=wanted) | Q(username__in=names))
    found = list(rows.order_by("-pk").values_list("username", "pk"))
    keys = {name.lower(): key for name, key in found} | dict(found)
    return {name: key for name in names if (key := keys.get(name, keys.get(name.lower()))) is not None}


def acting(name: str, now: datetime) -> Actor | None:
    """Who the account of this name is when it does something at this moment; None if there is none."""
    account = models.Account.objects.filter(username=name).first()
    return actor(account, now) if account else None


class Standing(NamedTuple):
    """When an account was made, what its votes count if somebody has said so, and until when it may only read."""

    joined: datetime
    trust: float | None
    banned_until: datetime | None


def standing(account: int) -> Standing:
    """How an account stands."""
    return Standing(*models.Account.objects.values_list("date_joined", "trust", "banned_until").get(pk=account))


def put_trust(account: int, trust: float | None) -> None:
    """Write what the votes of the account count; None leaves it to its age."""
    models.Account.objects.filter(pk=account).update(trust=trust)


def is_mailed(account: int) -> bool:
    """Whether the account is told by mail what there is to tell."""
    return models.Account.objects.filter(pk=account, mailed=True).exists()


def put_mailed(account: int, *, on: bool) -> bool:
    """Write whether the account is told by mail; False if there is no such account."""
    return bool(models.Account.objects.filter(pk=account).update(mailed=on))


def find(account: int, now: datetime) -> Actor | None:
    """The account of this key, as one that acts at this moment."""
    row = models.Account.objects.filter(pk=account).first()
    return actor(row, now) if row else None


def welcome(account: int, role: Role) -> None:
    """Write what an invited account is: its role, and votes that count fully."""
    row = models.Account.objects.get(pk=account)
    row.role, row.trust = role, 1.0
    row.save(update_fields=["role", "trust", "is_staff", "is_superuser"])


def role_of(account: int) -> Role | None:
    """The role of an account; None if there is none of this key."""
    role = models.Account.objects.filter(pk=account).values_list("role", flat=True).first()
    return Role(role) if role else None


def put_role(account: int, role: Role) -> None:
    """Write the role of an account."""
    row = models.Account.objects.get(pk=account)
    row.role = role
    row.save(update_fields=["role", "is_staff", "is_superuser"])


def ban_of(account: int) -> tuple[datetime | None, str]:
    """Until when an account may only read, and why."""
    return models.Account.objects.values_list("banned_until", "ban_reason").get(pk=account)


def exists(account: int) -> bool:
    """Whether there is an account of this key."""
    return models.Account.objects.filter(pk=account).exists()


def lock_administrators() -> None:
    """Let nobody else make administrators fewer until the transaction ends."""
    list(models.Account.objects.select_for_update().filter(role=Role.ADMINISTRATOR).values_list("pk"))


def earning(before: datetime, papers: int) -> list[tuple[int, str]]:
    """(key, name) of readers made before a moment with so many submissions shown, and nothing refused or removed.

    Whoever was promoted before, is or was banned, or cannot sign in is not among them.
    """
    rows = models.Account.objects.filter(
        role=Role.READER, is_active=True, date_joined__lte=before, banned_until__isnull=True
    ).annotate(
        shown=Count("submissions", filter=Q(submissions__state="shown"), distinct=True),
        refused=Count("submissions", filter=Q(submissions__state="refused"), distinct=True),
        removed=Count(
            "comments", filter=~Q(comments__removed_by=F("pk")) & Q(comments__removed_at__isnull=False), distinct=True
        ),
    )
    found = rows.filter(shown__gte=papers, refused=0, removed=0).order_by("pk").values_list("pk", "username")
    told = set(models.Decision.objects.filter(verb=Act.PROMOTE).values_list("subject", flat=True))
    return [(key, name) for key, name in found if f"account:{key}" not in told]


def other_administrators(account: int) -> int:
    """How many other administrators can sign in."""
    return models.Account.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=account).count()


def put_active(account: int, *, active: bool) -> None:
    """Write whether an account can sign in."""
    models.Account.objects.filter(pk=account).update(is_active=active)


def drop_two_factor(account: int) -> None:
    """Delete what the account signs in with beside its password."""
    apps.get_model("mfa.Authenticator")._default_manager.filter(user=account).delete()


def put_ban(account: int, until: datetime | None, reason: str) -> None:
    """Write until when an account may only read, and why."""
    models.Account.objects.filter(pk=account).update(banned_until=until, ban_reason=reason)


def forget_unverified(before: datetime) -> int:
    """Delete accounts made before a moment whose makers never came in nor verified an address; answers how many.

    Whom the house made by hand stays. The invitation of one that goes is open again.
    """
    verified = apps.get_model("account.EmailAddress")._default_manager.filter(verified=True).values("user")
    unverified = apps.get_model("account.EmailAddress")._default_manager.filter(verified=False).values("user")
    newcomers = models.Account.objects.filter(last_login__isnull=True, date_joined__lt=before)
    gone = newcomers.filter(Q(trust__isnull=True) | Q(invitation__isnull=False), pk__in=unverified)
    keys = list(gone.exclude(pk__in=verified).values_list("pk", flat=True))
    models.Invitation.objects.filter(account__in=keys).update(account=None, accepted_at=None)
    models.Account.objects.filter(pk__in=keys).delete()
    return len(keys)


def settings(account: int) -> Settings:
    """What the account says of itself and wants."""
    row = models.Account.objects.values("about", "shows_profile", "hides_votes", "mailed").get(pk=account)
    return Settings(**row)


def put_settings(account: int, wanted: Settings) -> None:
    """Write what the account says of itself and wants."""
    models.Account.objects.filter(pk=account).update(
        about=wanted.about,
        shows_profile=wanted.shows_profile,
        hides_votes=wanted.hides_votes,
        mailed=wanted.mailed,
    )


def every() -> list[AccountLine]:
    """All accounts, those who may most first, then by name."""
    lines = [
        AccountLine(
            key=row.pk,
            name=row.username,
            role=Role(row.role),
            mail=row.email,
            joined=row.date_joined,
            last_seen=row.last_login,
            banned_until=row.banned_until,
            active=row.is_active,
        )
        for row in models.Account.objects.order_by("username")
    ]
    return sorted(lines, key=lambda line: -line.role.rank)


def profile(name: str, *, asked_by: int | None) -> Profile | None:
    """What others see of the account of this name; None if it shows nothing to this asker, or there is none."""
    row = models.Account.objects.filter(Q(shows_profile=True) | Q(pk=asked_by), username=name, is_active=True).first()
    if row is None:
        return None
    comments = models.Comment.objects.filter(account=row, removed_at__isnull=True)
    return Profile(
        name=row.username,
        role=Role(row.role),
        about=row.about,
        joined=row.date_joined,
        public=row.shows_profile,
        submissions=_deeds(models.Submission.objects.filter(account=row, state="shown"), "why"),
        comments=_deeds(comments, "text", "pk"),
        votes=None if row.hides_votes else _deeds(models.Upvote.objects.filter(account=row)),
    )


def _deeds(rows: QuerySet[Any], *more: str) -> tuple[Deed, ...]:
    values = rows.order_by("-at", "-pk").values_list("paper__paper_id", "paper__title", "at", *more)
    return tuple(Deed(*each) for each in values[:SHOWN])
