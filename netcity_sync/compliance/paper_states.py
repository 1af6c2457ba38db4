"""The states that the paper copy of a class's journals goes through, in the words that the service log holds."""

from enum import StrEnum


class PaperState(StrEnum):
    """Made, compared with the GIS, signed by the director, sewn, handed over to the documents clerk: in this order."""

    MADE = "составлено"
    COMPARED = "сверено"
    SIGNED = "подписано"
    SEWN = "прошито"
    HANDED_OVER = "передано"

    @property
    def following(self) -> "PaperState | None":
        """The one that comes next; None after the last."""
        order = list(PaperState)
        place = order.index(self) + 1
        return order[place] if place < len(order) else None


COMPARED_STATES = frozenset(state.value for state in PaperState if state is not PaperState.MADE)
"""Whatever follows the comparison proves it."""
