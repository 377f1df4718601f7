"""Real helpdesks as fixtures; a folder's conftest imports the ones that its tests ask for.

Each test process starts its own, once, when the first test asks for it: nobody else changes its
tickets meanwhile. What they start with is made once (``seeds``). Where the packages are missing the
tests are skipped and say which.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from overflow.demo import django_desk as django_helpdesk
from overflow.demo.django_desk import PROJECT, Desk
from overflow.demo.django_desk.environment import REQUIREMENTS, install
from overflow.errors import NotNow
from tests.real import rt5
from tests.real.inbox import Inbox, listening
from tests.real.seeds import sow

ENVIRONMENT = Path(__file__).parents[2] / ".overflow" / "django-helpdesk"
"""Kept from one run of the tests to the next; no part of the repository."""


@pytest.fixture(scope="session")
def rt() -> Iterator[rt5.RealRt]:
    """A real Request Tracker 5, seeded."""
    if packages := rt5.missing():
        pytest.skip(f"needs {packages}: `make test-deps` installs it")
    with _home("overflow-rt-") as home:
        desk = rt5.start(home)
        try:
            yield desk
        finally:
            desk.stop()


def django_environment() -> Path:
    """Where django-helpdesk is installed; skips the test where it cannot be."""
    try:
        install(ENVIRONMENT)
    except NotNow as missing:
        pytest.skip(missing.message)
    return ENVIRONMENT


def start_django(home: Path, port: int = 0, *, is_lean: bool = False) -> Desk:
    """A real django-helpdesk, seeded; as it comes, or with the demo's lean API."""
    environment = django_environment()
    sources = [each.read_bytes() for each in (REQUIREMENTS, *sorted(PROJECT.rglob("*.py")))]

    def seed(folder: Path) -> None:
        django_helpdesk.start(folder, environment=environment).stop()

    if not (home / "seeded.json").exists():
        sow(home, "django-helpdesk", sources, seed)
    return django_helpdesk.start(home, port, environment=environment, is_lean=is_lean)


@pytest.fixture(scope="session")
def django_desk() -> Iterator[Desk]:
    """A real django-helpdesk, seeded, with its API as it comes."""
    with _home("overflow-django-helpdesk-") as home:
        desk = start_django(home)
        try:
            yield desk
        finally:
            desk.stop()


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """A receiver of webhooks."""
    with listening() as found:
        yield found


class _home:  # noqa: N801  read as a verb
    """A directory of its own: pytest's are closed to PostgreSQL's user."""

    def __init__(self, prefix: str) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=prefix))

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
