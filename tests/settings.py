"""The product's own settings, with what a test run adds: a database of its own and no `.env`."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

os.environ["ENV_FILE"] = os.devnull
os.environ["SECRET_KEY"] = "a secret key for tests, fifty characters or so long"
os.environ["ALLOWED_HOSTS"] = "127.0.0.1,localhost,testserver"
os.environ["HTTPS_ONLY"] = "off"
os.environ["SECOND_FACTOR_KEYS"] = "a key for tests that encrypts the seeds of second factors"
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL") or "sqlite:///test.sqlite3"
# The limits must slow down no test but those that are about them.
os.environ["RATE_LIMIT_HOUR"] = os.environ["RATE_LIMIT_SECOND"] = "1000000"
os.environ["RATE_LIMIT_FAILURES"] = "1000000"
for name in (
    "DEBUG",
    "ALLOWED_KEY_ENVIRONMENTS",
    "DATABASE_POOLER",
    "DATABASE_POOL_SIZE",
    "METRICS_TOKEN",
    "SEALS_EMAIL",
    "SEALS_URL",
    "SIGNING_KEYS",
):
    os.environ.pop(name, None)

from config.settings import *  # noqa: E402, F403 - the environment had to be set first
from config.settings import DATABASES, PASSWORD_HASHERS, STORAGES  # noqa: E402 - as above

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, not memory: threads and other processes open it too. One for each run of the tests.
    file = Path(tempfile.gettempdir()) / f"memory-scope-test-{os.getpid()}.sqlite3"
    DATABASES["default"]["TEST"] = {"NAME": str(file)}
# No commit of a test waits for the disk: those of the service, in processes of its own, do.
options = DATABASES["default"]["OPTIONS"]
if "init_command" in options:
    options["init_command"] = options["init_command"].replace("=FULL", "=OFF")
else:
    options["options"] += " -c synchronous_commit=off"

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# Every test client starts the middleware anew: it need not walk through all static files first.
WHITENOISE_AUTOREFRESH = True
# The sources, not what an earlier collectstatic left: a clean clone has collected nothing.
WHITENOISE_USE_FINDERS = True
WORK_IN_BACKGROUND = False
# The service's own first hasher is held by tests/accounts/test_people.py.
PASSWORD_HASHERS = ["tests.hashing.QuickArgon2", *PASSWORD_HASHERS[1:]]
