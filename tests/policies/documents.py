"""Policy documents to test with: a small one, and strategies for many."""

import copy

from hypothesis import strategies as st

from overflow.policies.channels import BUILT_IN


def shop(**changes):
    """A small document without faults; a change of None takes the field away."""
    document = {
        "shop": "lamps",
        "zone": "Europe/Amsterdam",
        "mode": "live",
        "helpdesk": {
            "connector": "standard",
            "options": {"url": "https://desk.example/overflow"},
            "secrets": {"webhook": "env:DESK_SECRET"},
        },
        "inhouse": home(),
        "partners": [partner()],
        "channels": {"chat": {"handle_time": "8m"}, "email": {"handle_time": "8m"}},
        "pressure": {"backlog": {"start": 20, "stop": 12}},
    } | changes
    return {name: value for name, value in document.items() if value is not None}


def home(**changes):
    """The own team."""
    made = {"hours": "Mo-Fr 09:00-17:00", "agents": 3, "group": "Service"} | changes
    return {name: value for name, value in made.items() if value is not None}


def partner(**changes):
    """A partner for chat and e-mail."""
    made = {
        "name": "helpers",
        "group": "Helpers",
        "hours": "24/7",
        "capacity": {"chat": 12, "email": 40},
        "price": 3.2,
        "answer_time": "1m",
    } | changes
    return {name: value for name, value in made.items() if value is not None}


names = st.from_regex(r"[a-z][a-z0-9_-]{0,31}", fullmatch=True)
hours = st.sampled_from(
    [
        "24/7",
        "Mo-Fr 08:00-18:00",
        "Mo-Fr 09:00-12:30,13:00-17:00; Sa 10:00-16:00; PH off",
        "Mo-Su 22:00-06:00",
        "Dec 24 08:00-12:00; Mo-Su 08:00-20:00",
    ]
)
durations = st.one_of(
    st.integers(1, 86400 * 30),
    st.floats(0.001, 86400.0),
    st.builds("{}{}".format, st.integers(1, 300), st.sampled_from("smhd")),
    st.builds("{}h{}m".format, st.integers(1, 9), st.integers(1, 59)),
)
shares = st.one_of(st.floats(0, 1), st.integers(0, 100).map("{}%".format))
languages = st.lists(st.sampled_from(["nl", "en", "de", "fr", "pt-br"]), unique=True)
zones = st.sampled_from(["Europe/Amsterdam", "America/New_York", "Asia/Kolkata", "UTC"])
words = st.text("abcdefghijklmnopqrstuvwxyzÄéß -", min_size=1, max_size=20).filter(str.strip)
holidays = st.fixed_dictionaries(
    {"country": st.sampled_from(["NL", "DE", "NO"])},
    optional={
        "add": st.just(["2026-12-24"]),
        "strike": st.lists(st.sampled_from(["2026-12-25", "2027-01-01"]), unique=True),
    },
)


@st.composite
def levels(draw, values):
    """Levels whose stop is not above their start."""
    stop, start = sorted([draw(values), draw(values)])
    return {"start": start, "stop": stop}


pressure = st.fixed_dictionaries(
    {},
    optional={
        "backlog": st.one_of(levels(st.integers(1, 500)), st.just("off"), st.none()),
        "expected_wait": levels(st.floats(1, 86400)),
        "breach": levels(st.floats(0.01, 1)),
        "hold": st.integers(0, 86400),
    },
)
channel = st.fixed_dictionaries(
    {"live": st.booleans()},
    optional={
        "target": st.one_of(
            durations,
            st.fixed_dictionaries(
                {"time": durations},
                optional={"clock": st.sampled_from(["wall", "business"]), "goal": shares},
            ),
        ),
        "patience": st.one_of(st.none(), durations),
        "handle_time": durations,
        "pressure": pressure,
    },
)


@st.composite
def channel_tables(draw):
    """Channels, those that are not built in with a target."""
    table = draw(
        st.dictionaries(st.one_of(st.sampled_from(list(BUILT_IN)), names), channel, min_size=1)
    )
    for name in table.keys() - BUILT_IN.keys():
        table[name] = {"target": "1h"} | table[name]
    return table


@st.composite
def partners(draw, channels):
    """Partners with different names and groups."""
    some = draw(
        st.lists(names.filter(lambda name: name not in {"inhouse", "home", "bot"}), unique=True)
    )
    served = st.lists(st.sampled_from(channels), min_size=1, unique=True)
    rest = st.fixed_dictionaries(
        {
            "hours": hours,
            "price": st.floats(0, 50),
            "answer_time": durations,
            "capacity": served.flatmap(
                lambda names: st.fixed_dictionaries(dict.fromkeys(names, st.integers(0, 500)))
            ),
        },
        optional={
            "languages": languages,
            "zone": zones,
            "holidays": holidays,
            "total_capacity": st.integers(0, 1000),
            "daily_limit": st.integers(0, 1000),
            "enabled": st.booleans(),
        },
    )
    return [{"name": name, "group": f"group {name}"} | draw(rest) for name in some]


def lifts(channels):
    """One for all channels, or some by name."""
    factors = st.one_of(st.integers(0, 20), st.floats(0, 20))
    named = st.dictionaries(st.sampled_from(channels), factors, min_size=1)
    return st.one_of(factors, named)


def peaks(channels):
    """Peaks of different names."""
    one = st.fixed_dictionaries(
        {
            "name": words,
            "day": st.sampled_from(
                ["2026-11-27", "11-11", "Black Friday", "3 days before easter", "clock change"]
            ),
            "lift": lifts(channels),
        },
        optional={
            "days": st.integers(1, 60),
            "hours": st.sampled_from(["10:00-14:00", "0:00-24:00"]),
            "before": st.sampled_from(["0s", "36h", "60d"]),
            "after": st.integers(0, 5_000_000),
        },
    )
    return st.lists(one, max_size=4, unique_by=lambda peak: peak["name"].casefold())


def signals(channels):
    """Rules for signals."""
    one = st.fixed_dictionaries(
        {
            "when": st.sampled_from(["temperature >= 18", "stock<-2.5", "Campaign sent"]),
            "lift": lifts(channels),
            "lasts": st.sampled_from(["1m", "6h", "60d", 86400]),
        }
    )
    return st.lists(one, max_size=3)


@st.composite
def documents(draw):
    """Documents without faults."""
    channels = draw(channel_tables())
    staff = draw(
        st.one_of(
            st.fixed_dictionaries({"agents": st.integers(0, 300)}),
            st.fixed_dictionaries(
                {
                    "shifts": st.lists(
                        st.fixed_dictionaries({"hours": hours, "agents": st.integers(0, 50)}),
                        min_size=1,
                        max_size=4,
                    )
                }
            ),
        )
    )
    return {
        "shop": draw(names),
        "zone": draw(zones),
        "mode": draw(st.sampled_from(["live", "observe", "off"])),
        "helpdesk": shop()["helpdesk"],
        "inhouse": home(agents=None, hours=draw(hours), languages=draw(languages)) | staff,
        "partners": draw(partners(sorted(channels))),
        "channels": channels,
        "default": {"channel": draw(st.sampled_from(sorted(channels)))},
    } | draw(
        st.fixed_dictionaries(
            {},
            optional={
                "holidays": holidays,
                "pressure": pressure,
                "peaks": peaks(sorted(channels)),
                "signals": signals(sorted(channels)),
                "topics": st.lists(names, unique=True, max_size=3),
                "closed": st.sampled_from(["auto", "keep", {"rule": "overflow", "breach": "30%"}]),
                "breach_margin": shares,
                "untouched": durations,
                "costs": st.fixed_dictionaries({"kept": st.floats(0, 10)}),
                "notes": st.fixed_dictionaries({"language": st.sampled_from(["en", "nl"])}),
            },
        )
    )


anything = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**70), 2**70),
        st.floats(),
        st.text(max_size=20),
        hours,
        durations,
        names,
        st.sampled_from(["chat", "inhouse", "helpers", "off", "env:X", "NL", "80%", "2026-02-30"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(names, st.text(max_size=8)), inner, max_size=4),
    ),
    max_leaves=8,
)


@st.composite
def damaged(draw):
    """A document in which some places were taken away, replaced or added to."""
    document = copy.deepcopy(draw(documents()))
    for _ in range(draw(st.integers(1, 4))):
        _damage(draw, document)
    return document


def _damage(draw, place):
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            return
        key = draw(st.sampled_from(keys))
        if isinstance(place[key], dict | list) and place[key] and draw(st.booleans()):
            place = place[key]
            continue
        match draw(st.sampled_from(["take", "replace", "add"])):
            case "take":
                del place[key]
            case "add" if isinstance(place, dict):
                place[draw(st.text(max_size=8))] = draw(anything)
            case _:
                place[key] = draw(anything)
        return
