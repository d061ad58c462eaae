"""`manage.py purpose register|approve|change|retire|take|matrix|list|denied`: the registry."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.audit import by_command
from accounts.environments import ENVIRONMENTS
from accounts.models import Project
from accounts.services import ProjectFailure
from foundation.visible import shown
from memory import denials, narrowing, registering
from memory.management import projects
from memory.models import Purpose
from memory.policy.registry import PurposeState, Takes
from memory.registrations import CONFIRMATION, RegistryFailure

DAYS = 30
MOST_DAYS = 3650


class Command(BaseCommand):
    help = (
        "Register purposes for a project, approve, change and retire them, and say which it takes. "
        "It holds with the next request."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

        def action(name: str, what: str) -> CommandParser:
            one: CommandParser = actions.add_parser(name, help=what, description=what)
            projects.add_arguments(one)
            return one

        register = action("register", "Propose a purpose: it has no effect until it is approved.")
        register.add_argument("id", help="its id: letters a-z, digits and underscores")
        _what_it_says(register, required=True)
        _scopes(register)
        approve = action("approve", "Let a proposed purpose hold.")
        approve.add_argument("id")
        approve.add_argument("revision", type=int, help="the one you looked at, as 'list' shows it")
        _confirmations(approve)
        change = action("change", "Let a purpose say something else; what is not named stays.")
        change.add_argument("id")
        _what_it_says(change, required=False)
        scopes = change.add_mutually_exclusive_group()
        _scopes(scopes)
        scopes.add_argument(
            "--every-scope", action="store_true", help="all that its class may read"
        )
        _confirmations(change)
        retire = action("retire", "End a purpose, for continuations of earlier reads too.")
        retire.add_argument("id")
        take = action("take", "Say which purposes the project takes in an environment.")
        take.add_argument("environment", choices=ENVIRONMENTS)
        take.add_argument("takes", choices=[str(one) for one in Takes])
        take.add_argument(
            "--dry-run", action="store_true", help="only say which reads would have been denied"
        )
        matrix = action("matrix", "Close cells of the policy's matrix in an environment.")
        matrix.add_argument("environment", choices=ENVIRONMENTS)
        for way, what in (("close", "close it"), ("open", "open again what the project closed")):
            matrix.add_argument(
                f"--{way}", action="append", default=[], metavar="SCOPE:CLASS", help=what
            )
        listing = action("list", "List purposes: id, revision, state, class, scopes, environments.")
        listing.add_argument("--all", action="store_true", help="retired ones too")
        denied = action("denied", "List the purposes that were denied, the last ones first.")
        denied.add_argument("environment", choices=ENVIRONMENTS)
        denied.add_argument("--days", type=int, default=DAYS, help=f"of so many (default: {DAYS})")

    def handle(self, *args: Any, **options: Any) -> None:
        act: Callable[[Project, dict[str, Any]], None] = getattr(self, f"_{options['action']}")
        try:
            act(projects.find(options), options)
        except (RegistryFailure, ProjectFailure) as error:
            raise CommandError(str(error)) from error

    def _register(self, project: Project, options: dict[str, Any]) -> None:
        purpose = registering.propose_purpose(
            project=project,
            purpose_id=options["id"],
            sentence=options["sentence"],
            purpose_class=options["purpose_class"],
            scopes=options["scopes"],
            environments=options["environments"] or ENVIRONMENTS,
            at=timezone.now(),
            by=by_command(),
        )
        self.stderr.write(
            f"Proposed '{purpose.purpose_id}', revision {purpose.revision}: it has no effect until "
            "it is approved."
        )

    def _approve(self, project: Project, options: dict[str, Any]) -> None:
        purpose = registering.approve_purpose(
            project=project,
            purpose_id=options["id"],
            revision=options["revision"],
            confirmed=options["confirm"],
            veto_confirmed=options["confirm_words"],
            at=timezone.now(),
            by=by_command(),
        )
        self.stderr.write(f"'{purpose.purpose_id}' is approved.")

    def _change(self, project: Project, options: dict[str, Any]) -> None:
        found = Purpose.objects.of_project(project.pk).named(options["id"]).first()
        if found is None:
            raise CommandError(f"The project has no purpose '{options['id']}'.")
        said = registering.said_by(found).as_columns()
        said |= {name: options[name] for name in said if options[name] is not None}
        if options["every_scope"]:
            said["scopes"] = None
        purpose = registering.change_purpose(
            project=project,
            purpose_id=found.purpose_id,
            revision=found.revision,
            **said,
            confirmed=options["confirm"],
            veto_confirmed=options["confirm_words"],
            at=timezone.now(),
            by=by_command(),
        )
        self.stderr.write(
            f"'{purpose.purpose_id}' is {purpose.state}, revision {purpose.revision}."
        )

    def _retire(self, project: Project, options: dict[str, Any]) -> None:
        purpose = registering.retire_purpose(
            project=project, purpose_id=options["id"], at=timezone.now(), by=by_command()
        )
        held = purpose.standing() is PurposeState.RETIRED
        self.stderr.write(
            f"'{purpose.purpose_id}' is retired: it is refused from now on."
            if held
            else f"'{purpose.purpose_id}' is withdrawn: it was never approved, and has no effect."
        )

    def _take(self, project: Project, options: dict[str, Any]) -> None:
        at, environment, takes = timezone.now(), options["environment"], Takes(options["takes"])
        found = denials.would_be_denied(
            project_id=project.pk,
            environment=environment,
            takes=takes,
            since=at - timedelta(days=DAYS),
            at=at,
        )
        for one in found.purposes:
            self.stdout.write(f"{one.count}\t{shown(one.text)}\t{one.reason}")
        self.stderr.write(
            f"Of {found.reads} reads in {environment} since {found.since:%Y-%m-%d %H:%M}, "
            f"{found.denied} would have been denied."
        )
        if not options["dry_run"]:
            registering.take(
                project=project, environment=environment, takes=takes, at=at, by=by_command()
            )
            self.stderr.write(f"The project takes '{takes}' in {environment}.")

    def _matrix(self, project: Project, options: dict[str, Any]) -> None:
        environment = options["environment"]
        before = getattr(project, narrowing.closed_column(environment))
        narrowing.close_cells(
            project=project,
            environment=environment,
            closed=({*before, *options["close"]}).difference(options["open"]),
            seen=before,
            at=timezone.now(),
            by=by_command(),
        )
        project.refresh_from_db()
        for cell in getattr(project, narrowing.closed_column(environment)):
            self.stdout.write(cell)
        self.stderr.write(f"All other cells of the policy's matrix are open in {environment}.")

    def _list(self, project: Project, options: dict[str, Any]) -> None:
        purposes = Purpose.objects.of_project(project.pk)
        if not options["all"]:
            purposes = purposes.exclude(state="retired")
        for one in purposes:
            cells = (
                one.purpose_id,
                str(one.revision),
                one.state,
                one.purpose_class,
                "every scope" if one.scopes is None else ", ".join(one.scopes),
                ", ".join(one.environments),
                one.sentence,
            )
            self.stdout.write("\t".join(cells))
        if not purposes:
            self.stderr.write("There are no purposes: 'purpose register' proposes one.")
        for environment in ENVIRONMENTS:
            takes = getattr(project, registering.takes_column(environment))
            self.stderr.write(f"The project takes '{takes}' in {environment}.")

    def _denied(self, project: Project, options: dict[str, Any]) -> None:
        if not 1 <= options["days"] <= MOST_DAYS:
            raise CommandError(f"Look at 1 to {MOST_DAYS} days.")
        at = timezone.now()
        found = denials.denied_purposes(
            project_id=project.pk,
            environment=options["environment"],
            since=at - timedelta(days=options["days"]),
            at=at,
        )
        for one in found:
            words = ", ".join(one.refused_terms)
            cells = (
                str(one.count),
                f"{one.last_at:%Y-%m-%d %H:%M}",
                shown(one.text),
                f"{one.reason} ({words})" if words else one.reason,
                one.proposed_class or "-",
            )
            self.stdout.write("\t".join(cells))
        if not found:
            self.stderr.write("No purpose without a class was denied.")


def _what_it_says(parser: CommandParser, *, required: bool) -> None:
    parser.add_argument(
        "--class", dest="purpose_class", required=required, help="the one class that it is in"
    )
    parser.add_argument("--sentence", required=required, help="what it is, in any language")
    parser.add_argument(
        "--environment",
        dest="environments",
        action="append",
        help="only these environments; repeat it for several",
    )


def _scopes(parser: Any) -> None:  # or a group of one, for which there is no name in public
    parser.add_argument(
        "--scope", dest="scopes", action="append", help="only these scopes; repeat it for several"
    )


def _confirmations(parser: CommandParser) -> None:
    parser.add_argument("--confirm", action="store_true", help=f"to say: {CONFIRMATION}")
    parser.add_argument(
        "--confirm-words",
        action="store_true",
        help="to say it also of one whose id or sentence holds words that would deny free text",
    )
