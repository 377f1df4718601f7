"""The file is checked whole: every fault at once, each with its path."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overflow.clock import SystemClock
from overflow.core.model import HelpdeskConfig, Words
from overflow.helpdesks import check_options, open_helpdesk
from overflow.policies.text import document
from tests.helpdesks.rest.described import GONE, faults, options

FILES = sorted((Path(__file__).parents[3] / "deploy" / "helpdesks").glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_files_that_come_along_have_no_faults(file):
    described = {"url": "https://desk.example", **document(file.read_text())}
    assert check_options("rest", described) == {}


def test_the_secrets_that_a_file_names_are_needed():
    assert set(check_options("rest", options(), {})) == {"secrets.token", "secrets.webhook"}
    assert check_options("rest", options(), {"token": ("env:A",), "webhook": ("env:B",)}) == {}
    polled = options({"webhook": GONE, "auth": {"headers": {"X-Key": "{secret.key}"}}})
    assert set(check_options("rest", polled, {})) == {"secrets.key"}


def test_every_fault_is_named_at_once():
    found = faults(
        {
            "ticket.status": "state(",
            "ticket.created": GONE,
            "ticket.colour": "x",
            "ticket.flags.lost": "x",
            "statuses.read.9": "lost",
            "groups.other": 11,
            "times.zone": "Mars/Olympus",
            "times.write": "soon",
            "auth.basic": {"user": "u"},
            "requests.read.path": "https://elsewhere.example/{ticket}",
            "requests.assign.json": {"team": "{grupe}"},
            "requests.note": GONE,
            "requests.untag": GONE,
            "requests.reply.headers": {"Content-Length": "3"},
            "requests.status.method": "GET",
            "requests.open.pages": {"by": "last"},
            "requests.changed.pages": {"by": "cursor"},
            "requests.groups.query": {"a": {"b": "c"}},
            "limit": {"requests": 0, "seconds": 60},
        }
    )
    assert set(found) == {
        "ticket.status",
        "ticket.created",
        "ticket.colour",
        "ticket.flags.lost",
        "statuses.read.9",
        "groups",
        "times.zone",
        "times.write",
        "auth.basic.password",
        "requests.read.path",
        "requests.assign.json",
        "requests.note",
        "requests.tags",
        "requests.reply.headers.Content-Length",
        "requests.status.method",
        "requests.open.pages.keys",
        "requests.changed.pages.next",
        "requests.groups.query.a",
        "limit.requests",
    }


@pytest.mark.parametrize(
    "path", ["//elsewhere/x", "a/../b", "../b", "a?b=c", "a b", "a\\b", "http:x", "", "#x", "a\nb"]
)
def test_a_path_cannot_lead_elsewhere(path):
    assert set(faults({"requests.note.path": path})) == {"requests.note.path"}


def test_a_list_asks_for_the_page_it_wants():
    assert set(faults({"requests.find_note.query": {}})) == {"requests.find_note.pages"}
    assert set(faults({"requests.open.query": {"after": "{last.at}"}})) == {"requests.open.pages"}


def test_secrets_stand_in_the_login_and_nowhere_else():
    assert set(faults({"requests.note.json": {"x": "{secret.token}"}})) == {"requests.note.json"}
    assert set(faults({"auth.session.request.path": "login/{secret.token}"})) == {
        "auth.session.request.path"
    }


def test_what_is_written_has_to_be_read_back():
    assert set(faults({"ticket.reason": GONE})) == {"ticket.reason"}
    assert set(faults({"requests.changed.newest_first": True})) == {"requests.changed.by"}


def test_a_file_is_named_by_policies_in_files_only():
    (told,) = faults({"file": "rt.yaml"})["file"]
    assert "in its place" in told


def paths_in(part, at=()):
    """Every place in a file."""
    items = (
        part.items()
        if isinstance(part, dict)
        else enumerate(part)
        if isinstance(part, list)
        else ()
    )
    for key, inner in items:
        yield (*at, key)
        yield from paths_in(inner, (*at, key))


PATHS = sorted(paths_in(options()), key=str)
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=12)
    | st.sampled_from(["{ticket}", "{", "a.b", "a[", "last", "cursor", "json", "Europe/Berlin"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=8) | st.sampled_from(["by", "keys", "json", "hmac"]), inner
        )
    ),
    max_leaves=6,
)


@settings(max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(PATHS), anything), min_size=1, max_size=3))
def test_whatever_stands_in_a_file_it_is_opened_or_has_faults_with_paths(changes):
    given_options = options()
    for path, value in changes:
        part = given_options
        for key in path[:-1]:
            part = part[key] if isinstance(part, dict) and key in part else {}
        if isinstance(part, dict):
            part[path[-1]] = value
    found = check_options("rest", given_options, {"token": ("t",), "webhook": ("w",)})
    assert all(path and texts and all(texts) for path, texts in found.items())
    if not found:
        secrets = {"token": ("t",), "webhook": ("w",)}
        config = HelpdeskConfig("rest", given_options, secrets)
        open_helpdesk(config, Words(), str, SystemClock()).close()
