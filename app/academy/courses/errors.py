"""What courses refuse."""

from app.core.errors import Conflict


class PublicationRefused(Conflict):
    """Archiving is for good: its people keep what they have, and the catalogue stays without it."""

    code = "academy.publication_refused"
    title = "An archived course is neither published nor withdrawn"


class AgendaDoesNotFit(Conflict):
    """The agenda has days that the wanted kind of course does not have (A-CRS-04)."""

    code = "academy.agenda_does_not_fit"
    title = "The agenda has more days than this kind of course"
