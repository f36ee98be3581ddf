"""Promises of signing in by other sites: the conditions of the house hold, and no site opens another's account."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from allauth.socialaccount.providers.github.views import GitHubOAuth2Adapter
from allauth.socialaccount.providers.orcid.views import OrcidOAuth2Adapter
from django.core import mail
from django.test import Client
from identity import CLIENT, SECRET, Person, Provider

from broadsheet.community import Role
from broadsheet.core import accounts, invitations
from broadsheet.library import models

pytestmark = pytest.mark.django_db

PASSWORD = "a long way to the stones"
OIDC = "/accounts/oidc/oidc/login/"


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    """A provider that the house has set up."""
    with Provider() as server:
        app = {"client_id": CLIENT, "secret": SECRET}
        told = {"provider_id": "oidc", "name": "The University", "settings": {"server_url": server.url}}
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app | told], "OAUTH_PKCE_ENABLED": True}}
        yield server


@pytest.fixture
def mails(settings: Any) -> None:
    """A house that sends mails."""
    settings.EMAIL_HOST = "127.0.0.1"
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
    settings.ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1", "password2"]
    settings.SOCIALACCOUNT_QUERY_EMAIL = True


def browser() -> Client:
    return Client(headers={"host": "localhost"})


def leave(client: Client, path: str) -> str:
    """Where the button on the sign-in page leads."""
    page = client.post(path).content.decode()
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page)
    assert found, page
    return html.unescape(found[1])


def come_back(client: Client, address: str) -> Any:
    """Let the provider send the person back; answers the page that they see then."""
    back = urlsplit(requests.get(address, allow_redirects=False, timeout=10).headers["Location"])
    assert back.netloc == "localhost"
    return client.get(f"{back.path}?{back.query}", follow=True)


def sign_in(client: Client, path: str = OIDC) -> Any:
    return come_back(client, leave(client, path))


def is_in(client: Client, name: str) -> bool:
    return f'<a href="/settings">{name}</a>' in client.get("/").content.decode()


class TestTheHouseDecides:
    def test_where_it_is_open_a_newcomer_has_an_account(self, provider: Provider, settings: Any) -> None:
        settings.SIGNUP = "open"
        client = browser()
        assert "Sign in with The University" in client.get("/accounts/login/").content.decode()
        sign_in(client)
        assert is_in(client, "ada")
        row = models.Account.objects.get()
        assert (row.role, row.trust, row.has_usable_password()) == (Role.READER, None, False)
        assert {"/token", "/userinfo"} <= set(provider.asked)
        assert not SocialToken.objects.exists()
        again = browser()
        sign_in(again)
        assert is_in(again, "ada")
        assert models.Account.objects.count() == 1

    @pytest.mark.parametrize("signup", ["closed", "invitation"])
    def test_where_it_is_not_nobody_comes_in(self, provider: Provider, settings: Any, signup: str) -> None:
        settings.SIGNUP = signup
        client = browser()
        page = sign_in(client).content.decode()
        assert "first and connect it in your settings" in page
        assert not models.Account.objects.exists()
        assert provider.asked

    def test_an_invitation_opens_this_door_too(self, provider: Provider, settings: Any) -> None:
        settings.SIGNUP = "invitation"
        made = invitations.make(None, Role.EDITOR, now=datetime.now(UTC))
        client = browser()
        client.get(f"/invitation/{made.code}")
        sign_in(client)
        assert is_in(client, "ada")
        row = models.Account.objects.get()
        assert (row.role, row.trust, row.is_staff) == (Role.EDITOR, 1.0, True)
        provider.person = Person(sub="person-2", name="bo")
        client = browser()
        client.get(f"/invitation/{made.code}")
        sign_in(client)
        assert models.Account.objects.count() == 1

    def test_a_name_that_is_taken_or_odd_becomes_another(self, provider: Provider, settings: Any) -> None:
        settings.SIGNUP = "open"
        accounts.make("ada", PASSWORD)
        for number, name in enumerate(("ada", "ada@example.org", "<b>")):
            provider.person = Person(sub=f"person-{number}", name=name, email="")
            sign_in(browser())
        names = list(models.Account.objects.values_list("username", flat=True))
        assert len(set(names)) == 4
        assert all(re.fullmatch(r"[\w.-]+", name) for name in names)

    def test_where_no_mail_is_sent_no_address_is_kept(self, provider: Provider, settings: Any) -> None:
        settings.SIGNUP = "open"
        sign_in(browser())
        assert models.Account.objects.get().email == ""
        assert not EmailAddress.objects.exists()
        assert provider.asked

    def test_only_what_is_set_up_is_offered_and_there(self, client: Client) -> None:
        assert "Or with another site" not in client.get("/accounts/login/").content.decode()
        for path in ("github/login/", "orcid/login/", "oidc/oidc/login/", "github/login/callback/?code=1&state=2"):
            assert client.post(f"/accounts/{path}").status_code == 404


@pytest.mark.usefixtures("mails")
class TestNobodyElsesAccount:
    @pytest.mark.parametrize("verified", [True, False])
    def test_a_known_mail_address_opens_nothing(self, provider: Provider, settings: Any, verified: bool) -> None:
        settings.SIGNUP = "open"
        accounts.make("ada", PASSWORD, email="ada@example.org")
        row = models.Account.objects.get()
        EmailAddress.objects.create(user=row, email="ada@example.org", verified=True, primary=True)
        provider.person = Person(sub="mallory", name="mallory", verified=verified)
        client = browser()
        sign_in(client)
        assert 'href="/settings"' not in client.get("/").content.decode()
        assert models.Account.objects.count() == 1
        assert not SocialAccount.objects.exists()
        assert [each.to for each in mail.outbox] == [["ada@example.org"]]

    def test_an_address_that_the_site_has_not_verified_is_verified_here(
        self, provider: Provider, settings: Any
    ) -> None:
        settings.SIGNUP = "open"
        provider.person = Person(verified=False)
        client = browser()
        sign_in(client)
        assert not is_in(client, "ada")
        code = re.search(r"^[A-Z0-9]{4}-[A-Z0-9]{4}$", str(mail.outbox[-1].body), re.MULTILINE)
        assert code, mail.outbox[-1].body
        client.post("/accounts/confirm-email/", {"code": code[0]})
        assert is_in(client, "ada")
        assert EmailAddress.objects.get().verified

    def test_one_that_it_has_verified_is_not_asked_for_again(self, provider: Provider, settings: Any) -> None:
        settings.SIGNUP = "open"
        sign_in(browser())
        assert EmailAddress.objects.get().verified
        assert provider.asked


class TestConnecting:
    def test_a_signed_in_account_connects_in_a_closed_house_and_signs_in_so(self, provider: Provider) -> None:
        accounts.make("bo", PASSWORD)
        client = browser()
        client.login(username="bo", password=PASSWORD)
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        sign_in(client, f"{OIDC}?process=connect")
        assert "person-1" in client.get("/accounts/3rdparty/").content.decode()
        other = browser()
        sign_in(other)
        assert is_in(other, "bo")
        number = SocialAccount.objects.get().pk
        client.post("/accounts/3rdparty/", {"account": number})
        assert not SocialAccount.objects.exists()
        assert provider.asked

    def test_it_asks_for_the_password_first(self, provider: Provider) -> None:
        accounts.make("bo", PASSWORD)
        client = browser()
        client.login(username="bo", password=PASSWORD)
        page = sign_in(client, f"{OIDC}?process=connect")
        assert page.redirect_chain[-1][0] == "/accounts/reauthenticate/"
        assert not SocialAccount.objects.exists()
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        assert SocialAccount.objects.get().user.username == "bo"
        assert provider.asked

    def test_what_is_connected_to_one_account_is_not_moved_to_another(self, provider: Provider) -> None:
        for name in ("bo", "cy"):
            accounts.make(name, PASSWORD)
            client = browser()
            client.login(username=name, password=PASSWORD)
            client.post("/accounts/reauthenticate/", {"password": PASSWORD})
            sign_in(client, f"{OIDC}?process=connect")
        assert SocialAccount.objects.get().user.username == "bo"
        assert provider.asked

    def test_a_second_factor_is_asked_for_all_the_same(self, provider: Provider, settings: Any) -> None:
        settings.SIGNUP = "open"
        sign_in(browser())
        Authenticator.objects.create(user=models.Account.objects.get(), type="totp", data={"secret": "x"})
        client = browser()
        assert sign_in(client).redirect_chain[-1][0] == "/accounts/2fa/authenticate/"
        assert not is_in(client, "ada")
        assert provider.asked


class TestWhatGoesWrong:
    def test_who_changes_their_mind_is_told_and_nothing_is_made(self, provider: Provider, settings: Any) -> None:
        settings.SIGNUP = "open"
        provider.denies = True
        assert sign_in(browser()).status_code == 200
        assert not models.Account.objects.exists()

    def test_an_answer_that_was_not_asked_for_is_refused(self, provider: Provider, settings: Any) -> None:
        settings.SIGNUP = "open"
        address = leave(browser(), OIDC)
        victim = browser()
        come_back(victim, address)
        assert 'href="/settings"' not in victim.get("/").content.decode()
        assert not models.Account.objects.exists()
        assert provider.asked

    def test_the_way_there_is_protected_by_a_challenge_and_leads_only_there(self, provider: Provider) -> None:
        address = urlsplit(leave(browser(), OIDC))
        asked = parse_qs(address.query)
        assert f"http://{address.netloc}" == provider.url
        assert asked["code_challenge_method"] == ["S256"]
        assert asked["redirect_uri"] == ["http://localhost/accounts/oidc/oidc/login/callback/"]

    def test_following_a_link_signs_nobody_in(self, provider: Provider) -> None:
        page = browser().get(OIDC)
        assert page.status_code == 200
        assert "refresh" not in page.content.decode()
        assert "/authorize" not in provider.asked


class TestGitHubAndOrcid:
    @pytest.fixture(autouse=True)
    def places(self, provider: Provider, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        app = {"APPS": [{"client_id": CLIENT, "secret": SECRET}], "OAUTH_PKCE_ENABLED": True}
        settings.SOCIALACCOUNT_PROVIDERS = {"github": app, "orcid": app}
        settings.SIGNUP = "open"
        for adapter, profile in ((GitHubOAuth2Adapter, "/user"), (OrcidOAuth2Adapter, "/v3.0/%s/record")):
            monkeypatch.setattr(adapter, "authorize_url", f"{provider.url}/authorize")
            monkeypatch.setattr(adapter, "access_token_url", f"{provider.url}/token")
            monkeypatch.setattr(adapter, "profile_url", f"{provider.url}{profile}")
        monkeypatch.setattr(GitHubOAuth2Adapter, "emails_url", f"{provider.url}/user/emails")

    def test_github(self) -> None:
        client = browser()
        assert "Sign in with GitHub" in client.get("/accounts/login/").content.decode()
        sign_in(client, "/accounts/github/login/")
        assert is_in(client, "ada")
        found = SocialAccount.objects.get()
        assert (found.provider, found.uid) == ("github", "7")

    @pytest.mark.usefixtures("mails")
    def test_github_with_a_verified_address(self) -> None:
        sign_in(browser(), "/accounts/github/login/")
        assert EmailAddress.objects.get().verified

    def test_orcid_tells_the_id_by_which_papers_are_claimed(self) -> None:
        client = browser()
        assert "Sign in with ORCID" in client.get("/accounts/login/").content.decode()
        sign_in(client, "/accounts/orcid/login/")
        assert 'href="/settings"' in client.get("/").content.decode()
        found = SocialAccount.objects.get()
        assert (found.provider, found.uid) == ("orcid", "0000-0002-1825-0097")
