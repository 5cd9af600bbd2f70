"""The one settings file, in the order of Django's own reference.

Every variable comes from the environment (see `.env.example`). MODE says where we are:
`demo` and `test` bring their own secrets and embedded servers; `production` demands each one.
"""

import logging
import re
from pathlib import Path
from urllib.parse import urlsplit

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from msme_platform import embedded, web_server

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

MODE = env.str("GUYUB_MODE", default="production")
if MODE not in {"production", "demo", "test"}:
    raise ImproperlyConfigured(f"GUYUB_MODE is {MODE!r}; it must be production, demo or test.")
PRODUCTION = MODE == "production"
DEMO = MODE == "demo"
TEST = MODE == "test"


def required(name: str, how: str, *, relaxed: str, when: bool = True) -> str:
    """A secret: demanded in production (`when` it is used) with a sentence on how to get one, `relaxed` elsewhere."""
    value = str(env.str(name, default=""))
    if value:
        return value
    if PRODUCTION and when:
        raise ImproperlyConfigured(f"{name} is not set. {how} Then put it into the environment or .env.")
    return relaxed


# The demo lets anyone in as anyone, so it must never touch a real office's data or send a real message.
PRODUCTION_ONLY = [
    "SECRET_KEY",
    "FIELD_KEYS",
    "FIELD_HASH_KEY",
    "ALLOWED_HOSTS",
    "SITE_URL",
    "WHATSAPP_TOKEN",
    "WHATSAPP_APP_SECRET",
    "EMAIL_URL",
]
if DEMO and (_found := [name for name in PRODUCTION_ONLY if env.str(name, default="")]):
    raise ImproperlyConfigured(
        f"The demo lets anyone log in as anyone, so it does not start beside production settings: {', '.join(_found)}. "
        "Remove them from the environment and .env, or set GUYUB_MODE=production."
    )

TOKEN_RECIPE = 'Make one with: python3 -c "import secrets; print(secrets.token_urlsafe(50))".'
FERNET_RECIPE = (
    'Make one with: python3 -c "import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())".'
)

# Core
SECRET_KEY = required("SECRET_KEY", TOKEN_RECIPE, relaxed="only-for-demo-and-tests-" + "x" * 40)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
DEBUG = not PRODUCTION and env.bool("DEBUG", default=False)
SITE_URL = required(
    "SITE_URL",
    "It is the public address with scheme, for example https://guyub.example.go.id.",
    relaxed=f"http://localhost:{env.int('PORT', default=8000)}",
)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[urlsplit(SITE_URL).hostname or ""] if PRODUCTION else ["*"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL])
ROOT_URLCONF = "msme_platform.urls"
WSGI_APPLICATION = "msme_platform.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    # The office's theme stands before the admin whose templates it replaces.
    "unfold.apps.BasicAppConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",  # its widget templates, for FORM_RENDERER
    "msme_platform.office.apps.OfficeAdminConfig",
    # Parts
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_filters",
    "django_htmx",
    "django_linear_migrations",
    "django_prometheus",
    "django_structlog",
    "drf_spectacular",
    "pgtrigger",
    "phonenumber_field",
    "rest_framework",
    "rules.apps.AutodiscoverRulesConfig",
    "template_partials",
    # The house, from the ground up
    "foundation.common",
    "foundation.regions",
    "foundation.accounts",
    "foundation.audit",
    "foundation.clients",
    "foundation.files",
    "foundation.ledger",
    "foundation.notifications",
    "foundation.jobs",
    "members",
    "trainings",
    "revolving_funds",
    "forums",
    "monitoring",
    "msme_platform.portal",
    "msme_platform.office",
]
FIRST_PARTY_APPS = [app.split(".apps.")[0] for app in INSTALLED_APPS[INSTALLED_APPS.index("foundation.common") :]]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "msme_platform.office.middleware.PolicyMiddleware",
    "foundation.common.middleware.NoNullMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "foundation.accounts.middleware.LanguageMiddleware",
    "foundation.files.middleware.UploadLimitMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "foundation.accounts.middleware.OfficeContextMiddleware",
    "foundation.accounts.middleware.SecondStepMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "msme_platform.office.middleware.QueuesMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

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
                "django.template.context_processors.i18n",
                "msme_platform.portal.context.shell",
            ],
            "builtins": ["template_partials.templatetags.partials", "foundation.common.templatetags.guyub"],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Database and cache: the environment's servers, else the embedded ones under var/.
SERVERS_DIR = embedded.folder(BASE_DIR)
_DATABASE = env.db_url_config(
    required(
        "DATABASE_URL",
        "It is the address of a PostgreSQL 15 or newer, for example postgres://user:password@host:5432/guyub.",
        relaxed=embedded.database_url(SERVERS_DIR),
    )
)
# The role as which web, workers and calendar connect, made by `manage.py prepare`; empty: they share the owner's.
WEB_ROLE = env.str("WEB_ROLE", default="")
WEB_ROLE_PASSWORD = env.str("WEB_ROLE_PASSWORD", default="")
DATABASES = {
    "default": {
        **_DATABASE,
        "ATOMIC_REQUESTS": False,  # actions open their own transactions; reading pages need none
        # Each thread keeps its connection: a new one costs as much as ten pages, and all would be renewed at once when
        # hundreds come after a quiet minute. A worker ends after some thousand requests, and its connections with it.
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "options": env.str(
                "DATABASE_OPTIONS",
                # The threshold lets a search forgive one wrong letter: kripik finds Keripik. Pages are many small reads
                # from memory or a solid disk: an index is nearly as cheap as a scan, and compiling a plan costs more
                # than it saves.
                default="-c statement_timeout=30s -c lock_timeout=5s -c pg_trgm.word_similarity_threshold=0.5"
                " -c random_page_cost=1.1 -c jit=off",
            ),
            **_DATABASE.get("OPTIONS", {}),  # of the address, such as ?sslmode=require
        },
    }
}
REDIS_URL = required(
    "REDIS_URL",
    "It is the address of a Redis 6 or newer, for example redis://host:6379/0.",
    relaxed=embedded.redis_url(SERVERS_DIR),
)
CACHES = {
    "default": {"BACKEND": "foundation.common.redis_cache.RedisCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "guyub"}
}
WEB_THREADS = web_server.threads  # so many may press at once and be served together
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30

# Accounts: phone and one-time code for owners, password and TOTP for staff
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "foundation.accounts.backends.RoleBackend",
    "foundation.accounts.backends.LoginBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# How long a process goes by an office's time zone before it looks again; tests look each time.
ZONE_SECONDS = 0.0 if TEST else 10.0
if TEST:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a slow one would cost minutes
LOGIN_URL = reverse_lazy("accounts:login")
LOGIN_REDIRECT_URL = reverse_lazy("portal:home")
LOGOUT_REDIRECT_URL = reverse_lazy("accounts:login")
ACCOUNT_ADAPTER = "foundation.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"phone", "email"}
ACCOUNT_SIGNUP_FIELDS = ["phone*"]
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_PHONE_VERIFICATION_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PHONE_VERIFICATION_MAX_ATTEMPTS = 5
ACCOUNT_PHONE_VERIFICATION_TIMEOUT = 10 * 60
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_SIGNUP_REDIRECT_URL = reverse_lazy("members:register")
ACCOUNT_REAUTHENTICATION_TIMEOUT = 30 * 60
ACCOUNT_SESSION_REMEMBER = False  # office computers are shared: a password login ends with the browser
ACCOUNT_RATE_LIMITS = {
    # Many phones of one village share an address (carrier NAT): the limit by number is the narrow one.
    "request_login_code": "30/m/ip,5/5m/key",
    "codes_of_a_day": "10/d/key",  # each message costs money, and a stranger's number is soon a nuisance
    "verify_phone": "60/m/ip,10/5m/key",
    "signup": "30/m/ip",
    "login_failed": "20/m/ip,5/5m/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=1 if PRODUCTION else 0)
MFA_ADAPTER = "foundation.accounts.mfa.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Guyub"
# Staff of a real office carry a second factor; the demo lets people look around without one.
STAFF_TOTP_REQUIRED = env.bool("STAFF_TOTP_REQUIRED", default=PRODUCTION)

# Identity numbers: encrypted at rest, found by keyed hash. First key encrypts, all decrypt.
FIELD_KEYS = [
    key
    for key in required(
        "FIELD_KEYS",
        f"It is a comma-separated list of keys. {FERNET_RECIPE}",
        relaxed="ZGVtby1hbmQtdGVzdHMtb25seS1maWVsZC1rZXktMDE=",
    ).split(",")
    if key
]
FIELD_HASH_KEY = required("FIELD_HASH_KEY", TOKEN_RECIPE, relaxed="demo-and-tests-only-hash-key")
DEMO_NIK_PREFIX = "99"  # no real region has it, so no made-up number can be a real person's

# Language, time, money
LANGUAGE_CODE = "id"
LANGUAGES = [("id", _("Indonesian")), ("en", _("English"))]
# Every catalogue of ours by name: where another package words the same text (“session”), ours is read.
LOCALE_PATHS = [BASE_DIR / "locale", *sorted(BASE_DIR.glob("*/locale")), *sorted(BASE_DIR.glob("*/*/locale"))]
FORMAT_MODULE_PATH = ["msme_platform.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Jakarta"

# Files
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR_DIR / "media")))  # private: served by views that check
UPLOAD_MAX_BYTES = 20_000_000  # of one request; the proxy (deploy/Caddyfile) refuses more as well
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if TEST
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}

# Security
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31536000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SECURE = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "msme_platform.portal.views.csrf_failure"
_PORTAL_CSP = {
    "default-src": [SELF],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF, "data:"],
    "object-src": [NONE],
    "base-uri": [SELF],
    "frame-ancestors": [NONE],
    "form-action": [SELF],
    "manifest-src": [SELF],
    "worker-src": [SELF],
}
CONTENT_SECURITY_POLICY = {"DIRECTIVES": _PORTAL_CSP}

# Mail and messages
# `console` keeps every message in the outbox and sends nothing; `smtp` and `cloud` reach people.
EMAIL_CHANNEL = env.str("EMAIL_CHANNEL", default="smtp" if PRODUCTION else "console")
EMAIL_CONFIG = env.email_url_config(
    required(
        "EMAIL_URL",
        "It is the address of your mail server, for example smtp+tls://user:password@mail.example.go.id:587.",
        relaxed="consolemail://",
        when=EMAIL_CHANNEL == "smtp",
    )
)
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Guyub <guyub@localhost>")
WHATSAPP_BACKEND = env.str("WHATSAPP_BACKEND", default="cloud" if PRODUCTION else "console")
WHATSAPP_API_URL = env.str("WHATSAPP_API_URL", default="https://graph.facebook.com/v23.0")
_CLOUD = WHATSAPP_BACKEND == "cloud"
_WHATSAPP_RECIPE = (
    "It stands in your app at Meta for Developers, under WhatsApp; WHATSAPP_BACKEND=console does without."
)
WHATSAPP_TOKEN = required("WHATSAPP_TOKEN", _WHATSAPP_RECIPE, relaxed="", when=_CLOUD)
WHATSAPP_PHONE_NUMBER_ID = required("WHATSAPP_PHONE_NUMBER_ID", _WHATSAPP_RECIPE, relaxed="", when=_CLOUD)
# It signs what the platform tells our webhook.
WHATSAPP_APP_SECRET = required("WHATSAPP_APP_SECRET", _WHATSAPP_RECIPE, relaxed="", when=_CLOUD)
WHATSAPP_VERIFY_TOKEN = required(  # chosen by us, entered at the platform once
    "WHATSAPP_VERIFY_TOKEN", TOKEN_RECIPE, relaxed="", when=_CLOUD
)
DEMO_CLOCK_FILE = SERVERS_DIR / "demo_clock" if not PRODUCTION else None

# Celery, which has its own way to write a Unix socket.
CELERY_BROKER_URL = re.sub(r"^unix://(.*)\?db=(\d+)$", r"redis+socket://\1?virtual_host=\2", REDIS_URL)
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 30 * 60
CELERY_TASK_SOFT_TIME_LIMIT = 25 * 60
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 60 * 60, "global_keyprefix": "guyub-celery-"}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = env.str("BEAT_SCHEDULE_FILE", default=str(VAR_DIR / "celerybeat-schedule"))
CELERY_BEAT_SCHEDULE = {
    # name of the entry = name of the task; a test checks that each exists
    "clients.forget_answers": {"task": "clients.forget_answers", "schedule": crontab(hour="3", minute="35")},
    "files.sweep": {"task": "files.sweep", "schedule": crontab(hour="3", minute="40")},
    "jobs.forget_results": {"task": "jobs.forget_results", "schedule": crontab(hour="3", minute="40")},
    "jobs.sweep": {"task": "jobs.sweep", "schedule": 30.0},
    "members.find_duplicates": {"task": "members.find_duplicates", "schedule": crontab(hour="2", minute="40")},
    "members.fold_counts": {"task": "members.fold_counts", "schedule": 600.0},
    "members.forget_drafts": {"task": "members.forget_drafts", "schedule": crontab(hour="3", minute="20")},
    "members.forget_imports": {"task": "members.forget_imports", "schedule": crontab(hour="3", minute="45")},
    "members.forget_merges": {"task": "members.forget_merges", "schedule": crontab(hour="3", minute="25")},
    "members.learn_words": {"task": "members.learn_words", "schedule": crontab(minute="15")},
    "members.move_stages": {"task": "members.move_stages", "schedule": crontab(hour="2", minute="50")},
    "monitoring.run_day": {"task": "monitoring.run_day", "schedule": crontab(hour="6", minute="5")},
    "notifications.sweep": {"task": "notifications.sweep", "schedule": 60.0},
    "trainings.every_few_minutes": {"task": "trainings.every_few_minutes", "schedule": 300.0},
}
if TEST:
    CELERY_TASK_ALWAYS_EAGER = env.bool("CELERY_TASK_ALWAYS_EAGER", default=True)

# API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "foundation.clients.authentication.ClientAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["foundation.clients.authentication.PerMinute"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "foundation.common.api.exception_handler",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Guyub API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "ENUM_NAME_OVERRIDES": {
        "BusinessStatus": "members.enums.BusinessStatus",
        "LicenceState": "members.enums.LicenceState",
        "LicenceStatus": "members.enums.LicenceStatus",
    },
}

# Office face. The colours are those of static/css/tokens.css; a test compares them.
UNFOLD = {
    "SITE_TITLE": "Guyub",
    "SITE_HEADER": "Guyub",
    "SITE_URL": reverse_lazy("portal:home"),
    "BORDER_RADIUS": "8px",
    "COLORS": {
        "base": {
            "50": "#faf9f6",
            "100": "#f6f5f1",
            "200": "#ebe9e2",
            "300": "#d9d6cc",
            "400": "#a3a199",
            "500": "#6f6e68",
            "600": "#565860",
            "700": "#3a3c45",
            "800": "#262a34",
            "900": "#1b1e26",
            "950": "#111319",
        },
        "primary": {
            "50": "#eff2fa",
            "100": "#eff2fa",
            "200": "#dae2f4",
            "300": "#a5b4dd",
            "400": "#93abf1",
            "500": "#4a66c0",
            "600": "#2a4596",
            "700": "#203679",
            "800": "#1b2c63",
            "900": "#16234f",
            "950": "#141d3f",
        },
    },
}

# Figures for Prometheus at /health/metrics/, for those who have the token
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

# Addresses of people stay in the proxy's log; ours has the request and the account, in jobs too
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG  # one line a request: when it is answered
# Logs: one JSON line an event in production, readable lines elsewhere
from msme_platform.logs import logging_config  # noqa: E402 -- needs nothing of settings, but reads best here

LOGGING = logging_config(json=PRODUCTION, level=env.str("LOG_LEVEL", default="WARNING" if TEST else "INFO"))
