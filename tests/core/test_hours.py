"""Hours are held against the wall clock itself and against an evaluation by `opening_hours`."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opening_hours import OpeningHours

from overflow.core.hours import ALWAYS_OPEN, NO_HOLIDAYS, Holidays, Hours, parse_hours

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",  # its clock changes by half an hour
    "Asia/Kathmandu",
    "America/St_Johns",
    "Pacific/Apia",  # a whole day was skipped
    "Africa/Casablanca",
    "UTC",
]
DAY = 86400.0

clock_times = st.integers(0, 95).map(lambda q: f"{q // 4:02}:{q % 4 * 15:02}")
times = st.tuples(clock_times, clock_times).map("-".join)
weekdays = st.sampled_from(["Mo-Fr", "Sa-Su", "Mo-Su", "Tu,Th", "Fr-Mo", "Su", "Mo[1]", "Fr[-1]"])
days = st.one_of(
    weekdays,
    st.just("PH"),
    weekdays.map("{},PH".format),
    weekdays.map("PH,{}".format),
    st.sampled_from(["PH -1 day", "PH +1 day", "PH +2 days,Mo", "Dec PH", "Dec 20-31 PH", "Jan"]),
)
rules = st.builds(
    "{} {}".format,
    days,
    st.one_of(times, times, st.tuples(times, times).map(", ".join), st.just("off")),
)
texts = st.one_of(
    st.just("24/7"),
    rules,
    st.builds(
        "{}{}{}".format, st.one_of(rules, st.just("24/7")), st.sampled_from(["; ", ";"]), rules
    ),
    st.builds("{}{}{}; {}".format, rules, st.sampled_from(["; ", ", ", " || "]), rules, rules),
)
zones = st.sampled_from(ZONES)
moments = st.floats(
    datetime(2020, 1, 1, tzinfo=BERLIN).timestamp(),
    datetime(2032, 1, 1, tzinfo=BERLIN).timestamp(),
)
near_changes = st.builds(
    lambda at, hours: at.timestamp() + 3600 * hours,
    st.sampled_from(
        [
            datetime(2026, 3, 29, 1, tzinfo=ZoneInfo("UTC")),
            datetime(2026, 10, 25, 1, tzinfo=ZoneInfo("UTC")),
            datetime(2026, 4, 4, 15, tzinfo=ZoneInfo("UTC")),
            datetime(2026, 12, 25, 12, tzinfo=ZoneInfo("UTC")),
            datetime(2026, 12, 31, 23, tzinfo=ZoneInfo("UTC")),
        ]
    ),
    st.floats(-60, 60),
)
whenever = st.one_of(moments, near_changes)
lengths = st.one_of(st.floats(0, 4 * 3600), st.floats(0, 40 * DAY))


def their_list() -> frozenset[date]:
    """The dates that `opening_hours` itself takes for German holidays."""
    always = OpeningHours("PH", country="DE").intervals(datetime(2019, 1, 1), datetime(2033, 1, 1))  # noqa: DTZ001
    return frozenset(
        begin.date() + timedelta(i)
        for begin, end, state, _ in always
        if str(state) == "open"
        for i in range((end - begin).days)
    )


GERMAN = Holidays("DE")
THEIRS = Holidays("", added=their_list())


def local(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> float:
    return datetime(year, month, day, hour, minute, tzinfo=BERLIN).timestamp()


def berlin(text: str, holidays: Holidays = NO_HOLIDAYS) -> Hours:
    return parse_hours(text, "Europe/Berlin", holidays)


def written(hours: Hours, start: float, end: float) -> list[str]:
    return [
        f"{datetime.fromtimestamp(a, BERLIN):%d %H:%M}-{datetime.fromtimestamp(b, BERLIN):%d %H:%M}"
        for a, b in hours.segments(start, end)
    ]


# --- what is open ---------------------------------------------------------------------------


@given(texts, zones, whenever)
def test_open_is_what_the_wall_clock_shows(text, zone, at):
    at = float(int(at))
    wall = datetime.fromtimestamp(at, ZoneInfo(zone)).replace(tzinfo=None)
    expected = OpeningHours(text, country="DE").is_open(wall)
    assert parse_hours(text, zone, THEIRS).is_open(at) == expected


def test_their_list_of_holidays_is_another_one():
    ours = Holidays("NL")
    assert ours.is_holiday(date(2027, 3, 26))
    assert OpeningHours("PH off; Mo-Su", country="NL").is_open(datetime(2027, 3, 26, 12))  # noqa: DTZ001
    assert not parse_hours("24/7; PH off", "Europe/Amsterdam", ours).is_open(local(2027, 3, 26, 12))


@pytest.mark.parametrize(
    ("text", "expected"),  # from Thursday the 24th to Sunday the 27th of December 2026
    [
        ("Mo-Su 08:00-20:00; PH off", ["24 08:00-24 20:00", "27 08:00-27 20:00"]),
        (
            "Mo-Su 08:00-20:00; PH 10:00-14:00",
            ["24 08:00-24 20:00", "25 10:00-25 14:00", "26 10:00-26 14:00", "27 08:00-27 20:00"],
        ),
        (
            "Su,PH 10:00-16:00",
            ["25 10:00-25 16:00", "26 10:00-26 16:00", "27 10:00-27 16:00"],
        ),
        ("Mo-Fr,PH 09:00-10:00", ["24 09:00-24 10:00", "25 09:00-25 10:00", "26 09:00-26 10:00"]),
        ("24/7", ["24 00:00-28 00:00"]),
        ("24/7; PH off", ["24 00:00-25 00:00", "27 00:00-28 00:00"]),
        # A holiday takes its calendar day: the night before ends early, the one after starts late.
        (
            "Mo-Su 22:00-06:00; PH off",
            ["24 00:00-24 06:00", "24 22:00-25 00:00", "27 00:00-27 06:00", "27 22:00-28 00:00"],
        ),
        ("PH -1 day 09:00-12:00", ["24 09:00-24 12:00", "25 09:00-25 12:00"]),
        ('PH 09:00-12:00 "PH, by phone"', ["25 09:00-25 12:00", "26 09:00-26 12:00"]),
    ],
)
def test_public_holidays_come_from_the_list_that_was_given(text, expected):
    hours = berlin(text, Holidays("DE"))
    assert written(hours, local(2026, 12, 24), local(2026, 12, 28)) == expected


def test_a_night_belongs_to_the_day_it_begins_on():
    hours = berlin("Fr 22:00-06:00")
    assert written(hours, local(2026, 6, 1), local(2026, 6, 8)) == ["05 22:00-06 06:00"]


def test_a_shop_adds_and_strikes_days():
    day, other = date(2026, 11, 27), date(2026, 10, 3)
    holidays = Holidays("DE", added=frozenset({day}), struck=frozenset({other}))
    assert holidays.is_holiday(day)
    assert not holidays.is_holiday(other)
    assert Holidays("DE").is_holiday(other)
    assert not berlin("24/7; PH off", holidays).is_open(local(2026, 11, 27, 12))


def test_subdivisions_have_their_own_days():
    epiphany = date(2027, 1, 6)
    assert Holidays("DE", "BY").is_holiday(epiphany)
    assert not Holidays("DE", "BE").is_holiday(epiphany)


# --- days of 23 and 25 hours ----------------------------------------------------------------

SPRING, AUTUMN = (2026, 3, 29), (2026, 10, 25)


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), ((2026, 6, 1), 24)])
def test_a_day_has_the_hours_it_has(day, hours):
    start = local(*day)
    end = (datetime(*day, tzinfo=BERLIN) + timedelta(1)).timestamp()
    assert berlin("Mo-Su 00:00-24:00").open_seconds(start, end) == hours * 3600


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 7), (AUTUMN, 9), ((2026, 6, 1), 8)])
def test_a_night_has_the_hours_it_has(day, hours):
    noon = local(*day, 12)
    assert berlin("Mo-Su 22:00-06:00").open_seconds(noon - DAY, noon) == hours * 3600


def test_times_that_the_clock_skips_fall_on_the_skip():
    three = local(*SPRING, 3)
    assert berlin("Mo-Su 01:00-02:30").next_change(three - 1800) == three
    assert berlin("Mo-Su 02:30-05:00").next_open(three - 1800) == three
    assert not berlin("Mo-Su 02:15-02:45").segments(three - 1800, three + 1800)


def test_an_hour_that_comes_twice_is_open_twice():
    assert berlin("Mo-Su 02:00-02:30").open_seconds(local(*AUTUMN), local(*AUTUMN, 12)) == 3600


# --- how the questions hang together --------------------------------------------------------


@given(texts, zones, whenever, lengths, lengths)
def test_open_seconds_add_up(text, zone, start, first, second):
    hours = parse_hours(text, zone, GERMAN)
    middle, end = start + first, start + first + second
    parts = hours.open_seconds(start, middle) + hours.open_seconds(middle, end)
    assert hours.open_seconds(start, end) == pytest.approx(parts, abs=1e-4)
    assert 0 <= parts <= end - start + 1e-4


@given(texts, zones, whenever, lengths)
def test_open_and_closed_make_up_the_whole(text, zone, start, length):
    hours, end = parse_hours(text, zone, GERMAN), start + length
    at, closed = start, 0.0
    for begin, until in hours.segments(start, end):
        assert at <= begin < until <= end
        assert hours.is_open(begin)
        assert until == end or not hours.is_open(until)
        closed += begin - at
        at = until
    closed += end - at
    assert closed + hours.open_seconds(start, end) == pytest.approx(end - start, abs=1e-4)


@given(texts, zones, whenever, st.floats(0.001, 20 * DAY))
def test_adding_open_seconds_undoes_counting_them(text, zone, start, seconds):
    hours = parse_hours(text, zone, GERMAN)
    end = hours.add_open_seconds(start, seconds)
    if end is None:
        assert hours.open_seconds(start, start + 366 * DAY) < seconds + 1e-3
    else:
        assert hours.open_seconds(start, end) == pytest.approx(seconds, abs=1e-3)
        assert not hours.segments(end - 1e-3, end) or hours.is_open(end - 1e-3)


@given(texts, zones, whenever)
def test_the_next_change_flips_open(text, zone, at):
    hours = parse_hours(text, zone, GERMAN)
    change = hours.next_change(at)
    if change is None:
        assert len(hours.segments(at, at + 365 * DAY)) == hours.is_open(at)
        return
    assert change > at
    assert hours.is_open(change) != hours.is_open(at)
    assert len(hours.segments(at, change)) == hours.is_open(at)


@given(texts, zones, whenever)
def test_the_next_opening_is_now_or_the_next_change(text, zone, at):
    hours = parse_hours(text, zone, GERMAN)
    assert hours.next_open(at) == (at if hours.is_open(at) else hours.next_change(at))


def test_round_the_clock_never_changes():
    assert ALWAYS_OPEN.is_open(1.8e9)
    assert ALWAYS_OPEN.next_change(1.8e9) is None
    assert ALWAYS_OPEN.add_open_seconds(1.8e9, 100.0) == 1.8e9 + 100
    assert ALWAYS_OPEN.segments(1.8e9, 1.9e9) == [(1.8e9, 1.9e9)]


def test_what_never_opens_has_no_next_opening():
    never = berlin("off")
    assert never.next_open(1.8e9) is None
    assert never.next_change(1.8e9) is None
    assert never.add_open_seconds(1.8e9, 1.0) is None
    assert never.add_open_seconds(1.8e9, 0.0) == 1.8e9


def test_what_was_worked_out_is_kept_within_bounds():
    hours = Hours("Mo-Fr 08:00-18:00", "UTC", NO_HOLIDAYS)
    for week in range(2000):
        hours.is_open(1.5e9 + week * 7 * DAY)
    assert len(hours._blocks) <= 64


def test_equal_hours_are_one_object_and_one_key():
    assert berlin("24/7") is berlin("24/7")
    assert len({Hours("24/7", "UTC", NO_HOLIDAYS), ALWAYS_OPEN}) == 1
    assert berlin("24/7") != ALWAYS_OPEN


# --- what is refused ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "character 1"),
        ("Mo-Fr 9-17", "character 7"),
        ("Mo-Fr 25:00-26:00", "character 7"),
        ("ph off", "character 1"),
        ("SH off", "school"),
        ("Mo-Fr 10:00-12:00 unknown", "neither"),
        ("Mo-Fr 10:00+", "closing time"),
        ("sunrise-sunset", "place"),
        ("PH Mo-Fr 10:00-12:00", "two ways"),
        ("Mo-Fr PH 10:00-12:00", "two ways"),
        ("Mo[1] PH 10:00-12:00", "two ways"),
    ],
)
def test_a_doubtful_text_is_refused_with_the_reason(text, says):
    with pytest.raises(ValueError, match=says) as refused:
        berlin(text)
    assert repr(text) in str(refused.value)


@pytest.mark.parametrize("zone", ["", "Europe", "Nowhere/At_All", "../etc/hostname"])
def test_an_unknown_zone_is_refused(zone):
    with pytest.raises(ValueError, match="time zone"):
        parse_hours("24/7", zone)


def test_unknown_or_contradicting_holidays_are_refused():
    day = frozenset({date(2026, 1, 1)})
    for wrong in (("XX",), ("DE", "ZZ"), ("", "BY"), ("DE", None, day, day)):
        with pytest.raises(ValueError, match="holidays"):
            Holidays(*wrong)


def test_nonsense_durations_are_refused():
    with pytest.raises(ValueError, match="negative"):
        ALWAYS_OPEN.add_open_seconds(0.0, -1.0)
    with pytest.raises(ValueError, match="endless"):
        ALWAYS_OPEN.open_seconds(0.0, float("inf"))
