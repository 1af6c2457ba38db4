"""How long what is archived must be kept: date arithmetic, the same for covers, rules and the register of terms."""

from datetime import date


def keep_until(year_end: date, years: int) -> date:
    """The last day of keeping what belongs to a school year that ends on `year_end`.

    Whole years are counted from 1 January after the calendar year in which it ends (reports.md §2.1): for five years
    the journals of 2026/2027 are kept till 31.12.2032.
    """
    return date(year_end.year + years, 12, 31)
