"""The sentences of internal notes, in every language.

``{partner}``, ``{home}``, ``{reason}`` and ``{due}`` are filled in by ``notes``, the reason from
``reasons``.
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


_EN: Final = Words(
    overflow="{partner} takes over this ticket: {reason}.",
    late_overflow="{partner} takes over this ticket, which has waited here: {reason}.",
    recall="Back from {partner} to {home}: {reason}.",
    returned="{partner} returned this ticket to {home}: {reason}.",
    due="First answer due {due}.",
    home="the shop's own team",
    date="%d %b %Y %H:%M",
)

_DE: Final = Words(
    overflow="{partner} übernimmt dieses Ticket: {reason}.",
    late_overflow="{partner} übernimmt dieses Ticket, das hier gewartet hat: {reason}.",
    recall="Zurück von {partner} an {home}: {reason}.",
    returned="{partner} hat dieses Ticket an {home} zurückgegeben: {reason}.",
    due="Erste Antwort fällig am {due}.",
    home="das eigene Team",
    date="%d.%m.%Y %H:%M",
)

_NL: Final = Words(
    overflow="{partner} neemt dit ticket over: {reason}.",
    late_overflow="{partner} neemt dit ticket over, dat hier heeft gewacht: {reason}.",
    recall="Terug van {partner} naar {home}: {reason}.",
    returned="{partner} heeft dit ticket teruggegeven aan {home}: {reason}.",
    due="Eerste antwoord uiterlijk {due}.",
    home="het eigen team",
    date="%d-%m-%Y %H:%M",
)

_FR: Final = Words(
    overflow="{partner} prend ce ticket en charge : {reason}.",
    late_overflow="{partner} prend en charge ce ticket, qui a attendu ici : {reason}.",
    recall="Retour de {partner} vers {home} : {reason}.",
    returned="{partner} a rendu ce ticket à {home} : {reason}.",
    due="Première réponse attendue le {due}.",
    home="l'équipe interne",
    date="%d/%m/%Y %H:%M",
)

LANGUAGES: Final[Mapping[str, Words]] = {"en": _EN, "de": _DE, "nl": _NL, "fr": _FR}
"""By the code a policy names; one that is not here is served in English."""
