"""What holds for every test: how one says that it needs a program, and that CI skips nothing."""

import importlib.util
import os
import shutil
import sys
from collections.abc import Generator
from itertools import chain, zip_longest
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

NO_SKIP = bool(os.environ.get("OVERFLOW_TEST_NO_SKIP"))  # noqa: TID251  the runner's own switch
BIN = Path(sys.executable).parent

# Programs that the environment's packages brought are found whether or not it is activated.
os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ['PATH']}"  # noqa: TID251

# A slow machine is no fault. Where a change has to pass, its examples are always the same ones, so
# that no chance decides; everywhere else they are new each time.
settings.register_profile(
    "here", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=NO_SKIP
)
settings.load_profile("here")

pytest_plugins = ["tests.store_fixture"] if importlib.util.find_spec("tests.store_fixture") else []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that wait long for processes, every other one a quick one.

    So what is left at the end is quick and shared by all test processes, and not too much starts
    at once.
    """
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    slow = [each for each in files.values() if any(i.get_closest_marker("slow") for i in each)]
    quick = [each for each in files.values() if each not in slow]
    pairs = zip_longest(slow, quick, fillvalue=[])
    items[:] = chain.from_iterable(chain.from_iterable(pairs))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test marked `needs("promtool")` where that program is not installed."""
    for mark in item.iter_markers("needs"):
        missing = [program for program in mark.args if shutil.which(program) is None]
        if missing:
            pytest.skip(f"needs {', '.join(missing)}: `make test-deps` installs it")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail instead of skipping where OVERFLOW_TEST_NO_SKIP is set."""
    return _unskipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Do the same for a module that skips itself."""
    return _unskipped((yield))


def _unskipped(report):
    if NO_SKIP and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr
        report.longrepr = f"skipped where nothing may be: {reason}"
    return report
