"""Every page and state of the console that an address leads to, by subject.

In braces stand the ids that `furnish` gives. What only a form answers is in the tests of its part.
"""

from __future__ import annotations

PROJECT = "/console/projects/{project}/test"
LIVE = "/console/projects/{project}/live"
EMPTY = "/console/projects/{empty}/test"
KEY = "/console/keys/{key}"
FILE = PROJECT + "/people/file"

OVERVIEW = [
    "/console/projects/",
    "/console/projects/new/",
    f"{PROJECT}/",
    f"{PROJECT}/?range=30d&decisions=denied",
    f"{LIVE}/",
    f"{EMPTY}/",
    f"{PROJECT}/settings/",
    f"{PROJECT}/limits/",
    f"{PROJECT}/delete/",
    f"{PROJECT}/search/",
    f"{PROJECT}/search/?q={{four}}",
    f"{PROJECT}/search/?q={{request_id}}",
    f"{PROJECT}/search/?q={'x' * 300}",
]
KEYS = [
    f"{PROJECT}/keys/",
    f"{PROJECT}/keys/?status=ended",
    f"{PROJECT}/keys/?q=prod&access=full",
    f"{PROJECT}/keys/?q=nothing+like+this",
    f"{PROJECT}/keys/?status=strange",
    f"{EMPTY}/keys/",
    f"{PROJECT}/keys/new/",
    f"{KEY}/",
    "/console/keys/{idle}/",
    "/console/keys/{live}/",
    "/console/keys/{expired}/",
    "/console/keys/{gone}/",
    *(f"{KEY}/{verb}/" for verb in ("rename", "rights", "expiry", "limits", "rotate", "delete")),
    f"{KEY}/secrets/{{old_secret}}/end/",
    "/console/keys/{expired}/rotate/",
    "/console/keys/{expired}/expiry/",
    f"{KEY}/usage/?range=24h",
    "/console/keys/{gone}/usage/",
]
OBSERVE = [
    f"{PROJECT}/usage/",
    f"{PROJECT}/usage/?range=24h&key={{key}}",
    f"{PROJECT}/usage/?since=2026-11-02&until=2026-11-01",
    f"{EMPTY}/usage/",
    f"{PROJECT}/requests/",
    f"{PROJECT}/requests/?live=1",
    f"{PROJECT}/requests/?group=errors",
    f"{PROJECT}/requests/?request_id=nothing-like-this",
    f"{PROJECT}/requests/?key=strange",
    f"{EMPTY}/requests/",
    f"{PROJECT}/requests/{{request}}/",
    f"{PROJECT}/audit/",
    f"{PROJECT}/audit/?event_type=POLICY_DENIED",
    f"{PROJECT}/audit/?before=strange",
    f"{PROJECT}/audit/{{event}}/",
    f"{PROJECT}/audit/{{denial}}/",
    f"{EMPTY}/audit/",
]
WHY = [
    "/console/projects/{empty}/live/why/",
    f"{PROJECT}/why/?scope=preferences&purpose=recommend+restaurants",
    f"{PROJECT}/why/?scope=schedule&purpose=recommend+restaurants",
    f"{PROJECT}/why/?scope=preferences&purpose=order+history+for+my+sister&key={{key}}",
    f"{PROJECT}/why/?scope=preferences&purpose=gift_finder&key={{idle}}",
    f"{PROJECT}/why/?scope=preferences&purpose=",
]
PURPOSES = [
    f"{PROJECT}/purposes/",
    f"{EMPTY}/purposes/",
    f"{PROJECT}/purposes/new/",
    f"{PROJECT}/purposes/new/?again=dinner",
    f"{PROJECT}/purposes/denied/",
    "/console/projects/{empty}/live/purposes/denied/",
    f"{LIVE}/purposes/take/",
    f"{PROJECT}/purposes/take/?takes=registered",
    f"{PROJECT}/purposes/matrix/",
    f"{LIVE}/purposes/matrix/",
    f"{PROJECT}/purposes/ad_free_gifts/approve/",
    f"{PROJECT}/purposes/gift_finder/change/",
    f"{PROJECT}/purposes/gift_finder/retire/",
]
PEOPLE = [
    f"{PROJECT}/people/",
    f"{LIVE}/people/",
    f"{PROJECT}/people/?user_id=",
    f"{FILE}/?user_id=user_1",
    f"{FILE}/?user_id=user_1&events=all",
    f"{FILE}/?user_id=nobody",
    f"{LIVE}/people/file/?user_id=user_1",
    f"{LIVE}/people/file/values/?user_id=user_1",
    f"{FILE}/take-back/?user_id=user_1",
    f"{FILE}/erase/?user_id=user_1",
    f"{FILE}/export/?user_id=user_1",
    f"{LIVE}/people/file/export/?user_id=user_1",
    f"{PROJECT}/people/memories/{{memory}}/delete/?user_id=user_1",
]
ACCOUNT = [
    "/console/account/",
    "/console/account/mail/",
    "/console/account/close/",
    "/accounts/logout/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/reauthenticate/",
    "/accounts/2fa/",
    "/accounts/2fa/reauthenticate/",
    "/accounts/2fa/totp/deactivate/",
    "/accounts/2fa/recovery-codes/",
    "/accounts/2fa/recovery-codes/generate/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/2fa/webauthn/keys/{passkey}/edit/",
    "/accounts/2fa/webauthn/keys/{passkey}/remove/",
    "/accounts/sessions/",
    "/no-such-page",
]
PUBLIC = [
    "/",
    "/docs/",
    "/docs/quickstart/",
    "/docs/policy/",
    "/docs/errors/",
    "/docs/search/?q=revoke",
    "/docs/search/?q=nothing+like+this",
    "/request-access/",
    "/request-access/thanks/",
    "/invite/unknown/",
    "/no-such-page",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/inactive/",
    "/accounts/confirm-email/",
    "/accounts/confirm-email/unknown/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/a-b/",
    "/accounts/password/reset/key/done/",
]
OF_CONSOLE = {
    "overview": OVERVIEW,
    "keys": KEYS,
    "usage and logs": OBSERVE,
    "why": WHY,
    "purposes": PURPOSES,
    "people": PEOPLE,
    "account": ACCOUNT,
}

# What is no page of its own: the reason, by the URL's name.
NO_PAGES = {
    "console": "leads to a project",
    "moved": "leads to where a page is now",
    "choose_theme": "answers a form alone",
    "account_reopen": "answers a form alone",
    "session_end": "answers a form alone",
    "keys_delete": "answers the form of the list, below",
    "account_closed": "is seen by whoever closed the account, below",
    "account_set_password": "is for accounts without a password, which there are none of",
    "account_confirm_login_code": "is part of a sign-in that we do not offer",
    "mfa_authenticate": "is on the way in, below",
    "mfa_activate_totp": "is seen before there is an app, below",
    "mfa_download_recovery_codes": "is a file",
    "mfa_login_webauthn": "answers a script",
    "mfa_reauthenticate_webauthn": "answers a script",
    "docs_reference": "has a test of its own (test_docs.py)",
    "llms": "is a text",
    "llms_full": "is a text",
}
