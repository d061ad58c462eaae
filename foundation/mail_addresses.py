"""The one form of e-mail addresses: however somebody writes theirs, they are one person."""

from __future__ import annotations

import idna
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from foundation.visible import is_blank

LONGEST = 254  # characters: more than that no mail server takes (RFC 5321)
NONE = "Enter a valid e-mail address."
validate_email = EmailValidator(message=NONE)
JOINERS = "\u200c\u200d"  # in some scripts a part of names, also of domains (RFC 5892)


def one_form(text: str) -> str:
    """Return the address in the form in which it is stored, sought and mailed to.

    It is in lower case, and its domain is in ASCII (`bücher.example` is `xn--bcher-kva.example`),
    as mail servers know it. Raises ValidationError with a sentence for whoever typed it.
    """
    text = text.strip()
    if len(text) > LONGEST:
        raise ValidationError(f"An e-mail address has at most {LONGEST} characters.")
    local, at, domain = text.rpartition("@")
    if not at:
        validate_email(text)
    _refuse_invisible(local, allowed="")
    _refuse_invisible(domain, allowed=JOINERS)
    if not local.isascii():
        raise ValidationError("Before its “@” an e-mail address has letters of English only.")
    address = f"{local}@{domain if domain.isascii() else _in_ascii(domain)}".lower()
    if local.startswith('"'):  # words in quotes, which another spelling has without
        raise ValidationError(NONE)
    validate_email(address)
    if len(address) > LONGEST:
        raise ValidationError(f"An e-mail address has at most {LONGEST} characters.")
    return address


def other_spelling(address: str) -> str:
    """Return an address with its domain in letters as people write it; the same if there are none.

    So it was stored before addresses had one form.
    """
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{idna.decode(domain)}"
    except idna.IDNAError:
        return address


def _refuse_invisible(text: str, *, allowed: str) -> None:
    for character in text:
        if character.isspace():
            raise ValidationError("An e-mail address has no blanks in it.")
        if is_blank(character) and character not in allowed:
            raise ValidationError(
                f"There is an invisible character in this address (U+{ord(character):04X}). "
                "Type it by hand."
            )


def _in_ascii(domain: str) -> str:
    try:
        return idna.encode(domain, uts46=True, std3_rules=True).decode()
    except idna.IDNAError:
        if any(joiner in domain for joiner in JOINERS):
            _refuse_invisible(domain, allowed="")
        raise ValidationError(
            "This address's domain has a character that domains do not have. If it is right, "
            "write it as it begins with “xn--”."
        ) from None
