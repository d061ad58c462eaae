"""All settings, each read from the environment with its type; safe when nothing is set.

`.env.example` explains every variable. A `.env` file beside `manage.py` is read when there is one;
what the environment itself says comes first. Rules between two settings are in `config/checks.py`.
"""

from __future__ import annotations

from email.utils import parseaddr
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from psycopg import IsolationLevel

from accounts.environments import ENVIRONMENTS
from config.environment import BASE_DIR, Environment
from memory.policy.vocabulary import PURPOSE_CLASSES, Scope

env = Environment()

# --- What must be set --------------------------------------------------------------------------

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY", "insecure: for development only, " * 2 if DEBUG else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY must be set: 50 random characters, kept secret.")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ["127.0.0.1", "localhost"] if DEBUG else [])
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts that this service answers to.")

# --- Apps and middleware -----------------------------------------------------------------------

INSTALLED_APPS = [
    "portal.apps.PortalConfig",
    "console.apps.ConsoleConfig",
    "memory.apps.MemoryConfig",
    "proof.apps.ProofConfig",
    "apikeys.apps.ApiKeysConfig",
    "accounts.apps.AccountsConfig",
    "config.apps.ConfigConfig",
    "config.apps.OperationsConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",  # for allauth's templates
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "rest_framework",
]

# Requests to the API take the short cut past what only pages need.
MIDDLEWARE = [
    "config.middleware.RequestIdMiddleware",
    "config.middleware.MetricsMiddleware",
    "config.short_cut.ShortCutMiddleware",
    "config.middleware.PlainHttpMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.middleware.ContentSecurityPolicyMiddleware",
    "config.middleware.PreflightMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.FreshConnectionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.middleware.CommonMiddleware",
    "config.middleware.NotAllowedMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "config.middleware.AuthenticationMiddleware",
    "config.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",  # allauth's checks look for it by name
    "config.middleware.UnconfirmedFormMiddleware",
    "config.middleware.UserSessionsMiddleware",
    "config.middleware.ClosedAccountMiddleware",
    "config.short_cut.end",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "console.theme.context",
            ],
            "libraries": {"mail_text": "foundation.mail_text"},
        },
    },
]

LANGUAGE_CODE = "en"
# Those of the pages for the people remembered (portal/language.py); all others are in English.
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
USE_I18N = True
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "config.formats"
TIME_ZONE = "UTC"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# SQLite has the index without the columns that it carries along: slower there, and right.
SILENCED_SYSTEM_CHECKS = ["models.W040"]

# --- Database and cache ------------------------------------------------------------------------

DATABASE = env.database("DATABASE_URL", f"sqlite:///{BASE_DIR / 'db.sqlite3'}")
DATABASE_POOLER = env.flag("DATABASE_POOLER", default=False)
DATABASE_POOL_SIZE = env.number("DATABASE_POOL_SIZE", default=0, least=0, most=1000)
# Seconds, in the running service alone (config/wsgi.py): migrations and upkeep take their time.
DATABASE_LOCK_TIMEOUT = env.number("DATABASE_LOCK_TIMEOUT", default=5, least=1, most=600)
DATABASE_STATEMENT_TIMEOUT = env.number("DATABASE_STATEMENT_TIMEOUT", default=10, least=1, most=600)
DATABASE_DEADLINE = env.number("DATABASE_DEADLINE", default=15, least=1, most=600)
DATABASE_CONN_MAX_AGE = env.number("DATABASE_CONN_MAX_AGE", default=600, least=0, most=86400)

if DATABASE["ENGINE"] == "django.db.backends.sqlite3":
    # A transaction takes the write lock when it begins: one that reads first and writes later
    # cannot be overtaken and fail with "database is locked". FULL: what was acknowledged
    # survives a loss of power.
    DATABASE["CONN_MAX_AGE"] = DATABASE_CONN_MAX_AGE
    DATABASE["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    # Statements are prepared on the server after five uses, except behind a transaction pooler
    # (pgbouncer), whose connections do not belong to one client.
    options: dict[str, Any] = DATABASE.setdefault("OPTIONS", {})
    options.setdefault("connect_timeout", 3)
    # A server whose machine or network is gone is noticed, not waited for.
    options.setdefault("keepalives_idle", 30)
    options.setdefault("keepalives_interval", 10)
    options.setdefault("keepalives_count", 3)
    options.setdefault("tcp_user_timeout", DATABASE_DEADLINE * 1000)
    # What memory/locks.py stands on: a statement sees what was committed before it began.
    options["isolation_level"] = IsolationLevel.READ_COMMITTED
    if not DATABASE_POOLER:  # statements outside a transaction; memory/functions insist on it
        given = options.get("options", "")
        options["options"] = rf"{given} -c default_transaction_isolation=read\ committed".strip()
    options["server_side_binding"] = True
    options["prepare_threshold"] = None if DATABASE_POOLER else 5
    DATABASE["DISABLE_SERVER_SIDE_CURSORS"] = DATABASE_POOLER
    if DATABASE_POOL_SIZE:
        options["pool"] = {"min_size": 1, "max_size": DATABASE_POOL_SIZE, "timeout": 5}
        # After a restart of the database a pool holds many dead connections, not one a thread:
        # asking once more (foundation/sql.py) would only get the next of them.
        DATABASE["CONN_HEALTH_CHECKS"] = True
    else:
        DATABASE["CONN_MAX_AGE"] = DATABASE_CONN_MAX_AGE

# ATOMIC_REQUESTS stays off: a refusal is recorded and committed before it is raised.
DATABASES = {"default": DATABASE}

REDIS_URL = env.text("REDIS_URL")
if REDIS_URL and not REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
    raise ImproperlyConfigured("REDIS_URL must be an address like redis://127.0.0.1:6379/0.")
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "foundation.caches.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "memory-scope",
    }
    if REDIS_URL
    # The attempts to sign in are counted here: several processes must count together.
    else {
        "BACKEND": "foundation.caches.DatabaseCache",
        "LOCATION": "accounts_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# --- The API -----------------------------------------------------------------------------------

ALLOWED_KEY_ENVIRONMENTS = env.choices(
    "ALLOWED_KEY_ENVIRONMENTS", allowed=ENVIRONMENTS, default=ENVIRONMENTS
)
# What a key may be narrowed to. The names are the policy's; they pass through here because keys
# know nothing of the policy.
KEY_SCOPES = tuple(Scope)
KEY_PURPOSE_CLASSES = PURPOSE_CLASSES
KEY_PURPOSES = "memory.registering.registered_ids"  # tells those of a project

# Of a key, unless it or its project has its own; RATE_LIMIT_FAILURES of an address in a minute.
RATE_LIMIT_HOUR = env.number("RATE_LIMIT_HOUR", default=1000, least=1, most=1_000_000_000)
RATE_LIMIT_SECOND = env.number("RATE_LIMIT_SECOND", default=50, least=1, most=1_000_000)
RATE_LIMIT_FAILURES = env.number("RATE_LIMIT_FAILURES", default=60, least=1, most=1_000_000)
KEYS_PER_PROJECT = env.number("KEYS_PER_PROJECT", default=100, least=1, most=100_000)
KEYS_PER_HOUR = env.number("KEYS_PER_HOUR", default=100, least=1, most=100_000)
# What a project keeps, unless it has its own. A partition is an end user, a scope and a domain; its
# bytes are those of its live values, of which one has 32 KiB at most.
MEMORIES_PER_PARTITION = env.number("MEMORIES_PER_PARTITION", default=5000, least=1, most=10**9)
BYTES_PER_PARTITION = env.number("BYTES_PER_PARTITION", default=2**20, least=2**15, most=10**9)
# Of a project in each environment: live memories, grants that are open, Idempotency-Keys of a day.
MEMORIES_PER_PROJECT = env.number("MEMORIES_PER_PROJECT", default=10**6, least=1, most=10**9)
GRANTS_PER_PROJECT = env.number("GRANTS_PER_PROJECT", default=250_000, least=1, most=10**9)
IDEMPOTENCY_KEYS_PER_PROJECT = env.number(
    "IDEMPOTENCY_KEYS_PER_PROJECT", default=250_000, least=1, most=10**9
)
# How long single requests and the totals of days are kept; 0 days of log: none is written.
REQUEST_LOG_DAYS = env.number("REQUEST_LOG_DAYS", default=7, least=0, most=365)
USAGE_DAYS = env.number("USAGE_DAYS", default=400, least=31, most=3650)
# How long `maintain` keeps audit events; 0: until an operator says otherwise.
AUDIT_DAYS = env.number("AUDIT_DAYS", default=0, least=0, most=36500)
WEB_CONCURRENCY = env.processes("WEB_CONCURRENCY")

# The contract: 64 KiB a body. Some paths of the API take more: config/serving/bodies.py.
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apikeys.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["apikeys.permissions.HasKeyPermission"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "config.errors.answer_error",
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
}

# --- People ------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "console"

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "add_email": "accounts.forms.AddEmailForm",
    "signup": "accounts.signup.SignupForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "change_password": "accounts.password_forms.ChangePasswordForm",
    "reset_password_from_key": "accounts.password_forms.ResetPasswordKeyForm",
    "reauthenticate": "accounts.password_forms.ReauthenticateForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300  # seconds
ACCOUNT_SESSION_REMEMBER = None  # the person says so
# Mails to reset a password in a day, of an address; whoever asks can ask for ten such addresses.
RESET_MAILS_DAY = env.number("RESET_MAILS_DAY", default=5, least=1, most=1000)
# Added to allauth's own, e.g. 5 wrong passwords of an account in 5 minutes.
ACCOUNT_RATE_LIMITS = {
    "request_access": "10/h/ip",
    "reset_mail": f"{10 * RESET_MAILS_DAY}/d/ip,{RESET_MAILS_DAY}/d/key",
    "reset_mail_by_operator": f"{RESET_MAILS_DAY}/d/key",
}
MFA_ADAPTER = "accounts.second_factor.MfaAdapter"
# An account is opened by a mail that its address got: an unconfirmed one is only ever another that
# it wants. With this it can be wanted beside a second factor; it opens nothing before that
# (accounts/resets.py).
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "accounts.password_forms.SignInCodeForm",
    "reauthenticate": "accounts.password_forms.ReauthenticateCodeForm",
    "activate_totp": "accounts.second_factor.EnrolmentForm",
    "add_webauthn": "accounts.second_factor.AddPasskeyForm",
    "edit_webauthn": "accounts.second_factor.RenamePasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Memory Scope"
MFA_TOTP_TOLERANCE = 1  # a step of 30 seconds either way, for clocks and slow fingers (RFC 6238)
USERSESSIONS_TRACK_ACTIVITY = True

# Off in tests, which look at what was done.
WORK_IN_BACKGROUND = True

# Encrypts the seeds of authenticator apps; the first encrypts, every one of them decrypts.
SECOND_FACTOR_KEYS = env.words("SECOND_FACTOR_KEYS")
# How old a use of the second factor may be that opens the admin, and that lets it change something.
ADMIN_FACTOR_HOURS = env.number("ADMIN_FACTOR_HOURS", default=12, least=1, most=168)
ADMIN_CHANGE_MINUTES = env.number("ADMIN_CHANGE_MINUTES", default=15, least=1, most=1440)
# Signs what others can verify; empty: a key is made from SECRET_KEY.
SIGNING_KEYS = env.signing_keys("SIGNING_KEYS")
# Where the latest seals go once a day, so that whoever owns the database does not own them.
SEALS_EMAIL = env.text("SEALS_EMAIL")
SEALS_URL = env.text("SEALS_URL")
if SEALS_URL and not SEALS_URL.startswith("https://"):
    raise ImproperlyConfigured("SEALS_URL must be an address like https://example.com/seals.")
INVITATION_DAYS = env.number("INVITATION_DAYS", default=14, least=1, most=365)
# How long a closed account can be reopened before its data is erased.
ACCOUNT_CLOSED_DAYS = env.number("ACCOUNT_CLOSED_DAYS", default=14, least=1, most=365)
OPERATORS_EMAIL = env.text("OPERATORS_EMAIL")

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

MAIL_FOLDER = BASE_DIR / "mail"
vars().update(env.email("EMAIL_URL", "consolemail://"))
if not env.text("EMAIL_URL"):
    EMAIL_BACKEND = "foundation.mail.DevelopmentBackend"  # printed, and kept in MAIL_FOLDER
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Memory Scope <memory-scope@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Where people write to: pages and mails show it. Else the address that mails come from.
CONTACT_ADDRESS = env.text("CONTACT_ADDRESS") or parseaddr(DEFAULT_FROM_EMAIL)[1]

# --- The wire ----------------------------------------------------------------------------------

HTTPS_ONLY = env.flag("HTTPS_ONLY", default=not DEBUG)
TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", default=0, least=0, most=10)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")

SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # asked from inside, without TLS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS_ONLY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS_ONLY
SECURE_HSTS_PRELOAD = HTTPS_ONLY
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS_ONLY
X_FRAME_OPTIONS = "DENY"
# Nothing inline and nothing from elsewhere: what a page is given by others stays text.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

COOKIE_PREFIX = "__Host-" if HTTPS_ONLY else ""
# A session ends after so many hours without a request, and after so many days in any case.
SESSION_IDLE_HOURS = env.number("SESSION_IDLE_HOURS", default=24, least=1, most=720)
SESSION_DAYS = env.number("SESSION_DAYS", default=14, least=1, most=365)
SESSION_COOKIE_AGE = SESSION_DAYS * 24 * 3600
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}session"
SESSION_COOKIE_SECURE = HTTPS_ONLY
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrf"
CSRF_COOKIE_SECURE = HTTPS_ONLY
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.error_pages.csrf_failure"

# Where config/processes.py serves, as this machine says it.
HOST = env.text("HOST", "127.0.0.1")
PORT = env.number("PORT", default=8000, least=1, most=65535)
# By its name: passkeys do not work at an IP address.
LOCAL_ADDRESS = f"http://{'localhost' if HOST in ('127.0.0.1', '::1', '[::1]') else HOST}:{PORT}"
# What links in mails and errors lead to, whatever host a request was sent to.
SITE_URL = env.text("SITE_URL", LOCAL_ADDRESS).rstrip("/")

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- Metrics and logs --------------------------------------------------------------------------

# Opens /metrics to operators; empty: there is no such page, and nothing is counted for it.
METRICS_TOKEN = env.text("METRICS_TOKEN")

LOG_LEVEL = env.choice("LOG_LEVEL", allowed=("DEBUG", "INFO", "WARNING", "ERROR"), default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "foundation.request_ids.RequestIdFilter"}},
    "formatters": {
        "line": {
            "()": "foundation.masking.MaskingFormatter",
            "format": "{asctime} {levelname} {name} [{request_id}] {message}",
            "style": "{",
        }
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "filters": ["request_id"],
            "formatter": "line",
        }
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        # Django logs the path and the whole exception, and both can hold a user's words;
        # config/errors.py logs what went wrong without it.
        "django": {"handlers": [], "level": LOG_LEVEL},
        "django.request": {"level": "CRITICAL"},
        "django.security": {"level": "CRITICAL"},
    },
}
