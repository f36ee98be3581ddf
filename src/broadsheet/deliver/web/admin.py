"""The administration at /admin/: its door, votes, sources, and the papers that were merged."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from allauth.account.decorators import secure_admin_login
from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from broadsheet import wiring
from broadsheet.core import moderating, splitting, weighing
from broadsheet.core import sources as verbs
from broadsheet.deliver import keeping
from broadsheet.deliver.web.acting import actor_of
from broadsheet.deliver.web.admin_accounts import AccountAdmin
from broadsheet.deliver.web.admin_base import ForEditors, ReadOnly, Saying, let_count
from broadsheet.errors import BroadsheetError
from broadsheet.library import models
from broadsheet.library.sources import state
from broadsheet.sources.catalogue import KINDS
from broadsheet.sources.kinds import Options

site = admin.site
site.site_header = site.site_title = "Broadsheet: administration"
site.index_title = "What the paper is made of"
site.login = secure_admin_login(site.login)  # type: ignore[method-assign] # the one door, with limits and two factors

site.register(models.Account, AccountAdmin)

SECRET = "(kept)"  # noqa: S105 - what stands in a form in place of a secret


@admin.register(models.RingMember)
class RingMemberAdmin(ReadOnly, ForEditors):
    """Accounts that vote together again and again, and how often that would be by chance."""

    list_display = ("account", "ring", "members", "together", "by_chance", "found_at")
    list_select_related = ("account",)
    list_filter = ("ring",)
    search_fields = ("account__username",)
    actions = ("these_are_honest",)
    ordering = ("ring", "account")

    @admin.display(description="papers together by chance", ordering="expected")
    def by_chance(self, row: models.RingMember) -> str:
        """On how many papers two of them would meet if they chose by what others vote for."""
        return f"{row.expected:.1f}"

    @admin.action(description="These are honest: let all their votes count fully", permissions=["weigh"])
    def these_are_honest(self, request: HttpRequest, rows: QuerySet[models.RingMember]) -> None:
        """A club that reads together; said of the accounts, so it stays so."""
        done, _ = let_count(request, dict(rows.values_list("account_id", "account__username")), 1.0)
        weighing.look_for_rings(wiring.formula(), now=datetime.now(UTC))
        messages.success(request, f"The votes of {done} accounts count fully from now on.")


REASONS = {
    "": "fully",
    "fresh": "light: the account is not settled",
    "network": "light: one of many of one network that day",
    "ring": "light: one of a ring",
    "said": "as said of the account",
    "new": "not weighed yet, it is in a moment",
}


@admin.register(models.Upvote)
class UpvoteAdmin(ForEditors):
    """Every vote, whose it is, and what it counts for the ranking, and why."""

    list_display = ("at", "account", "joined", "paper", "counts", "weight", "network_in_short")
    list_select_related = ("account", "paper")
    list_filter = ("light", "honest")
    search_fields = ("account__username", "paper__paper_id", "paper__title", "network")
    date_hierarchy = "at"
    ordering = ("-pk",)
    actions = ("these_are_honest", "by_the_rules")

    @admin.display(description="account made", ordering="account__date_joined")
    def joined(self, row: models.Upvote) -> datetime:
        """When the account was made: many of one hour for one paper are worth a look."""
        return row.account.date_joined

    @admin.display(description="counts", ordering="light")
    def counts(self, row: models.Upvote) -> str:
        """Fully, or why not."""
        return "fully: an editor has looked at it" if row.honest else REASONS.get(row.light, row.light)

    @admin.display(description="network that day", ordering="network")
    def network_in_short(self, row: models.Upvote) -> str:
        """Enough of its name to see which votes share it; another name every day."""
        return row.network[:6] or "–"

    @admin.action(description="These are honest: let them count fully", permissions=["weigh"])
    def these_are_honest(self, request: HttpRequest, rows: QuerySet[models.Upvote]) -> None:
        """Somebody has looked at them, and that stays so."""
        self._vouch(request, rows, honest=True)

    @admin.action(description="Weigh them by the rules again", permissions=["weigh"])
    def by_the_rules(self, request: HttpRequest, rows: QuerySet[models.Upvote]) -> None:
        """As all others."""
        self._vouch(request, rows, honest=False)

    def _vouch(self, request: HttpRequest, rows: QuerySet[models.Upvote], *, honest: bool) -> None:
        numbers = list(rows.values_list("pk", flat=True))
        by, now = actor_of(request), datetime.now(UTC)
        weighed = weighing.vouch(numbers, wiring.formula(), honest=honest, by=by, now=now)
        messages.success(request, f"{weighed:,} votes were weighed anew. Their number on the pages stays as it is.")

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Only readers vote."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Upvote | None = None) -> bool:  # noqa: ARG002
        """Only readers vote; what their votes count is said of the account."""
        return False

    def delete_model(self, request: HttpRequest, obj: models.Upvote) -> None:
        """What the paper gained by the vote goes too; the decision can be undone."""
        self._strike(request, obj.account_id, [obj.paper_id])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[models.Upvote]) -> None:
        """What the papers gained by the votes goes too; one decision for each account."""
        struck: dict[int, list[int]] = {}
        for account, paper in queryset.values_list("account_id", "paper_id"):
            struck.setdefault(account, []).append(paper)
        for account, keys in struck.items():
            self._strike(request, account, keys)

    def _strike(self, request: HttpRequest, account: int, keys: list[int]) -> None:
        moderating.strike(actor_of(request), account, keys, wiring.formula(), now=datetime.now(UTC))


class SourceForm(forms.ModelForm):  # type: ignore[type-arg]
    """Asks for a source as the command line does: words, and options one a line."""

    kind = forms.ChoiceField(
        choices=[(kind.name, kind.name) for kind in KINDS.values()],
        help_text=" · ".join(f"{kind.name}: {kind.words or 'no words'}" for kind in KINDS.values()),
    )
    words = forms.CharField(required=False, help_text="Categories, venues, addresses: separated by blanks.")
    options = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 4}), help_text="name=value, one a line"
    )

    class Meta:
        model = models.Source
        fields = ("name", "kind", "words", "options", "every", "paused")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.kind:
            self.initial["words"] = " ".join(self.instance.words)
            shown = {
                name: SECRET if name in {"token", "key"} else value for name, value in self.instance.values.items()
            }
            self.initial["options"] = "\n".join(f"{name}={value}" for name, value in shown.items())

    def clean(self) -> dict[str, Any]:
        """The form, if the kind understands the options."""
        said = super().clean() or self.cleaned_data
        values = {}
        for line in filter(None, map(str.strip, said.get("options", "").splitlines())):
            name, equals, value = line.partition("=")
            if not equals:
                self.add_error("options", f"{line!r} is not name=value.")
            values[name.strip()] = (
                self.instance.values.get(name.strip(), "") if value.strip() == SECRET else value.strip()
            )
        said["words"], said["options"] = said.get("words", "").split(), values
        try:
            if said.get("kind"):
                KINDS[said["kind"]].open(Options(words=tuple(said["words"]), values=values))
        except BroadsheetError as error:
            raise forms.ValidationError(str(error)) from None
        return said

    def save(self, commit: bool = True) -> models.Source:  # noqa: FBT001, FBT002 - Django's signature
        """The source, due at once."""
        self.instance.values = self.cleaned_data["options"]
        if self.instance.added_at is None:
            self.instance.added_at = datetime.now(UTC)
        self.instance.next_at = datetime.now(UTC)
        saved: models.Source = super().save(commit)
        return saved


@admin.register(models.Source)
class SourceAdmin(Saying):
    """Every source: how it is, what it brought, when it is asked next, and what went wrong in words."""

    form = SourceForm
    list_display = ("name", "asked_for", "how", "last_fetch", "counts", "next_fetch", "last_error")
    list_filter = ("kind", "paused")
    actions = ("fetch_soon", "pause", "resume", "restart")
    ordering = ("name",)

    def get_readonly_fields(self, request: HttpRequest, obj: models.Source | None = None) -> tuple[str, ...]:  # noqa: ARG002
        """What the library keeps of it is shown, not edited."""
        return ("how", "last_fetch", "counts", "next_fetch", "last_error", "not_read") if obj else ()

    def get_fields(self, request: HttpRequest, obj: models.Source | None = None) -> tuple[str, ...]:
        """What is asked for, then how it is."""
        return (*SourceForm.Meta.fields, *self.get_readonly_fields(request, obj))

    @admin.display(description="asked for")
    def asked_for(self, row: models.Source) -> str:
        """The kind and what is wanted of it."""
        return " ".join([row.kind, *row.words])

    @admin.display(description="how it is")
    def how(self, row: models.Source) -> str:
        """In one word."""
        return str(keeping.source(state(row), datetime.now(UTC))["state"])

    @admin.display(description="last fetch", ordering="finished_at")
    def last_fetch(self, row: models.Source) -> str:
        """How long ago the last fetch came to its end."""
        return keeping.ago(row.finished_at, datetime.now(UTC))

    @admin.display(description="papers")
    def counts(self, row: models.Source) -> str:
        """What came in since it was added."""
        return f"{row.new:,} new, {row.changed:,} changed" + (f", {row.unread:,} not readable" if row.unread else "")

    @admin.display(description="next fetch", ordering="next_at")
    def next_fetch(self, row: models.Source) -> str:
        """When it is asked next."""
        return "paused" if row.paused else keeping.ahead(row.next_at, datetime.now(UTC))

    @admin.display(description="last error")
    def last_error(self, row: models.Source) -> str:
        """In words, while it fails."""
        return row.error or "–"

    @admin.display(description="not read")
    def not_read(self, row: models.Source) -> str:
        """The latest records that could not be read, and why."""
        return format_html("<pre>{}</pre>", row.unread_words) if row.unread_words else "–"

    @admin.action(description="Fetch soon")
    def fetch_soon(self, request: HttpRequest, rows: QuerySet[models.Source]) -> None:
        """Let them be due now."""
        for row in rows:
            verbs.hurry(row.name, now=datetime.now(UTC))
        messages.success(request, "They are fetched from in a moment.")

    @admin.action(description="Pause")
    def pause(self, request: HttpRequest, rows: QuerySet[models.Source]) -> None:  # noqa: ARG002
        """Fetch from them no more."""
        for row in rows:
            verbs.pause(row.name)

    @admin.action(description="Go on")
    def resume(self, request: HttpRequest, rows: QuerySet[models.Source]) -> None:  # noqa: ARG002
        """Fetch from them again."""
        for row in rows:
            verbs.resume(row.name, now=datetime.now(UTC))

    @admin.action(description="Begin from the start")
    def restart(self, request: HttpRequest, rows: QuerySet[models.Source]) -> None:  # noqa: ARG002
        """Forget how far they are."""
        for row in rows:
            verbs.restart(row.name, now=datetime.now(UTC))


@admin.register(models.Merge)
class MergeAdmin(ReadOnly):
    """Papers that became one, why, and the way back."""

    list_display = ("at", "paper", "gone_id", "gone_title", "cause", "undone_at")
    list_select_related = ("paper",)
    search_fields = ("gone_id", "gone_title", "paper__paper_id", "paper__title")
    actions = ("undo",)
    ordering = ("-pk",)

    def has_undo_permission(self, request: HttpRequest) -> bool:
        """Only who may do everything takes papers apart."""
        return bool(request.user.is_superuser)

    @admin.action(description="Take apart again", permissions=["undo"])
    def undo(self, request: HttpRequest, rows: QuerySet[models.Merge]) -> None:
        """Undo the chosen merges, latest first."""
        for row in rows.order_by("-pk"):
            try:
                splitting.undo_merge(row.pk, now=datetime.now(UTC))
            except BroadsheetError as error:
                messages.error(request, str(error))
            else:
                messages.success(request, f"{row.gone_id} is a paper of its own again.")
