"""All that is used of allauth besides its public names, in this one module.

They may change with any release: the range in pyproject.toml is one minor version, and whoever
widens it looks here first. The others are for tests.
"""

from __future__ import annotations

from allauth.account.internal.flows.login import (
    get_authentication_records as get_authentication_records,
)
from allauth.account.internal.flows.login import record_authentication as record_authentication
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY as STATE_SESSION_KEY
from allauth.account.internal.flows.reauthentication import suspend_request as suspend_request
from allauth.account.internal.userkit import filter_users_by_email as filter_users_by_email
from allauth.account.internal.userkit import user_id_to_str as user_id_to_str
from allauth.core.internal.cryptokit import compare_user_code as compare_user_code
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes as RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP as TOTP
from allauth.mfa.totp.internal.auth import format_hotp_value as format_hotp_value
from allauth.mfa.totp.internal.auth import generate_totp_secret as generate_totp_secret
from allauth.mfa.totp.internal.auth import hotp_value as hotp_value
from allauth.mfa.totp.internal.auth import (
    yield_hotp_counters_from_time as yield_hotp_counters_from_time,
)
from allauth.usersessions.internal.flows.sessions import end_sessions as end_sessions
