"""`manage.py distribute`: spread the service over the nodes of a Citus cluster, and check it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, connection

from config.spreading import (
    cluster,
    function_steps,
    numbering,
    server,
    steps,
    table_steps,
    verifying,
)
from config.spreading.alone import AnotherRuns, alone
from config.spreading.steps import Address, Otherwise, Step, Wanted
from config.spreading.tables import MOST_SHARDS

AGAIN = "Run 'manage.py distribute' again, with the same options: it goes on where it stopped."
INTERRUPTED = 130  # as a shell has it


class Command(BaseCommand):
    help = (
        "Spread the tables of the service over the nodes of a Citus cluster (docs/scale.md). It "
        "says what the server lacks, asks before each step, goes on where an earlier run stopped, "
        "and changes nothing where everything is as it should be."
    )

    # Where it is, for whoever stops it.
    _within = ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="change nothing; say whether all is as it should be, and end with 1 if it is not."
            " For deploys, behind 'migrate'",
        )
        parser.add_argument(
            "--node",
            action="append",
            default=[],
            type=address,
            metavar="HOST:PORT",
            help="a node to join; repeat it for several. Without any this one holds the shards",
        )
        parser.add_argument(
            "--here",
            type=address,
            metavar="HOST:PORT",
            help="how the other nodes reach this one; as DATABASE_URL says, if it is not given",
        )
        parser.add_argument(
            "--shards",
            type=power_of_two,
            help=f"over how many shards, a power of two up to {MOST_SHARDS}, which is the default",
        )
        parser.add_argument(
            "--online",
            action="store_true",
            help="spread tables beside traffic: slower, and writes wait for a second or two at the"
            " end of each. Else writes to a table wait until it is spread",
        )
        parser.add_argument(
            "--any-node",
            action="store_true",
            help="let the service be served by any of the nodes, not by this one alone",
        )
        parser.add_argument("--yes", action="store_true", help="ask nothing, do all of it")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            self._check()
            return
        self._stop_for(server.lacking())
        wanted = _wanted(options)
        try:
            table_steps.spreading(wanted)  # what is otherwise is said before anything is changed
            if not options["yes"] and not sys.stdin.isatty():
                self._say_what_would_be(wanted)
                return
            with alone():
                self._do_all(wanted, ask=not options["yes"])
        except (Otherwise, AnotherRuns) as error:
            raise CommandError(str(error)) from error
        except Error as error:
            raise CommandError(f"{said_by_server(error)} {AGAIN}") from error
        except KeyboardInterrupt:
            message = f"Stopped{self._within}. {AGAIN}"
            raise CommandError(message, returncode=INTERRUPTED) from None
        self._check()

    def _do_all(self, wanted: Wanted, *, ask: bool) -> None:
        self._do(lambda: steps.joining(wanted), ask=ask)
        self._stop_for(server.lacking_on_nodes(long_copies=wanted.online))
        self._do(steps.setting, ask=ask)
        self._do(lambda: table_steps.spreading(wanted), ask=ask)
        self._do(numbering.numbering, ask=ask)
        self._do(function_steps.delegating, ask=ask)

    def _do(self, plan: Callable[[], list[Step]], *, ask: bool) -> None:
        for step in plan():
            if ask and not self._is_wanted(step):
                raise CommandError(f"Stopped before this step: {step.will}. {AGAIN}")
            self._within = f" in the middle of this step: {step.will}"
            try:
                step.run()
            except Error as error:
                reason = said_by_server(error)
                raise CommandError(f"{step.will}: {reason} {AGAIN}") from error
            self._within = ""
            self.stdout.write(step.done)

    def _is_wanted(self, step: Step) -> bool:
        self.stdout.write(f"{step.will}? [y/N] ", ending="")
        self.stdout.flush()
        return sys.stdin.readline().strip().lower() in {"y", "yes"}

    def _say_what_would_be(self, wanted: Wanted) -> None:
        planned = [
            *steps.joining(wanted),
            *steps.setting(),
            *table_steps.spreading(wanted),
            *function_steps.delegating(),
        ]
        if not planned:
            self._check()
            return
        for step in planned:
            self.stdout.write(f"Would do: {step.will}.")
        raise CommandError("Nothing was done: there is no terminal to ask on, and no --yes.")

    def _check(self) -> None:
        if not verifying.is_spread():
            self.stdout.write("The service is not spread over nodes: nothing to check.")
            return
        self._stop_for(server.elsewhere() or server.behind())
        try:
            found = verifying.found()
        except Error as error:
            raise CommandError(f"It could not be checked: {said_by_server(error)}") from error
        for sentence in found.right:
            self.stdout.write(sentence)
        for sentence in found.wrong:
            self.stderr.write(sentence)
        if found.wrong:
            raise CommandError("Not as it should be. Run 'manage.py distribute'.")

    def _stop_for(self, lacks: list[str]) -> None:
        for sentence in lacks:
            self.stderr.write(sentence)
        if lacks:
            raise CommandError("Nothing is spread or checked before this is as it must be.")


def address(text: str) -> Address:
    """Parse HOST:PORT; without a port it is PostgreSQL's own. An IPv6 address is in brackets."""
    host, colon, port = text.rpartition(":")
    if not colon or port.endswith("]"):
        host, port = text, "5432"
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isdecimal() or not 0 < int(port) < 2**16:
        raise argparse.ArgumentTypeError(f"'{text}' is not HOST:PORT")
    return Address(host, int(port))


def power_of_two(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if not 0 < number <= MOST_SHARDS or number & (number - 1):
        raise argparse.ArgumentTypeError(
            f"it must be a power of two up to {MOST_SHARDS}, as what a project keeps is counted in"
            f" {MOST_SHARDS} parts, each beside its users"
        )
    return number


def said_by_server(error: Error) -> str:
    """Return what PostgreSQL said, without what may hold values: details and statements."""
    diagnosis = getattr(error.__cause__, "diag", None)
    message = getattr(diagnosis, "message_primary", None) or str(error).split("\n")[0]
    hint = getattr(diagnosis, "message_hint", None)
    return " ".join(f"{part.rstrip('.')}." for part in (message, hint) if part)


def _wanted(options: dict[str, Any]) -> Wanted:
    host = connection.settings_dict["HOST"]
    if not host or host.startswith("/"):
        host = steps.LOCAL_HOST
    here = options["here"] or Address(host, cluster.port())
    return Wanted(
        here=here,
        nodes=options["node"],
        shards=options["shards"],
        online=options["online"],
        any_node=options["any_node"],
    )
