"""The words of internal notes: one table a language, the same entries in each.

``{partner}``, ``{home}``, ``{reason}`` and ``{due}`` are filled in by ``notes``. Reasons are the
public codes of decisions; one that a table lacks is written as the code itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Words(NamedTuple):
    """One language."""

    overflow: str
    late_overflow: str
    recall: str
    returned: str
    due: str
    """Follows, where the first answer is still owed."""
    home: str
    """What the shop's own team is called."""
    date: str
    """How a moment is written, as ``strftime`` takes it; the name of the zone follows."""
    reasons: Mapping[str, str]


_EN: Final = Words(
    overflow="{partner} takes over this ticket: {reason}.",
    late_overflow="{partner} takes over this ticket, which has waited here: {reason}.",
    recall="Back from {partner} to {home}: {reason}.",
    returned="{partner} returned this ticket to {home}: {reason}.",
    due="First answer due {due}.",
    home="the shop's own team",
    date="%d %b %Y %H:%M",
    reasons={
        "backlog": "the backlog of this queue is too long",
        "expected_wait": "the expected wait is too long",
        "breach_probability": "it would probably be answered too late here",
        "closed": "the shop's own team is closed",
        "closed_would_breach": "it would be late before the shop's own team opens",
        "nobody_open": "nobody else is open",
        "language": "the shop's own team does not answer in this language",
        "channel": "the shop's own team does not answer on this channel",
        "switched_off": "the team is switched off",
        "full": "the team is full",
        "daily_limit": "the daily limit is reached",
        "pinned_partner": "somebody asked for it",
        "pinned_home": "somebody asked to keep it",
        "manual": "somebody moved it",
        "reopened": "it was reopened and goes back to who handled it",
        "returned": "the partner gave it back",
        "untouched": "nobody has begun to work on it",
    },
)

_DE: Final = Words(
    overflow="{partner} übernimmt dieses Ticket: {reason}.",
    late_overflow="{partner} übernimmt dieses Ticket, das hier gewartet hat: {reason}.",
    recall="Zurück von {partner} an {home}: {reason}.",
    returned="{partner} hat dieses Ticket an {home} zurückgegeben: {reason}.",
    due="Erste Antwort fällig am {due}.",
    home="das eigene Team",
    date="%d.%m.%Y %H:%M",
    reasons={
        "backlog": "in dieser Warteschlange stehen zu viele Tickets",
        "expected_wait": "die erwartete Wartezeit ist zu lang",
        "breach_probability": "es würde hier wahrscheinlich zu spät beantwortet",
        "closed": "das eigene Team hat geschlossen",
        "closed_would_breach": "es wäre überfällig, bevor das eigene Team öffnet",
        "nobody_open": "sonst hat niemand geöffnet",
        "language": "das eigene Team antwortet nicht in dieser Sprache",
        "channel": "das eigene Team antwortet nicht auf diesem Kanal",
        "switched_off": "das Team ist ausgeschaltet",
        "full": "das Team ist voll",
        "daily_limit": "die Tagesgrenze ist erreicht",
        "pinned_partner": "jemand hat darum gebeten",
        "pinned_home": "jemand wollte es hier behalten",
        "manual": "jemand hat es verschoben",
        "reopened": "es wurde wieder geöffnet und geht an den bisherigen Bearbeiter",
        "returned": "der Partner hat es zurückgegeben",
        "untouched": "niemand hat damit begonnen",
    },
)

_NL: Final = Words(
    overflow="{partner} neemt dit ticket over: {reason}.",
    late_overflow="{partner} neemt dit ticket over, dat hier heeft gewacht: {reason}.",
    recall="Terug van {partner} naar {home}: {reason}.",
    returned="{partner} heeft dit ticket teruggegeven aan {home}: {reason}.",
    due="Eerste antwoord uiterlijk {due}.",
    home="het eigen team",
    date="%d-%m-%Y %H:%M",
    reasons={
        "backlog": "in deze wachtrij staan te veel tickets",
        "expected_wait": "de verwachte wachttijd is te lang",
        "breach_probability": "het zou hier waarschijnlijk te laat worden beantwoord",
        "closed": "het eigen team is gesloten",
        "closed_would_breach": "het zou te laat zijn voordat het eigen team opengaat",
        "nobody_open": "verder is niemand open",
        "language": "het eigen team antwoordt niet in deze taal",
        "channel": "het eigen team antwoordt niet op dit kanaal",
        "switched_off": "het team is uitgeschakeld",
        "full": "het team is vol",
        "daily_limit": "de daglimiet is bereikt",
        "pinned_partner": "iemand heeft erom gevraagd",
        "pinned_home": "iemand wilde het hier houden",
        "manual": "iemand heeft het verplaatst",
        "reopened": "het is heropend en gaat terug naar wie het behandelde",
        "returned": "de partner heeft het teruggegeven",
        "untouched": "niemand is eraan begonnen",
    },
)

_FR: Final = Words(
    overflow="{partner} prend ce ticket en charge : {reason}.",
    late_overflow="{partner} prend en charge ce ticket, qui a attendu ici : {reason}.",
    recall="Retour de {partner} vers {home} : {reason}.",
    returned="{partner} a rendu ce ticket à {home} : {reason}.",
    due="Première réponse attendue le {due}.",
    home="l'équipe interne",
    date="%d/%m/%Y %H:%M",
    reasons={
        "backlog": "trop de tickets attendent dans cette file",
        "expected_wait": "l'attente prévue est trop longue",
        "breach_probability": "il recevrait ici probablement une réponse trop tardive",
        "closed": "l'équipe interne est fermée",
        "closed_would_breach": "il serait en retard avant l'ouverture de l'équipe interne",
        "nobody_open": "personne d'autre n'est ouvert",
        "language": "l'équipe interne ne répond pas dans cette langue",
        "channel": "l'équipe interne ne répond pas sur ce canal",
        "switched_off": "l'équipe est désactivée",
        "full": "l'équipe est complète",
        "daily_limit": "la limite du jour est atteinte",
        "pinned_partner": "quelqu'un l'a demandé",
        "pinned_home": "quelqu'un a demandé de le garder",
        "manual": "quelqu'un l'a déplacé",
        "reopened": "il a été rouvert et revient à qui l'a traité",
        "returned": "le partenaire l'a rendu",
        "untouched": "personne n'a commencé à le traiter",
    },
)

LANGUAGES: Final[Mapping[str, Words]] = {"en": _EN, "de": _DE, "nl": _NL, "fr": _FR}
"""By the code a policy names; one that is not here is served in English."""
