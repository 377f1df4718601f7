"""``overflow helpdesk check`` and ``probe``, and a policy whose file names a helpdesk's file."""

import pytest
import yaml
from click.testing import CliRunner

from overflow import policies
from overflow.cli import main
from overflow.clock import SystemClock
from overflow.errors import Invalid
from overflow.policies.folder import read_file
from tests.flows.house import document as policy_document
from tests.helpdesks.rest.described import GONE, options
from tests.helpdesks.rest.example_server import FILE, SECRET, TOKEN, Server

SECRETS = {"token": "env:DESK_TOKEN", "webhook": "env:DESK_HOOK"}
GIVEN = [word for pair in SECRETS.items() for word in ("--secret", "=".join(pair))]


@pytest.fixture
def server():
    made = Server(SystemClock().now)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def secrets(monkeypatch):
    monkeypatch.setenv("DESK_TOKEN", TOKEN)
    monkeypatch.setenv("DESK_HOOK", SECRET)


@pytest.fixture
def write(tmp_path):
    def written(document, name="desk.yaml"):
        path = tmp_path / name
        path.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True))
        return path

    return written


def run(*args, status=0):
    result = CliRunner().invoke(main, ["helpdesk", *map(str, args)])
    assert result.exit_code == status, (result.output, result.exception)
    assert TOKEN not in result.output
    assert "session-" not in result.output
    return result.output.splitlines()


def steps(lines):
    """What was tried, and whether it went well."""
    told = [line.split(None, 1) for line in lines if line[:2] in {"ok", "FA"}]
    return {rest.partition(":")[0]: how == "ok" for how, rest in told}


def test_a_file_without_faults_is_summed_up_with_what_it_cannot_do(write):
    first, *rest = run("check", FILE)
    assert first == f"{FILE}: Example desk, 13 requests, secrets: token, webhook; no faults"
    assert rest == [
        "  without requests.unassign: an assignee stays, unless the move itself clears him"
    ]
    lines = run("check", write(options({"webhook": GONE, "requests.groups": GONE})))
    assert sum(line.startswith("  without ") for line in lines) == 3


def test_every_fault_of_every_file_is_a_line(write, tmp_path):
    wrong = write(options({"ticket.status": "a(", "requests.note.path": "?"}), "wrong.yaml")
    broken = tmp_path / "broken.yaml"
    broken.write_text("a: {b\n")
    lines = run("check", wrong, broken, tmp_path / "missing.yaml", status=2)
    assert len(lines) == 4
    assert lines[0].startswith(f"{wrong}: ticket.status: is no JMESPath")
    assert lines[1].startswith(f"{wrong}: requests.note.path: has to be a path behind")
    assert lines[3] == f"{tmp_path / 'missing.yaml'}: cannot be read: No such file or directory"


def policy(**desk):
    helpdesk = {"connector": "rest", "secrets": SECRETS, **desk}
    return policy_document(
        shop="lamps", helpdesk=helpdesk, words={"reason_field": "overflow_reason"}
    )


def test_a_policy_takes_in_the_file_that_it_names(write, tmp_path):
    (tmp_path / "desks").mkdir()
    write(options(), "desks/desk.yaml")
    told = {"file": "desks/desk.yaml", "url": "https://mine.example", "timeout": 3}
    path = write(policy(options=told), "lamps.yaml")

    found = policies.build(read_file(path)).helpdesk.options
    assert found == {**options(), "url": "https://mine.example", "timeout": 3}
    assert run("check", path)[0].startswith(f"{path}: Example desk, 13 requests")

    write(options({"ticket.id": GONE}), "desks/desk.yaml")
    [line] = run("check", path, status=2)
    assert line.startswith(f"{path}: helpdesk.options.ticket.id: ")

    missing = write(policy(options={"file": "none.yaml"}), "missing.yaml")
    with pytest.raises(Invalid) as caught:
        read_file(missing)
    assert caught.value.faults == {
        "helpdesk.options.file": ["cannot be read: No such file or directory"]
    }


def test_a_reason_that_could_not_be_written_is_a_fault():
    told = {"requests.field": GONE}
    assert set(policies.check(policy(options=options(told)), "lamps")) == {"words.reason_field"}
    assert policies.check(policy(options=options()), "lamps") == {}


def test_a_stored_policy_names_no_file():
    found = policies.check(policy(options={"file": "desk.yaml"}), "lamps")
    assert "helpdesk.options.file" in found


def test_a_trial_only_looks_unless_it_is_told_to_write(server, write):
    number = server.create()
    lines = run("probe", write(options(url=server.url)), "--ticket", number, *GIVEN)
    assert all(steps(lines).values())
    assert list(steps(lines)) == [
        "read the test ticket",
        "list the groups",
        "list what is open",
        "ask what has changed",
        "look for a note that is not there",
    ]
    assert lines[-1].startswith("only looked")
    assert server.calls("POST", "PUT", "PATCH", "DELETE") == ["POST login"]


def test_a_trial_that_writes_takes_everything_back_but_the_note(server, write):
    number = server.create(tags=("vip",))
    server.assign(number)
    wanted = ["--write", "--group", "near", "--field", "overflow_reason", "--reply"]
    lines = run("probe", write(options(url=server.url)), "--ticket", number, *GIVEN, *wanted)
    assert all(steps(lines).values())
    assert len(steps(lines)) == 12
    assert any("77 no longer owns it" in line for line in lines)
    shown = server.shown(number)
    assert (shown.group, shown.tags, shown.reason, shown.status) == ("shop", {"vip"}, "", "1")
    assert len(shown.notes) == 1
    assert server.tickets[number]["first_answer"]


def test_a_policy_is_tried_as_it_stands(server, write):
    number = server.create()
    path = write(policy(options=options(url=server.url)), "lamps.yaml")
    lines = run("probe", path, "--ticket", number, "--write")
    assert steps(lines)["write the reason, and empty it"]


@pytest.mark.parametrize(
    ("changes", "name", "mend"),
    [
        ({"requests.read.path": "tickets/{ticket}"}, "read the test ticket", "path"),
        ({"ticket.created": "made"}, "read the test ticket", "expressions"),
        ({"requests.groups.items": "data[].name"}, "list the groups", "call a group the same"),
        (
            {
                "requests.open.items": "data[:0]",
                "requests.open.pages": {"by": "none"},
                "requests.open.query": {"after": "0"},
            },
            "list what is open",
            "filter",
        ),
        (
            {"requests.find_note.items": "[data]", "requests.find_note.is_search": True},
            "look for a note that is not there",
            "find_note",
        ),
        (
            {
                "requests.tag.path": "ticket/{ticket}",
                "requests.tag.json": {"custom": {"x": "{tag}"}},
            },
            "put the tag on, and off again",
            "ticket.tags",
        ),
        ({"statuses.write.pending": 1}, "set its status to pending, and back", "statuses"),
        ({"requests.changed.items": "data[:0]"}, "find it among what has changed", "overlap"),
        ({"requests.note.path": "ticket/{ticket}/remarks"}, "post an internal note", "path"),
    ],
)
def test_a_step_that_fails_says_what_came_back_and_how_to_mend_it(
    server, write, changes, name, mend
):
    number = server.create()
    path = write(options(changes, url=server.url))
    lines = run("probe", path, "--ticket", number, "--write", *GIVEN, status=2)
    assert steps(lines)[name] is False
    at = next(i for i, line in enumerate(lines) if line.startswith(f"FAILED  {name}:"))
    following = lines[at + 1 :]
    told = [
        line.strip()
        for line in following[
            : next(
                (i for i, line in enumerate(following) if not line.startswith("    ")),
                len(following),
            )
        ]
    ]
    assert any(line.startswith("sent: ") for line in told)
    assert any(line.startswith("came back: ") for line in told)
    assert told[-1].startswith("to mend it: ")
    assert mend in told[-1]


def test_a_wrong_password_is_told_without_the_password(server, write, monkeypatch):
    monkeypatch.setenv("DESK_TOKEN", "another password")
    lines = run("probe", write(options(url=server.url)), "--ticket", "7000", *GIVEN, status=2)
    assert lines[0].startswith("FAILED  read the test ticket: The login: ")
    assert "another password" not in "\n".join(lines)


def test_a_trial_of_a_file_with_faults_sends_nothing(server, write):
    path = write(options({"ticket.id": "("}, url=server.url))
    [line] = run("probe", path, "--ticket", "7", *GIVEN, status=2)
    assert line.startswith(f"{path}: ticket.id: ")
    assert len(run("probe", write(options(url=server.url)), "--ticket", "7", status=2)) == 2
    assert run("probe", path, "--ticket", "7", "--secret", "x", status=2) == [
        "--secret: has to be NAME=REFERENCE"
    ]
    assert not server.asked
