"""Django's settings, from the environment and one TOML file. The only reader of `os.environ`.

Each setting of `setting_list.py` has a name `NAME`: `BROADSHEET_NAME` in the environment wins over `name` in the file,
which wins over the default. That file is `broadsheet.toml` in the data folder, or the one which `BROADSHEET_CONFIG`
names.
"""

from __future__ import annotations

import os
import secrets
import sys
import tomllib
from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
import platformdirs

from broadsheet.errors import SettingError
from broadsheet.setting_list import SETTINGS

# Many are answered at a time, each with one core. Left to itself, numpy's algebra starts a thread a core for matrices
# so small that these threads do nothing but wait for each other: a ranking then costs eight times the processor.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _environment(name: str) -> str | None:
    setting = next(setting for setting in SETTINGS if setting.name == name)
    return os.environ.get(setting.variable)


DATA_FOLDER = Path(_environment("data") or platformdirs.user_data_dir("broadsheet", appauthor=False)).absolute()
CONFIG_FILE = Path(_environment("config") or DATA_FOLDER / "broadsheet.toml")


def _config_file() -> dict[str, Any]:
    if not CONFIG_FILE.exists():
        if _environment("config"):
            raise SettingError(f"BROADSHEET_CONFIG names {CONFIG_FILE}, which does not exist. Make it, or unset it.")
        return {}
    try:
        values = tomllib.loads(CONFIG_FILE.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingError(f"{CONFIG_FILE} cannot be read as TOML: {error}.") from error
    known = {setting.name for setting in SETTINGS} - {"data", "config"}
    if unknown := sorted(set(values) - known):
        raise SettingError(
            f"{CONFIG_FILE} has an unknown setting {unknown[0]!r}. Known are: {', '.join(sorted(known))}."
        )
    return values


_FILE = _config_file()


def _value(name: str) -> Any:
    setting = next(setting for setting in SETTINGS if setting.name == name)
    text = _environment(name)
    try:
        if text is not None:
            return setting.read(text)
        if name in _FILE:
            value = _FILE[name]
            return setting.read(" ".join(map(str, value)) if isinstance(value, list) else str(value))
    except ValueError as error:
        where = setting.variable if text is not None else f"{name} in {CONFIG_FILE}"
        raise SettingError(f"{where} is {text or _FILE.get(name)!r}, which is not {setting.read.__doc__}.") from error
    return setting.default


def _weights(text: str) -> dict[str, float]:
    """`upvotes=1 comments=0.5` as a table; SettingError for what is none."""
    try:
        pairs = [word.split("=") for word in text.replace(",", " ").split()]
        return {name: float(value) for name, value in pairs}
    except ValueError:
        raise SettingError(
            f"BROADSHEET_TRENDING_WEIGHTS is {text!r}. "
            "Write it as upvotes=1 votes=2 voices=1 comments=0.5 stars=0.5 submissions=2."
        ) from None


def _providers() -> dict[str, Any]:
    """The places that the settings let people sign in with, as django-allauth has them; SettingError for half a one."""
    apps: dict[str, list[dict[str, Any]]] = {"github": [], "orcid": [], "openid_connect": []}
    issuers = {"huggingface": "https://huggingface.co", "oidc": _value("oidc_issuer")}
    names = {"huggingface": "Hugging Face", "oidc": _value("oidc_name")}
    for kind in ("github", "orcid", "huggingface", "oidc"):
        client, secret = _value(f"{kind}_client"), _value(f"{kind}_secret")
        if bool(client) != bool(secret) or (kind == "oidc" and bool(client) != bool(issuers[kind])):
            raise SettingError(
                f"To sign in with {kind}, set BROADSHEET_{kind.upper()}_CLIENT and BROADSHEET_{kind.upper()}_SECRET"
                + (" and BROADSHEET_OIDC_ISSUER." if kind == "oidc" else ".")
            )
        app = {"client_id": client, "secret": secret}
        if client and kind in issuers:
            told = {"provider_id": kind, "name": names[kind], "settings": {"server_url": issuers[kind]}}
            apps["openid_connect"].append(app | told)
        elif client:
            apps[kind].append(app)
    return {provider: {"APPS": several, "OAUTH_PKCE_ENABLED": True} for provider, several in apps.items()}


def _secret_key() -> str:
    """The key from the settings, else the one kept in the data folder, made at the first start."""
    if key := _value("secret_key"):
        return str(key)
    path = DATA_FOLDER / "secret-key"
    if not path.exists():
        draft = path.with_name(f"secret-key.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50), encoding="ascii")
        with suppress(FileExistsError):
            os.link(draft, path)  # whoever comes first; nobody can read half a key
        draft.unlink()
    return path.read_text(encoding="ascii")


try:
    DATA_FOLDER.mkdir(parents=True, exist_ok=True)
    SECRET_KEY = _secret_key()
except OSError as error:
    raise SettingError(
        f"The data folder {DATA_FOLDER} cannot be used: {error.strerror}. "
        "Set BROADSHEET_DATA to a folder that you may write."
    ) from error

# Broadsheet's own, read by the delivery and the jobs.
INDEX_FOLDER = DATA_FOLDER / "index"
EMBEDDER: str = _value("embedder")
SITE_NAME: str = _value("name")
SITE_URL: str = _value("site_url").rstrip("/")
HOST: str = _value("host")
PORT: int = _value("port")
THREADS: int = _value("threads")
_CORES: int = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
WORKERS: int = _value("workers") or min(_CORES, 4)
# Where a process must not be forked that has used what these use: the system's libraries, the threads of a transformer.
_FORKS = sys.platform != "darwin" and not EMBEDDER.startswith("transformer:")
COMPOSERS: int = (_value("composers") or min(_CORES, 4)) if _FORKS else 1
API_RATE: int = _value("api_rate")
CONTACT: str = _value("contact")
PRIVATE_HOSTS: list[str] = _value("private_hosts")
PACE_FOLDER = DATA_FOLDER / "pace"
ADMINISTRATORS: list[str] = _value("administrators")
INTERLEAVE: list[str] = _value("interleave")
if INTERLEAVE and (len(set(INTERLEAVE)) != 2 or not set(INTERLEAVE) <= {"interests", "mean", "trending"}):
    raise SettingError(
        f"BROADSHEET_INTERLEAVE is {' '.join(INTERLEAVE)!r}. Name two of interests, mean, trending, or none."
    )
SIGNUP: str = _value("signup")
PROXY_HEADER: str = _value("proxy_header")
try:
    PROXY_FROM = [ip_network(text, strict=False) for text in _value("proxy_from")]
except ValueError as error:
    raise SettingError(f"BROADSHEET_PROXY_FROM is not addresses or networks: {error}. Write 10.0.0.0/8.") from None
SUBMISSIONS: str = _value("submissions")
TRENDING_HALF_LIFE: float = _value("trending_half_life")
TRENDING_GRAVITY: float = _value("trending_gravity")
TRENDING_WEIGHTS: dict[str, float] = _weights(_value("trending_weights"))

# Django's.
DEBUG: bool = _value("debug")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *_value("allowed_hosts")]
if SITE_URL and (_host := urlsplit(SITE_URL).hostname):
    ALLOWED_HOSTS.append(_host)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.staticfiles",
    "broadsheet.library",
    "broadsheet.deliver.web",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.github",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.orcid",
]
AUTH_USER_MODEL = "library.Account"
AUTHENTICATION_BACKENDS = ["broadsheet.deliver.web.signing_in.Backend"]
ACCOUNT_ADAPTER = "broadsheet.deliver.web.signing_in.Adapter"
ACCOUNT_FORMS = {
    "login": "broadsheet.deliver.web.forms.SignInForm",
    "signup": "broadsheet.deliver.web.forms.SignUpForm",
}
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_USERNAME_VALIDATORS = "broadsheet.deliver.web.signing_in.NAME_VALIDATORS"
# A mail address is only worth asking for where a mail can be sent to it. Where one can, a code that was sent there is
# as good as a password, which then may be left out.
_MAILS = bool(_value("mail_host"))
ACCOUNT_SIGNUP_FIELDS = (
    ["email*", "username*", "password1", "password2"] if _MAILS else ["username*", "password1*", "password2*"]
)
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if _MAILS else "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = _MAILS
# A new code may be asked for, but none to another address: only who is new could, which would tell who is not.
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_NOTIFICATIONS = _MAILS
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"[{SITE_NAME}] "
ACCOUNT_MAX_EMAIL_ADDRESSES = 5
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SITE_URL.startswith("https://") else "http"
# Each is counted by network (`ip`), by account (`user`) or by what was typed (`key`). A whole university may come from
# one network, so networks may try oftener; a name or an address may not.
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "30/m/ip,5/5m/key",
    "signup": "20/10m/ip",
    "request_login_code": "20/10m/ip,3/5m/key",
    "reset_password": "20/10m/ip,3/5m/key",
    "reset_password_from_key": "20/m/ip",
    "confirm_email": "1/10s/key",
    "change_password": "5/m/user",
    "manage_email": "10/10m/user",
    "reauthenticate": "10/m/user",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = SITE_NAME
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = not _MAILS
SOCIALACCOUNT_ADAPTER = "broadsheet.deliver.web.signing_in.SocialAdapter"
SOCIALACCOUNT_QUERY_EMAIL = _MAILS
SOCIALACCOUNT_PROVIDERS = _providers()
SESSION_ENGINE = "broadsheet.library.sessions"
# Counts of tries are kept in the database, which all processes and machines of a house share and no restart empties.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "library_cacherow",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}
LOGIN_URL, LOGIN_REDIRECT_URL, ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/", "/", "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL else []
MIDDLEWARE = [
    "broadsheet.deliver.web.network.client_address",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "broadsheet.deliver.api.v1.door.door",
    "broadsheet.deliver.web.remembering.remembering",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "broadsheet.deliver.web.middleware.place_of_session",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "broadsheet.deliver.web.proxied.account_of_proxy",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "broadsheet.deliver.web.middleware.content_security_policy",
    "broadsheet.deliver.web.middleware.lead_on",
]
ROOT_URLCONF = "broadsheet.deliver.web.urls"
WSGI_APPLICATION = "broadsheet.deliver.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "broadsheet.deliver.web.context.site",
            ]
        },
    }
]
_DATABASE_URL: str = _value("database_url") or f"sqlite:///{DATA_FOLDER / 'library.sqlite3'}"
if not _DATABASE_URL.startswith(("postgres://", "postgresql://", "sqlite:///")):
    raise SettingError("DATABASE_URL must begin with postgres:// or sqlite:///, the two that Broadsheet is tested on.")
DATABASES: dict[str, Any] = {"default": dj_database_url.parse(_DATABASE_URL, conn_max_age=600)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Write-ahead logging lets pages be read while an import writes; FULL keeps the last commit through a power cut,
    # so the index can never have applied a change that the library forgot.
    DATABASES["default"]["OPTIONS"] = {
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16000"
        ),
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
    }
MAIL_SECURITY: str = _value("mail_security")
EMAIL_HOST: str = _value("mail_host")
EMAIL_PORT: int = _value("mail_port")
EMAIL_HOST_USER: str = _value("mail_user")
EMAIL_HOST_PASSWORD: str = _value("mail_password")
EMAIL_USE_TLS = MAIL_SECURITY == "starttls"
EMAIL_USE_SSL = MAIL_SECURITY == "tls"
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL: str = _value("mail_from")
MAIL_CONNECTIONS: int = _value("mail_connections")
MAIL_PACE: float = _value("mail_pace")
MAIL_BOUNCES: str = _value("mail_bounces")
OUTBOX_FOLDER = DATA_FOLDER / "outbox"
DKIM_KEY = Path(_value("dkim_key")) if _value("dkim_key") else None
DKIM_SELECTOR: str = _value("dkim_selector")
BOUNCE_IMAP_HOST: str = _value("bounce_imap_host")
BOUNCE_IMAP_PORT: int = _value("bounce_imap_port")
BOUNCE_IMAP_SECURITY: str = _value("bounce_imap_security")
BOUNCE_IMAP_USER: str = _value("bounce_imap_user")
BOUNCE_IMAP_PASSWORD: str = _value("bounce_imap_password")
BOUNCE_IMAP_FOLDER: str = _value("bounce_imap_folder")
BOUNCE_MAILDIR: str = _value("bounce_maildir")
BOUNCE_SECRET: str = _value("bounce_secret")
DOORS: list[str] = _value("doors")
TOKEN: str = _value("token")

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # A request that waits a moment for a thread is no news.
    "loggers": {"broadsheet": {"level": "INFO"}, "waitress.queue": {"level": "ERROR"}},
}
