"""A real Request Tracker 5 on loopback: Debian's packages, a PostgreSQL and a Starman of its own.

The machine's own configuration of either program is neither read nor changed.
"""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from overflow.demo.ports import free_port
from tests.real.processes import end, run, spawn, wait_for
from tests.real.seeds import sow

HERE = Path(__file__).parent
SEED = HERE / "seed.pl"
INSTALLER = HERE.parents[2] / "deploy" / "rt" / "install.pl"
GENERATED = Path("/usr/share/request-tracker5/lib/RT/Generated.pm")
"""Knows the version."""
SERVER = Path("/usr/share/request-tracker5/libexec/rt-server")
MODULES = ["-MDBD::Pg", "-MJSON", "-MLWP::UserAgent"]

LIFECYCLE = """
Set(%Lifecycles, parcels => {
    initial => ['new'], active => ['open', 'lost in transit'], inactive => ['resolved', 'deleted'],
    defaults => { on_create => 'new' },
    transitions => {
        ''                => [qw(new open resolved)],
        new               => ['open', 'lost in transit', 'resolved', 'deleted'],
        open              => ['new', 'lost in transit', 'resolved', 'deleted'],
        'lost in transit' => ['open', 'resolved', 'deleted'],
        resolved          => ['open'],
        deleted           => ['open'],
    },
});
"""
"""A lifecycle of the shop's own."""


def missing() -> str:
    """What has to be installed first, as Debian's package names; empty: nothing."""
    if not SERVER.exists() or not shutil.which("perl"):
        return "request-tracker5 rt5-db-postgresql rt5-standalone starman postgresql"
    lacks_modules = subprocess.run(
        ["perl", *MODULES, "-e1"], check=False, stderr=subprocess.DEVNULL
    ).returncode
    needs = {
        "starman": shutil.which("starman"),
        "postgresql": _postgres(),
        "rt5-db-postgresql libjson-perl libwww-perl": not lacks_modules,
    }
    return " ".join(packages for packages, is_there in needs.items() if not is_there)


@dataclass
class RealRt:
    """The running helpdesk. ``tokens`` by login: svc-overflow, agent-in, agent-in2, agent-pt, …"""

    home: Path
    base_url: str
    tokens: dict[str, str]
    _servers: list[subprocess.Popen] = field(repr=False, default_factory=list)

    @property
    def api_url(self) -> str:
        return f"{self.base_url}/REST/2.0"

    def headers(self, login: str = "svc-overflow") -> dict[str, str]:
        return {"Authorization": f"token {self.tokens[login]}"}

    def post_webhooks_to(self, url: str | None, secret: str = "", timeout: float = 3) -> None:
        """From the next event on; None: nowhere."""
        file = self.home / "overflow.json"
        if url is None:
            file.unlink(missing_ok=True)
            return
        hook = {"url": url, "secret": secret, "user": "svc-overflow", "timeout": timeout}
        new = file.with_suffix(".new")
        new.write_text(json.dumps(hook))
        new.replace(file)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """It takes connections meanwhile, and answers nobody."""
        web = self._servers[-1]
        os.killpg(web.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(web.pid, signal.SIGCONT)

    def stop(self) -> None:
        """End what ``start`` began, and nothing else. The data stays in ``home``."""
        while self._servers:
            end(self._servers.pop())


def start(home: Path) -> RealRt:
    """Bring it up with its data in ``home``, seeded, on a free port."""
    sow(home, "rt5", [GENERATED.read_bytes(), SEED.read_bytes(), INSTALLER.read_bytes()], _seed)
    home.chmod(0o755)
    port = free_port()
    desk = RealRt(home, f"http://127.0.0.1:{port}", json.loads((home / "tokens.json").read_text()))
    try:
        _configure(home, port, _start_database(home, desk))
        log = home / "log" / "rt.log"
        # It prints its manual and ends if any argument holds "help": no path is one.
        listen = ["--listen", f"127.0.0.1:{port}", "--workers", "3"]
        command = [str(SERVER), "--server", "Starman", *listen, "--env", "deployment"]
        server = spawn(command, log, cwd=home, env=_environment(home))
        desk._servers.append(server)
        wait_for(f"{desk.api_url}/rt", desk.headers(), server, log)
    except BaseException:
        desk.stop()
        raise
    return desk


def _postgres() -> Path | None:
    """The directory with PostgreSQL's own programs, the newest."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def _start_database(home: Path, desk: RealRt) -> int:
    """Its port. PostgreSQL refuses to run as root; its own user stands in then."""
    data, log, programs = home / "postgres", home / "log" / "postgres.log", _postgres()
    log.touch()
    user = {}
    if os.geteuid() == 0:
        user = {"user": "postgres", "group": "postgres", "extra_groups": []}
        data.mkdir(mode=0o700, exist_ok=True)
        shutil.chown(data, "postgres", "postgres")
        _require_passage(home)
    if not (data / "PG_VERSION").exists():
        options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        run([str(programs / "initdb"), "-D", str(data), *options], log, cwd="/", **user)
    port = free_port()
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": "",
        "fsync": "off",
        "synchronous_commit": "off",
        "shared_buffers": "64MB",
    }
    command = [str(programs / "postgres"), "-D", str(data)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    desk._servers.append(server := spawn(command, log, cwd="/", **user))
    _wait_for_database(programs, port, server, log)
    return port


def _require_passage(home: Path) -> None:
    """PostgreSQL's user has to be able to reach its data."""
    for above in (home, *home.parents):
        if not above.stat().st_mode & 0o001:
            raise PermissionError(f"PostgreSQL cannot pass {above}: choose another home")


def _wait_for_database(programs: Path, port: int, server: subprocess.Popen, log: Path) -> None:
    ready = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port), "-t", "1"]
    deadline = time.monotonic() + 60
    while subprocess.run(ready, check=False).returncode:
        if server.poll() is not None or time.monotonic() > deadline:
            run(["false"], log)
        time.sleep(0.05)


def _configure(home: Path, port: int, database: int) -> None:
    mailer = home / "sendmail"
    mailer.write_text(f'#!/bin/sh\nexec cat >> "{home}/mail/out.mbox"\n')
    mailer.chmod(0o755)
    settings = {
        "rtname": "overflow-tests",
        "Organization": "shop.example",
        "Timezone": "Europe/Berlin",  # not UTC, so that a mistake shows
        "WebDomain": "127.0.0.1",
        "WebPort": port,
        "WebBaseURL": f"http://127.0.0.1:{port}",
        "WebURL": f"http://127.0.0.1:{port}/",
        "DatabaseType": "Pg",
        "DatabaseHost": "127.0.0.1",
        "DatabaseRTHost": "127.0.0.1",
        "DatabasePort": database,
        "DatabaseName": "rt5",
        "DatabaseUser": "rt5",
        "DatabasePassword": "rt5",
        "DatabaseAdmin": "postgres",
        "MailCommand": "sendmailpipe",
        "SendmailPath": mailer,
        "SendmailArguments": "",
        "LogToSyslog": "",
        "LogToSTDERR": "info",
        "BcryptCost": 4,  # a token is checked in every call: 12 costs 0.4 s each
        "OverflowWebhook": home / "overflow.json",
    }
    lines = [f"Set(${name}, '{value}');" for name, value in settings.items()]
    (home / "RT_SiteConfig.pm").write_text("\n".join([*lines, LIFECYCLE, "1;", ""]))


def _seed(home: Path) -> None:
    """Make the database and what the tests find in it."""
    home.chmod(0o755)
    for name in ("log", "conf.d", "mail"):
        (home / name).mkdir()
    desk = RealRt(home, "", {})
    try:
        database = _start_database(home, desk)
        _configure(home, free_port(), database)
        _prepare(home)
    finally:
        desk.stop()


def _prepare(home: Path) -> None:
    log, environment = home / "log" / "setup.log", _environment(home)
    setup = ["rt-setup-database-5", "--action", "init", "--dba", "postgres"]
    run([*setup, "--dba-password", "none"], log, env=environment)
    with log.open("ab") as errors:
        seeded = subprocess.run(
            ["perl", str(SEED), str(INSTALLER)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            check=False,
        )
    if seeded.returncode:
        run(["false"], log)
    (home / "tokens.json").write_bytes(seeded.stdout.splitlines()[-1])


def _environment(home: Path) -> dict[str, str]:
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin",
        "LC_ALL": "C.UTF-8",
        "RT_SITE_CONFIG": str(home / "RT_SiteConfig.pm"),
        "RT_SITE_CONFIG_DIR": str(home / "conf.d"),
        "PLACK_ENV": "deployment",
    }
