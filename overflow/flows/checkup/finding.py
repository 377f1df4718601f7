"""What a check comes to."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Verdict(StrEnum):
    """Whether something has to be done."""

    OK = "ok"
    WARN = "warn"
    """It works, and people should know."""
    FAIL = "fail"


class Finding(NamedTuple):
    """What was seen, and what to do about it."""

    outcome: Verdict
    seen: str
    mend: str = ""


def ok(seen: str) -> Finding:
    """Nothing has to be done."""
    return Finding(Verdict.OK, seen)


def warn(seen: str, mend: str) -> Finding:
    """People should know."""
    return Finding(Verdict.WARN, seen, mend)


def fail(seen: str, mend: str) -> Finding:
    """Something has to be mended."""
    return Finding(Verdict.FAIL, seen, mend)


def aged(seconds: float, warns: float, fails: float, seen: str, mend: str) -> Finding:
    """What is fine while it is young."""
    if seconds > fails:
        return fail(seen, mend)
    return warn(seen, mend) if seconds > warns else ok(seen)
