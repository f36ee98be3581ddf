"""Promises about who is at the other end: proxies are believed if they are the house's, and nobody else is."""

import http.client
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from running import a_service, environment

from broadsheet.community import Role
from broadsheet.core import accounts
from broadsheet.deliver.web.network import client_address
from broadsheet.library import models

PASSWORD = "a long way to the stones"


def seen(peer: str, forwarded: str | None = None) -> str:
    """The address that the views see."""
    addresses = []

    def view(request: HttpRequest) -> HttpResponse:
        addresses.append(request.META["REMOTE_ADDR"])
        assert "HTTP_X_FORWARDED_FOR" not in request.META
        return HttpResponse()

    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    client_address(view)(RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers))
    (address,) = addresses
    return str(address)


class TestAddress:
    @pytest.fixture(autouse=True)
    def proxies(self, settings: Any) -> None:
        settings.PROXY_FROM = [ip_network("127.0.0.1"), ip_network("10.0.0.0/8"), ip_network("2001:db8::/32")]

    @pytest.mark.parametrize(
        ("peer", "forwarded", "address"),
        [
            ("192.0.2.1", None, "192.0.2.1"),
            ("192.0.2.1", "198.51.100.9", "192.0.2.1"),
            ("127.0.0.1", None, "127.0.0.1"),
            ("127.0.0.1", "198.51.100.9", "198.51.100.9"),
            ("127.0.0.1", "203.0.113.5, 198.51.100.9", "198.51.100.9"),
            ("127.0.0.1", "203.0.113.5, 198.51.100.9, 10.1.2.3", "198.51.100.9"),
            ("127.0.0.1", "10.9.9.9, 10.1.2.3", "10.9.9.9"),
            ("127.0.0.1", "198.51.100.9, nonsense", "127.0.0.1"),
            ("127.0.0.1", "nonsense, 10.1.2.3", "10.1.2.3"),
            ("127.0.0.1", "", "127.0.0.1"),
            ("127.0.0.1", "unknown", "127.0.0.1"),
            ("::ffff:127.0.0.1", "198.51.100.9", "198.51.100.9"),
            ("2001:db8::1", "[2001:dead::7]", "2001:dead::7"),
        ],
    )
    def test_it_is_the_last_one_that_no_proxy_of_ours_has(self, peer: str, forwarded: str, address: str) -> None:
        assert seen(peer, forwarded) == address


@pytest.mark.django_db
class TestBehindAProxy:
    @pytest.fixture(autouse=True)
    def mode(self, settings: Any) -> None:
        settings.PROXY_HEADER = "X-Remote-User"

    def by_proxy(self, name: str | None, peer: str = "127.0.0.1") -> Client:
        headers = {"host": "localhost"} | ({} if name is None else {"x-remote-user": name})
        return Client(headers=headers, REMOTE_ADDR=peer)

    def test_whom_it_names_has_an_account_at_first_sight(self) -> None:
        html = self.by_proxy("ada").get("/settings").content.decode()
        assert '<a href="/settings">ada</a>' in html
        assert "Sign out" not in html
        assert "/accounts/" not in html
        row = models.Account.objects.get()
        assert (row.username, row.role, row.trust, row.has_usable_password()) == ("ada", Role.READER, 1.0, False)
        self.by_proxy("ada").get("/")
        assert models.Account.objects.count() == 1

    def test_an_account_that_is_there_keeps_its_role(self) -> None:
        accounts.make("root", PASSWORD, administrator=True)
        assert self.by_proxy("root").get("/admin/").status_code == 200
        assert self.by_proxy("ada").get("/admin/", follow=True).status_code == 403

    def test_from_elsewhere_the_header_is_refused(self) -> None:
        accounts.make("root", PASSWORD, administrator=True)
        for path in ("/", "/admin/", "/settings"):
            response = self.by_proxy("root", "192.0.2.1").get(path)
            assert response.status_code == 403
            assert "did not come by the proxy" in response.content.decode()
        assert self.by_proxy(None, "192.0.2.1").get("/").status_code == 200

    def test_one_browser_is_whom_the_proxy_names_now_and_nobody_before(self) -> None:
        client = self.by_proxy(None)
        assert ">ada<" in client.get("/", headers={"x-remote-user": "ada"}).content.decode()
        assert ">bo<" in client.get("/", headers={"x-remote-user": "bo"}).content.decode()
        assert 'href="/settings"' not in client.get("/").content.decode()
        assert not models.Session.objects.exists()

    def test_a_session_from_before_opens_nothing(self, settings: Any) -> None:
        accounts.make("ada", PASSWORD)
        settings.PROXY_HEADER = ""
        client = self.by_proxy(None)
        assert client.login(username="ada", password=PASSWORD)
        settings.PROXY_HEADER = "X-Remote-User"
        assert 'href="/settings"' not in client.get("/").content.decode()

    def test_passwords_codes_and_other_sites_open_nothing(self) -> None:
        accounts.make("ada", PASSWORD)
        client = self.by_proxy(None)
        for path in ("login/", "signup/", "password/reset/", "3rdparty/", "github/login/", "2fa/"):
            client.post(f"/accounts/{path}", {"login": "ada", "password": PASSWORD})
        assert 'href="/settings"' not in client.get("/").content.decode()
        told = client.get("/settings", follow=True).content.decode()
        assert "Signing in is not done here" in told

    @pytest.mark.parametrize("name", ["two words", "ada, root", "a/b", "<b>", "x" * 151])
    def test_what_can_be_no_name_is_refused(self, name: str) -> None:
        assert self.by_proxy(name).get("/").status_code == 403
        assert not models.Account.objects.exists()

    def test_names_beyond_latin_letters_arrive_whole(self) -> None:
        name = "Ångström"
        self.by_proxy(name.encode().decode("latin-1")).get("/")
        assert models.Account.objects.get().username == name

    def test_a_closed_account_stays_closed(self) -> None:
        accounts.vouched("ada")
        models.Account.objects.update(is_active=False)
        assert self.by_proxy("ada").get("/").status_code == 403

    def test_forms_from_other_sites_are_refused_as_ever(self) -> None:
        strict = Client(headers={"host": "localhost", "x-remote-user": "ada"}, enforce_csrf_checks=True)
        assert strict.post("/settings", {"shows_profile": "on"}).status_code == 403
        assert not models.Account.objects.get().shows_profile

    def test_to_delete_the_account_its_name_is_typed(self) -> None:
        client = self.by_proxy("ada")
        assert client.post("/settings/delete", {"sure": "on", "name": "bo"}).status_code == 422
        assert client.post("/settings/delete", {"sure": "on", "name": "ada"}).status_code == 302
        assert not models.Account.objects.exists()

    def test_without_the_setting_the_header_means_nothing(self, settings: Any) -> None:
        settings.PROXY_HEADER = ""
        assert "Sign in" in self.by_proxy("ada").get("/").content.decode()
        assert not models.Account.objects.exists()


def asked(address: str, *headers: tuple[str, str], path: str = "/settings/sessions") -> tuple[int, str]:
    """What the service answers to a request with exactly these headers."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    connection.putrequest("GET", path)
    for name, value in headers:
        connection.putheader(name, value)
    connection.endheaders()
    response = connection.getresponse()
    found = response.status, response.read().decode()
    connection.close()
    return found


def test_the_real_server_is_fooled_by_no_spelling_of_the_header(tmp_path: Path) -> None:
    with a_service(environment(tmp_path, BROADSHEET_PROXY_HEADER="X-Remote-User"), "--no-sample") as address:
        status, page = asked(address, ("X-Remote-User", "ada"), path="/settings")
        assert (status, '<a href="/settings">ada</a>' in page) == (200, True)
        assert asked(address, ("x-remote-USER", "ada"))[0] == 200
        for spelling in ("X_Remote_User", "X-Remote_User", "X_REMOTE-USER", "HTTP-X-Remote-User", "Remote-User"):
            assert asked(address, (spelling, "ada"))[0] == 302, spelling
        twice = ("X-Remote-User", "ada"), ("X-Remote-User", "root")
        assert asked(address, *twice)[0] == 403
        assert asked(address, ("X-Remote-User", "ada"), ("X_Remote_User", "root"), path="/settings")[1].count(">ada<")


def test_the_real_server_refuses_the_header_from_whoever_is_no_proxy_of_the_house(tmp_path: Path) -> None:
    settings = {"BROADSHEET_PROXY_HEADER": "X-Remote-User", "BROADSHEET_PROXY_FROM": "10.0.0.0/8"}
    with a_service(environment(tmp_path, **settings), "--no-sample") as address:
        assert asked(address, ("X-Remote-User", "root"))[0] == 403
        assert asked(address, ("X-Remote-User", "root"), ("X-Forwarded-For", "10.1.2.3"))[0] == 403
        assert asked(address, path="/")[0] == 200
