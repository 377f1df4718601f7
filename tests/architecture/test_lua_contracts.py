"""Every Lua script opens with its contract, and the contract is what the body uses.

A contract is the comment that the file opens with. It has an entry for each `KEYS[n]` and each
`ARGV[n]`, at the start of a line or two blanks behind another, and says what the script `Returns`.
A list of any length is `ARGV[4..]`, or `ARGV[4]  from here`, and is the last of its table.
"""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

LUA = Path(__file__).resolve().parents[2] / "overflow/store/lua"
SCRIPTS = sorted(LUA.glob("*.lua"))

every_script = pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)


class Contract(NamedTuple):
    """What a script's opening comment declares, and the body below it without comments."""

    text: str
    body: str

    def declared(self, table: str) -> set[int]:
        entries = rf"^--\s*{table}\[(\d+)|\s{{2}}{table}\[(\d+)"
        found = re.findall(entries, self.text, re.MULTILINE)
        return {int(first or second) for first, second in found}

    def is_open(self, table: str) -> bool:
        """Whether the contract ends in a list of any length."""
        return bool(re.search(rf"\s{table}\[\d+(\.\.\]|\]\s+from here)", self.text))

    def used(self, table: str) -> set[int]:
        return {int(n) for n in re.findall(rf"\b{table}\[(\d+)\]", self.unrolled())}

    def is_computed(self, table: str) -> bool:
        """Whether the body reaches places of the table other than by a written number."""
        places = rf"#{table}\b(?!\[)|\b{table}\[(?!\d+\])|\b{table}\s*[,)]"
        return bool(re.search(places, self.unrolled()))

    def unrolled(self) -> str:
        """The body, with a loop between two written numbers naming each place it reaches."""
        body = self.body
        for name, low, high in re.findall(r"\bfor (\w+) = (\d+), (\d+) do\b", body):
            for table in ("KEYS", "ARGV"):
                each = "; ".join(f"{table}[{n}]" for n in range(int(low), int(high) + 1))
                body = body.replace(f"{table}[{name}]", each)
        return body


def contract(script: Path) -> Contract:
    lines = script.read_text().splitlines()
    height = next((n for n, line in enumerate(lines) if not line.startswith("--")), len(lines))
    body = re.sub(r"--.*", "", "\n".join(lines[height:]))
    return Contract("\n".join(lines[:height]), body)


@every_script
def test_a_script_opens_with_what_it_does_and_what_it_returns(script):
    text = contract(script).text

    assert text.startswith("--")
    assert re.search(r"^--\s*Returns\b", text, re.MULTILINE)


@every_script
@pytest.mark.parametrize("table", ["KEYS", "ARGV"])
def test_what_a_contract_declares_is_what_the_script_uses(script, table):
    told = contract(script)
    declared, used = told.declared(table), told.used(table)
    first_of_list = {max(declared)} if declared and told.is_open(table) else set()

    assert used <= declared, f"not declared: {sorted(used - declared)}"
    assert declared - first_of_list <= used, f"not used: {sorted(declared - used)}"
    assert declared == set(range(1, len(declared) + 1)), "numbered without gaps"


@every_script
@pytest.mark.parametrize("table", ["KEYS", "ARGV"])
def test_a_script_takes_a_list_only_where_its_contract_says_so(script, table):
    told = contract(script)

    assert told.is_computed(table) == told.is_open(table)


@every_script
def test_a_script_builds_no_key_and_throws_no_dice(script):
    body = contract(script).body

    assert not re.search(r"\boverflow:", body)
    assert "math.random" not in body
