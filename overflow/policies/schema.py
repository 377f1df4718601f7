"""The fields of a policy document, in the order an operator thinks of them.

What a field means is said here, in ``about``; ``docs/policy.md`` is made from it. What ties
fields together is in ``rules``; what the document becomes is in ``build``.
"""

from __future__ import annotations

from typing import Final

from overflow.core.arrivals.peaks import MOST_DAYS
from overflow.policies.lift_values import ClockHours, ConditionText, DayText, LiftValue
from overflow.policies.parts import Items, Part, Section, Table
from overflow.policies.quantities import Duration, Number, Share, Whole
from overflow.policies.secrets import References
from overflow.policies.values import (
    Country,
    Day,
    Flag,
    HoursText,
    Language,
    Mark,
    Name,
    OneOf,
    Options,
    Template,
    Text,
    Topic,
    Zone,
)

NOTE_LANGUAGES: Final = ("en", "de", "nl", "fr")
"""Languages that the built-in notes are written in."""
NOTE_SLOTS: Final = ("partner", "home", "reason", "due", "ticket", "reference")
"""What a note's own wording may name in braces."""


class HolidaySection(Section):
    """Public holidays: what `PH` in opening hours stands for."""

    country = Country("its code, such as NL; without one only the added days count")
    subdivision = Text("a part of the country, such as BY, where its holidays differ", longest=20)
    add = Items(Day(), "days that are holidays here all the same", most=400)
    strike = Items(Day(), "days that are no holidays here", most=400)


class HelpdeskSection(Section):
    """The shop's helpdesk."""

    connector = Name("the connector that speaks with it", required=True)
    options = Options("what the connector needs to know; see its own page")
    secrets = Table(
        Name(),
        References(),
        "where its credentials are found, never what they are; two while one is replaced",
        most=20,
    )


class ShiftSection(Section):
    """So many agents while these hours are open."""

    hours = HoursText("when", required=True)
    agents = Whole("how many", required=True, most=10_000)


class HomeSection(Section):
    """The shop's own team."""

    hours = HoursText("when it is open", required=True)
    zone = Zone("the time zone of its hours, where it is not the shop's")
    holidays = Part(HolidaySection, "its public holidays, where they are not the shop's")
    agents = Whole("how many are there whenever it is open", most=10_000)
    shifts = Items(
        Part(ShiftSection),
        "instead of `agents`: who is there when; shifts that overlap add up",
        least=1,
    )
    concurrency = Table(
        Name(),
        Whole(least=1, most=100),
        "tickets one agent works on at once, by channel; 1 where not said",
    )
    languages = Items(Language(), "what it speaks; every language where not said")
    channels = Items(Name(), "what it serves; every channel where not said")
    group = Text(
        "its group or queue in the helpdesk; a ticket goes back to the one that it came from, and "
        "here where it came in none"
    )


class PartnerSection(Section):
    """An external team and what was agreed with it."""

    name = Name("what it is called here; it stays when the document changes", required=True)
    group = Text("its group or queue in the helpdesk", required=True)
    enabled = Flag("whether it is given tickets at all", load_default=True)
    hours = HoursText("when it is open", required=True)
    zone = Zone("the time zone of its hours, where it is not the shop's")
    holidays = Part(HolidaySection, "its public holidays, where they are not the shop's")
    languages = Items(Language(), "what it speaks; every language where not said")
    channels = Items(Name(), "what it serves; the channels of `capacity` where not said")
    capacity = Table(
        Name(), Whole(), "most open tickets it holds at once, by channel", required=True, least=1
    )
    total_capacity = Whole("most open tickets over all channels; no more limit where not said")
    daily_limit = Whole("most tickets handed to it in a day of the shop; none where not said")
    price = Number("euros per ticket", required=True, most=10_000)
    answer_time = Duration("its usual time to the first answer, in its open hours", required=True)


class TargetSection(Section):
    """When a customer is to have the first answer."""

    time = Duration("the promised time", required=True)
    clock = OneOf(
        ("wall", "business"),
        "wall always runs, business runs while a team is open",
        load_default="wall",
    )
    hours_of = Name("the team whose hours the business clock follows", load_default="inhouse")
    goal = Share("the share to be answered within it", load_default=0.8)


class BacklogLevels(Section):
    """Levels of the backlog."""

    start = Whole("pressure from here", required=True)
    stop = Whole("no pressure below here, at most `start`", required=True)


class WaitLevels(Section):
    """Levels of the expected wait."""

    start = Duration("pressure from here", required=True)
    stop = Duration("no pressure below here, at most `start`", required=True)


class BreachLevels(Section):
    """Levels of a ticket's chance to miss its target."""

    start = Share("pressure from here", required=True)
    stop = Share("no pressure below here, at most `start`", required=True)


class PressureSection(Section):
    """What turns pressure on and off. Any start level turns it on, all below stop turn it off."""

    backlog = Part(BacklogLevels, "tickets waiting or in work at home", can_be_off=True)
    expected_wait = Part(WaitLevels, "how long the ticket will wait at home", can_be_off=True)
    breach = Part(BreachLevels, "its chance to miss its target at home", can_be_off=True)
    hold = Duration("how long pressure stays on at least; 5m where not said", least=0, most=86400)


class ChannelSection(Section):
    """How customers reach the shop."""

    live = Flag("whether the customer waits on the line")
    target = Part(TargetSection, "when the first answer is due", short="time")
    patience = Duration(
        "how long a customer waits on average; never gives up where null", allow_none=True
    )
    handle_time = Duration("expected work per ticket; only what is measured where not said")
    pressure = Part(PressureSection, "where it differs from the shop's")


class CostSection(Section):
    """What things are worth, in euros a ticket."""

    kept = Number("a ticket that the own team works on", load_default=0.0, most=10_000)
    breach = Number("a missed target", load_default=0.0, most=100_000)
    lost = Number("a customer who gave up", load_default=0.0, most=100_000)


class ClosedSection(Section):
    """What happens to a ticket while the own team is closed."""

    rule = OneOf(
        ("auto", "overflow", "keep"),
        "auto hands over live channels and what would be late after opening; or all, or nothing",
        load_default="auto",
    )
    breach = Share("auto: the chance of being late from which it is handed over", load_default=0.5)


class MoveSection(Section):
    """How often one ticket is moved by the service until it is reopened."""

    out = Whole("to a partner", load_default=1, most=10)
    back = Whole("back home", load_default=1, most=10)
    gain = Number(
        "euros that taking a ticket back because home is free again has to save, where `planning` "
        "is not off",
        load_default=1.0,
        most=10_000,
    )


class AgeSection(Section):
    """How old an input may be before it no longer counts."""

    situation = Duration(
        "a process's view of the shop, 0.1s or more; then it looks again",
        load_default=1.0,
        least=0.1,  # a commit takes milliseconds: a view that ages faster is refused every time
        most=60,
    )
    helpdesk = Duration(
        "no word from the helpdesk; then backlog and wait are unknown", load_default=300.0
    )
    staffing = Duration("declared staffing; then the roster counts", load_default=43200.0)
    handle_time = Duration(
        "a measured handle time; then the expected one counts", load_default=86400.0
    )


class RetrySection(Section):
    """How stubborn the service is with a helpdesk that fails."""

    attempts = Whole(
        "tries until a ticket goes to the dead letters", load_default=8, least=1, most=100
    )
    first = Duration("the first pause", load_default=1.0, most=3600)
    longest = Duration("the longest pause", load_default=300.0, most=86400)
    in_doubt = Duration(
        "how long a request whose answer was lost may still take effect",
        load_default=60.0,
        least=1.0,
        most=600,
    )


class NoteSection(Section):
    """The internal note on a moved ticket."""

    language = OneOf(NOTE_LANGUAGES, "the language of the built-in wording", load_default="en")
    overflow = Template(
        "your own wording when it goes to a partner", slots=NOTE_SLOTS, longest=4000
    )
    recall = Template("your own wording when it comes back", slots=NOTE_SLOTS, longest=4000)


class WordSection(Section):
    """What the service writes into the helpdesk and looks for there."""

    tag = Mark("the tag on what a partner holds", load_default="overflow")
    reason_field = Mark("a field of the helpdesk that is given the reason; none where not said")
    to_partner = Mark("an agent's tag: hand this over", load_default="to-partner")
    keep_here = Mark("an agent's tag: never move this", load_default="keep-here")


class PeakSection(Section):
    """Days on which more than usual arrives, or less. They raise the forecast beforehand.

    One cause counts once: where the days or ramps of a peak overlap, the higher share counts.
    Different peaks multiply, and so do signals.
    """

    name = Text("what it is called in traces and forecasts", required=True, longest=60)
    day = DayText(
        "`2026-11-27`; every year `11-11`, `second sunday of may`, `black friday`, `cyber monday`, "
        "`easter sunday`, `public holiday`, `summer time begins`, `summer time ends`, `clock "
        "change`; each also as `2 days before ...` or `3 days after ...`",
        required=True,
    )
    days = Whole("so many days in a row", load_default=1, least=1, most=MOST_DAYS)
    hours = ClockHours("only from when until when, on the shop's clock: `10:00-14:00`")
    lift = LiftValue(
        "what the usual arrivals are multiplied by: `2.5`, or `{chat: 3, email: 2}` for these "
        "channels only",
        required=True,
    )
    before = Duration(
        "rises to it for so long beforehand", load_default=0.0, least=0, most=MOST_DAYS * 86400
    )
    after = Duration(
        "falls back for so long afterwards", load_default=0.0, least=0, most=MOST_DAYS * 86400
    )


class SignalSection(Section):
    """What something that is told by the API means for the arrivals."""

    when = ConditionText(
        "a signal that is given, `campaign sent`, or what its value has to be, `temperature >= "
        "18`, with `>=`, `>`, `<=`, `<` or `=`",
        required=True,
    )
    lift = LiftValue("what the usual arrivals are multiplied by, as of a peak", required=True)
    lasts = Duration(
        "for so long after it was given, unless whoever gives it says until when",
        required=True,
        least=60,
        most=MOST_DAYS * 86400,
    )


class DefaultSection(Section):
    """What holds for a ticket that does not say."""

    channel = Name("its channel; not needed where there is email, or only one")
    language = Language("its language; its own queue of no language where not said")


class PolicySection(Section):
    """A shop's policy."""

    shop = Name("the shop's name, as in its URL")
    mode = OneOf(
        ("live", "observe", "off"),
        "live moves tickets; observe decides and writes nothing; off leaves them where they are",
        required=True,
    )
    zone = Zone("the shop's time zone", required=True)
    holidays = Part(HolidaySection, "its public holidays")
    helpdesk = Part(HelpdeskSection, "the shop's helpdesk", required=True)
    inhouse = Part(HomeSection, "the own team", required=True)
    partners = Items(Part(PartnerSection), "the external teams", load_default=list, most=50)
    channels = Table(
        Name(), Part(ChannelSection), "the channels the shop has", required=True, least=1
    )
    topics = Items(Topic(), "topics that have a queue of their own", load_default=list)
    default = Part(DefaultSection, "what holds for a ticket that does not say")
    pressure = Part(PressureSection, "what turns overflow on and off, on every channel")
    closed = Part(ClosedSection, "while the own team is closed", short="rule")
    breach_margin = Share(
        "a partner whose chance to be late exceeds home's by more is no relief", load_default=0.05
    )
    costs = Part(CostSection, "what things are worth")
    planning = OneOf(
        ("off", "cost", "service_level"),
        "when to overflow: `off`, at the levels of `pressure`; `cost`, where it costs least; "
        "`service_level`, as little as keeps the goal of each target. A queue without a plan, yet, "
        "goes by `pressure`",
        load_default="off",
    )
    moves = Part(MoveSection, "how often a ticket is moved")
    untouched = Duration(
        "untouched by a partner for so long, in its open hours: taken back", load_default=1800.0
    )
    ages = Part(AgeSection, "how old inputs may be")
    min_samples = Whole(
        "measurements below which a mean is unknown; for the planner, what the times of the policy "
        "weigh against what it learns",
        load_default=20,
        least=1,
        most=10_000,
    )
    retries = Part(RetrySection, "calls to the helpdesk that fail")
    notes = Part(NoteSection, "the internal note")
    words = Part(WordSection, "tags and fields in the helpdesk")
    peaks = Items(Part(PeakSection), "when more than usual arrives", load_default=list)
    signals = Items(
        Part(SignalSection), "what signals from outside mean for the arrivals", load_default=list
    )
    applied = Text("left by `overflow policy apply`, which notices by it what others changed")
