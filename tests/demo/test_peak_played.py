"""A short peak, played for real: store, API, worker, helpdesk, everything."""

import io
import os
import re
import signal
import subprocess
import sys

import pytest
from rich.console import Console

from overflow.clock import SystemClock
from overflow.demo.peak import peak
from overflow.demo.play import play
from tests.real.fixtures import django_environment
from tests.serve.procs import family, is_alive, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
OVERFLOW = (sys.executable, "-m", "overflow.cli", "demo")


def test_a_short_peak_ends_with_both_sides_in_agreement_and_status_0():
    command = (*OVERFLOW, "--seconds", "10", "--tickets", "50")
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=200)

    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert "Helpdesk and service agree: yes, on all 51 tickets" in lines
    for told in (
        r"chat\.fr +to nightowl +home does not answer in fr",
        r"kept +no pressure \(\d+ in the backlog",
        r"The ticket whose webhook was lost \(\d+\): found by asking",
    ):
        assert re.search(told, done.stdout), told
    assert max(len(line) for line in lines) <= 100
    assert "\x1b" not in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_difference_is_named_and_fails():
    out = io.StringIO()
    console = Console(file=out, width=100)

    def glasses(seen):
        return [seen[0]._replace(group="Nowhere"), *seen[1:]]

    agree = play("sandbox", peak(5, 8, 1), console, SystemClock(), glasses)

    assert not agree
    assert "ticket 1: group: Nowhere in the helpdesk" in out.getvalue()
    assert "Helpdesk and service agree: NO, not on 1 of 9 tickets" in out.getvalue()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_can_be_stopped_and_leaves_nothing_behind(tmp_path, number):
    environment = {**os.environ, "TMPDIR": str(tmp_path)}  # noqa: TID251  a child's
    with (tmp_path / "out").open("w") as out:
        process = subprocess.Popen(
            OVERFLOW, stdout=out, stderr=out, env=environment, start_new_session=True
        )
        until(lambda: "to daytime" in (tmp_path / "out").read_text(), 90)
        assert list(tmp_path.glob("overflow-demo-*"))
        started = family(process.pid)

        process.send_signal(number)

        assert process.wait(60) == 130
    assert len(started) > 5
    assert not any(is_alive(pid) for pid in started)
    assert not list(tmp_path.glob("overflow-demo-*"))


def test_the_same_against_a_real_django_helpdesk():
    django_environment()
    command = (*OVERFLOW, "--helpdesk", "django-helpdesk", "--seconds", "12", "--tickets", "8")
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=230)

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"agree: yes, on all \d+ tickets", done.stdout)
    assert re.search(r"\(\d+\): found by asking", done.stdout)
