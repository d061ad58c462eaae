"""What an answer is shown as: the kinds of answers, for Python and for the database."""

from __future__ import annotations

# The usual one first, in the order in which charts stack them. A denial by the policy and a 429 are
# told from other refusals by the caller.
SERVED, DENIED, REFUSED, LIMITED, FAILED = KINDS = (
    "Served",
    "Denied by policy",
    "Refused",
    "Limited",
    "Failed",
)
# The answer to a read that the policy denied.
DENIED_STATUS, POLICY_DENIED = 403, "policy_denied"


def kind_of(status: int, code: str) -> str:
    """Return which of KINDS it is: under 400, the policy's 403, 429, 500 or more, any other 4xx."""
    if status < 400:
        return SERVED
    if status == DENIED_STATUS and code == POLICY_DENIED:
        return DENIED
    if status == 429:
        return LIMITED
    return REFUSED if status < 500 else FAILED


# The same for the database, by the columns of KeyDay: what is none of these was refused.
CONDITIONS = {
    "served": "status < 400",
    "denied": f"status = {DENIED_STATUS} AND code = '{POLICY_DENIED}'",
    "limited": "status = 429",
    "failed": "status >= 500",
}
KIND_OF = dict(zip(CONDITIONS, (SERVED, DENIED, LIMITED, FAILED), strict=True))
REQUESTS_OF = {
    name: f"CASE WHEN {condition} THEN requests ELSE 0 END"
    for name, condition in CONDITIONS.items()
}
