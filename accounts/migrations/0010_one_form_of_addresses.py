"""Addresses get their one form: lower case, the domain in ASCII (`xn--…`) as mail servers know it."""

import logging

import idna
from django.core.exceptions import ValidationError
from django.db import IntegrityError, migrations, transaction
from django.utils import timezone

from foundation.mail_addresses import one_form

logger = logging.getLogger(__name__)


def form_of(email):
    """Return the form of a stored address, and the address itself if it has none.

    Mails went to the domain as the older standard writes it (IDNA 2003, as Django does): where the
    newer one says another domain, that one's owner is somebody else, and the older is kept.
    """
    try:
        local, _, domain = email.rpartition("@")
        form, mailed = one_form(email), domain.encode("idna").decode().lower()
        return form if form.endswith(f"@{mailed}") else f"{local}@{mailed}".lower()
    except (ValidationError, UnicodeError, idna.IDNAError):
        return email


def unlike(model):
    """Return the rows whose address is not in its form, with that form."""
    rows = model.objects.order_by("pk").iterator(chunk_size=1000)
    forms = [(row, form_of(row.email)) for row in rows if not row.email.isascii()]
    return [(row, form) for row, form in forms if form != row.email]


def give_one_form(apps, schema_editor):
    """Where somebody else has the address in its form, the row stays as it is, and still works."""
    User = apps.get_model("accounts", "User")
    EmailAddress = apps.get_model("account", "EmailAddress")
    Invitation = apps.get_model("accounts", "Invitation")
    AccessRequest = apps.get_model("accounts", "AccessRequest")
    kept = 0
    for invitation, form in unlike(Invitation):
        others = Invitation.objects.filter(email=form, used_at=None, withdrawn_at=None)
        if invitation.used_at is None and invitation.withdrawn_at is None and others.exists():
            invitation.withdrawn_at = timezone.now()  # one person has one open invitation
        invitation.email = form
        invitation.save(update_fields=["email", "withdrawn_at"])
    for model, owner in ((User, "pk"), (EmailAddress, "user_id"), (AccessRequest, None)):
        for row, form in unlike(model):
            if owner and (
                User.objects.filter(email=form).exclude(pk=getattr(row, owner)).exists()
                or EmailAddress.objects.filter(email=form)
                .exclude(user_id=getattr(row, owner))
                .exists()
            ):
                kept += 1
                continue
            try:
                with transaction.atomic():
                    row.email = form
                    row.save(update_fields=["email"])
            except IntegrityError:
                kept += 1
    if kept:
        logger.warning("%d addresses stay as they are: another row has them already.", kept)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_mails_about_requests_for_access"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [migrations.RunPython(give_one_form, migrations.RunPython.noop)]
