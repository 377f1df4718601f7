"""The stage: the service as ``overflow run`` serves it, a helpdesk, and keys for the actors."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from overflow.clock import Clock
from overflow.demo.helpdesks import HELPDESKS, Helpdesk
from overflow.demo.ports import free_port
from overflow.demo.service import Service
from overflow.demo.shop import DAYTIME, NIGHTOWL, SHOP, policy
from overflow.errors import Fault, NotNow
from overflow.serve.supervisor import Program, Supervisor
from overflow.settings import VARIABLES, Settings, environment
from overflow.store.connect import connect
from overflow.store.keyring import OPERATOR, Keyring

STARTS_WITHIN: Final = 60.0
"""Seconds: busy cores are slow to import what is needed."""
POLL: Final = 0.1
ROLES: Final[Mapping[str, str]] = {
    "operator": OPERATOR,
    "shop": f"shop:{SHOP}",
    DAYTIME: f"partner:{SHOP}:{DAYTIME}",
    NIGHTOWL: f"partner:{SHOP}:{NIGHTOWL}",
}


class Stopped(Exception):
    """Somebody wants it to end: Ctrl-C or SIGTERM."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything runs; ``address`` is the service's."""

    address: str
    helpdesk: Helpdesk
    supervisor: Supervisor
    tokens: Mapping[str, str]
    clock: Clock
    settings: Settings
    """The service's."""

    def service(self, role: str) -> Service:
        """The service under that role's key, for one thread."""
        return Service(self.address, self.tokens[role])

    def kill_store(self) -> None:
        """As ``kill -9`` does; the service starts it again."""
        client = connect(self.settings.store_url)
        try:
            os.kill(int(client.info("server")["process_id"]), signal.SIGKILL)
        finally:
            client.close()

    def wait(self, seconds: float) -> None:
        """Let time pass, and everything run. Raises ``Stopped`` when that is wished for."""
        end = self.clock.now() + seconds
        while True:
            self.supervisor.tend()
            if self.supervisor.is_stopping:
                raise Stopped
            left = end - self.clock.now()
            if left <= 0:
                return
            self.clock.sleep(min(left, POLL))

    def wait_for(self, condition: Callable[[], bool], what: str, within: float) -> None:
        """Until it holds. Raises ``NotNow`` after that many seconds."""
        end = self.clock.now() + within
        while not _holds(condition):
            if self.clock.now() > end:
                raise NotNow(f"{what} within {within:.0f} s")
            self.wait(POLL)


@contextmanager
def staged(helpdesk: str, speed: float, clock: Clock) -> Iterator[Stage]:
    """Start everything in a directory of its own; end all of it, and remove it, afterwards.

    Raises ``NotNow`` with the last lines of the logs when it does not start.
    """
    folder = Path(tempfile.mkdtemp(prefix="overflow-demo-"))
    try:
        with _running(folder, helpdesk, speed, clock) as stage:
            yield stage
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(folder: Path, helpdesk: str, speed: float, clock: Clock) -> Iterator[Stage]:
    port, desk_port = free_port(), free_port()
    address = f"http://127.0.0.1:{port}"
    desk = HELPDESKS[helpdesk](folder, desk_port, address)
    try:
        with _served(folder, desk, port, speed, clock) as stage:
            yield stage
    finally:
        desk.stop()


@contextmanager
def _served(folder: Path, desk: Helpdesk, port: int, speed: float, clock: Clock) -> Iterator[Stage]:
    address = f"http://127.0.0.1:{port}"
    policies = folder / "policies"
    policies.mkdir()
    (policies / f"{SHOP}.yaml").write_text(yaml.safe_dump(policy(desk.section, desk.words, speed)))
    settings = Settings(data_dir=folder / "data")
    supervisor = Supervisor([*desk.programs, _service(folder, settings, policies, port, desk)])
    supervisor.listen()
    try:
        starting = Stage(address, desk, supervisor, {}, clock, settings)
        try:
            starting.wait_for(lambda: _is_up(address, desk), "it does not start", STARTS_WITHIN)
        except NotNow as late:
            raise NotNow(f"{late.message}\n{_last_lines(folder)}") from late
        yield Stage(address, desk, supervisor, _tokens(settings, clock), clock, settings)
    finally:
        supervisor.end()


def _service(
    folder: Path, settings: Settings, policies: Path, port: int, desk: Helpdesk
) -> Program:
    """Nothing but the play's own settings counts."""
    none = dict.fromkeys(VARIABLES, "")
    said = {
        "OVERFLOW_DATA_DIR": str(settings.data_dir),
        "OVERFLOW_LISTEN": f"127.0.0.1:{port}",
        "OVERFLOW_POLICIES_DIR": str(policies),
        "OVERFLOW_LOG_LEVEL": "warning",
    }
    command = (sys.executable, "-m", "overflow.cli", "run")
    variables = environment(**none, **desk.secrets) | said
    return Program("service", command, variables, grace=40.0, output=folder / "service.log")


def _is_up(address: str, desk: Helpdesk) -> bool:
    """The API, a worker, and the first walk over the helpdesk is done."""
    service = Service(address, "none")
    people = desk.open()
    try:
        people.is_quiet()
        health = service.health()
        totals = health.get("totals", {})
        is_imported = totals.get("shops") == 1 and totals["not_imported"] == 0
        return health["status"] == "ok" and bool(is_imported)
    finally:
        people.close()
        service.close()


def _tokens(settings: Settings, clock: Clock) -> dict[str, str]:
    client = connect(settings.store_url)
    try:
        keyring = Keyring(client)
        return {
            role: keyring.create(role, (scope,), clock.now())[1] for role, scope in ROLES.items()
        }
    finally:
        client.close()


def _holds(condition: Callable[[], bool]) -> bool:
    try:
        return condition()
    except Fault:
        return False


def _last_lines(folder: Path) -> str:
    lines = [
        line
        for log in sorted(folder.glob("*.log"))
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:]
    ]
    return "\n".join(lines)
