"""What reports are built from: one state of the mirror with the tables that rules look at, prepared once for many."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from netcity_sync.clock import from_unix
from netcity_sync.compliance.bench import Bench, prepare_bench
from netcity_sync.compliance.final_bench import prepare_finals
from netcity_sync.errors import UsageError
from netcity_sync.mirror.snapshot import Snapshot
from netcity_sync.reports.in_focus import IN_FOCUS, focus_values
from netcity_sync.reports.page import Page, page_of
from netcity_sync.reports.period import Period, PeriodKind, period_before
from netcity_sync.reports.request import About, Focus, Request
from netcity_sync.russian import class_key, full_date, full_date_time, initials, plain, plural, some_of
from netcity_sync.settings import Settings

_NAMED = 15
_SCHOOL = Focus()


_OF_CLASS = """EXISTS (
  SELECT 1 FROM class_journal k
  WHERE k.class_id = :class_id AND k.subject_group_id = j.subject_group_id AND k.term_id = j.term_id)"""
"""Of a class are combined journals of other classes too that list its pupils (docs/checks.md «Journals of a class»)."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A state of the mirror, and the bench over it with final marks (`compliance.bench`, `compliance.final_bench`).

    `newest_read` (UTC) is when a journal was last read. `kept` is what one report read and others will ask for too:
    the state stays as it is.
    """

    snapshot: Snapshot
    bench: Bench
    settings: Settings
    newest_read: datetime | None
    kept: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    def page(self, *, landscape: bool = False, kept_years: int = 0) -> Page:
        """The sheet, as the settings want it."""
        return page_of(self.settings.paper, landscape=landscape, kept_years=kept_years)

    @property
    def school(self) -> str:
        """The school's name; «—» where the source does not tell it."""
        rows = self.bench.rows("SELECT name FROM as_of_school")
        return str(rows[0]["name"]) if rows else "—"

    @property
    def year_name(self) -> str:
        """«2026/2027»."""
        rows = self.bench.rows("SELECT name FROM as_of_school_year ORDER BY start DESC LIMIT 1")
        return str(rows[0]["name"]) if rows else "—"

    def facts(self, period: Period, clause: str, *, of_lists: bool = False) -> tuple[tuple[str, str], ...]:
        """What every report says under its title: school, period, as of when, on what ground.

        The data are those of journals, or, of what tells nothing else, those of the lists of classes.
        """
        fresh = (
            "roster_at AS read_at FROM class_read WHERE roster_fresh"
            if of_lists
            else "read_at FROM journal WHERE fresh"
        )
        reads = [row["read_at"] for row in self.bench.rows(f"SELECT {fresh}")]
        return (
            ("Школа", self.school),
            ("Период", " – ".join(dict.fromkeys((full_date(period.first), full_date(period.last))))),
            ("Данные на", f"{self.bench.local(max(reads)):%d.%m.%Y %H:%M}" if reads else "—"),
            ("Основание", f"{self.settings.local_acts.journal}, {clause_words(clause)}"),
        )

    def notes(self, *more: str, period: Period | None = None, focus: Focus = _SCHOOL) -> tuple[str, ...]:
        """What every report ends with: from which run, and which journals of the period in focus were not read."""
        made = self.snapshot.moment.astimezone(self.settings.zone)
        notes = [
            f"Составлено программой netcity_sync по зеркалу журналов, прогон № {self.snapshot.run_id}"
            f" ({made:%d.%m.%Y %H:%M}).",
            *more,
        ]
        if self.old_words:
            notes.append(self.old_words)
        unread = self.unread(period, focus) if period is not None else []
        if unread:
            count = plural(len(unread), "журнал", "журнала", "журналов")
            notes.append(f"Нет данных: не прочитано {count}: {some_of(unread, _NAMED, '; ')}.")
        return tuple(notes)

    @property
    def old_words(self) -> str:
        """What there is to say where the newest read is too old to be taken for the present; else empty."""
        fresh = timedelta(hours=self.settings.checks.stale_after_hours)
        if self.newest_read is None or self.bench.now - self.newest_read <= fresh:
            return ""
        read = full_date_time(self.newest_read, self.settings.zone)
        return f"Журналы читались в последний раз {read}: внесённого позже здесь нет."

    def unread(self, period: Period, focus: Focus = _SCHOOL) -> list[str]:
        """The journals of a period and of what is in focus whose last read failed or is too old."""
        of_class = _OF_CLASS if focus.class_id is not None else IN_FOCUS
        rows = self.bench.rows(
            "SELECT class_name, group_name FROM journal j WHERE NOT fresh AND term_start <= :last"
            f" AND term_end >= :first AND {of_class} ORDER BY grade, class_name, group_name",
            first=period.first.isoformat(), last=period.last.isoformat(), **focus_values(focus),
        )  # fmt: skip
        return [f"{row['class_name']} {row['group_name']}" for row in rows]

    def term_period(self, wanted: str) -> Period:
        """A term by its name or number. Raises UsageError naming those there are."""
        rows = self.bench.rows('SELECT term_id, name, start, "end" AS last FROM as_of_term ORDER BY start, "end"')
        for row in rows:
            if wanted == str(row["term_id"]) or plain(wanted) == plain(row["name"]):
                return Period(
                    PeriodKind.TERM, date.fromisoformat(row["start"]), date.fromisoformat(row["last"]),
                    f"{row['name']} {self.year_name} учебного года", str(row["term_id"]),
                )  # fmt: skip
        known = ", ".join(f"«{row['name']}»" for row in rows)
        raise UsageError(f"Нет учебного периода «{wanted}».", todo=f"Есть: {known}.")

    def year_period(self) -> Period:
        """The school year, from its first term's first day to its last term's last. Raises UsageError without any."""
        row = self.bench.rows('SELECT min(start) AS first, max("end") AS last FROM as_of_term')[0]
        if row["first"] is None:
            raise UsageError("В зеркале нет учебных периодов.", todo="Прочитайте журналы: netcity-sync sync")
        return Period(
            PeriodKind.YEAR, date.fromisoformat(row["first"]), date.fromisoformat(row["last"]),
            f"{self.year_name} учебный год", "year",
        )  # fmt: skip

    def term_before(self, term_id: int) -> int | None:
        """The last term of the same kind that ends before a term begins; None before the first of the year."""
        rows = self.bench.rows(
            "SELECT e.term_id FROM as_of_term t JOIN as_of_term e ON e.kind = t.kind AND NOT e.missing"
            ' AND e."end" < t.start WHERE t.term_id = :term ORDER BY e.start DESC, e.term_id LIMIT 1',
            term=term_id,
        )
        return int(rows[0]["term_id"]) if rows else None

    def period_before(self, period: Period) -> Period | None:
        """What a period is compared with, of whatever kind it is; None before a year and before its first term."""
        if period.kind is not PeriodKind.TERM:
            return period_before(period)
        earlier = self.term_before(int(period.key))
        return self.term_period(str(earlier)) if earlier is not None else None

    def terms_of(self, class_id: int, period: Period) -> tuple[int, ...]:
        """The terms of a class that are judged in a period, in their order: those that end in it.

        A quarter's report so covers the half-year that ends with it, and passes over one that is still under way.
        """
        rows = self.bench.rows(
            "SELECT DISTINCT term_id, term_start FROM journal WHERE class_id = :class_id"
            " AND term_end BETWEEN :first AND :last ORDER BY term_start",
            class_id=class_id, first=period.first.isoformat(), last=period.last.isoformat(),
        )  # fmt: skip
        return tuple(row["term_id"] for row in rows)

    def class_id(self, name: str) -> int:
        """A class of the year by its name. Raises UsageError naming those there are."""
        rows = self.bench.rows("SELECT class_id, class_name FROM class_read ORDER BY grade, class_name")
        for row in rows:
            if class_key(row["class_name"]) == class_key(name):
                return int(row["class_id"])
        raise UsageError(f"Нет класса «{name}».", todo=f"Есть: {', '.join(row['class_name'] for row in rows)}.")

    def whose(self, focus: Focus) -> str:
        """Whose a report is, on paper: «7А класс», «7-е классы», «Учебнова Е. П.», «Химия»; empty for the school."""
        match focus.about:
            case About.CLASS:
                return f"{self.class_name(focus.class_id or 0)} класс"
            case About.GRADE:
                return f"{focus.grade}-е классы"
            case About.TEACHER:
                rows = self.bench.rows("SELECT name FROM as_of_staff WHERE staff_id = :id", id=focus.staff_id)
                return initials(rows[0]["name"]) if rows else "—"
            case About.SUBJECT:
                rows = self.bench.rows(
                    "SELECT subject_name FROM as_of_subject_group WHERE subject_id = :id ORDER BY 1 LIMIT 1",
                    id=focus.subject_id,
                )
                return str(rows[0]["subject_name"]) if rows else "—"
        return ""

    def subtitle(self, request: Request) -> str:
        """«7А класс, за октябрь 2026 г.»; of the school «За октябрь 2026 г.»."""
        whose = self.whose(request.focus)
        return f"{whose}, за {request.period.name}" if whose else f"За {request.period.name}"

    def class_name(self, class_id: int) -> str:
        """What a class of the year is called."""
        rows = self.bench.rows("SELECT class_name FROM class_read WHERE class_id = :id", id=class_id)
        return str(rows[0]["class_name"]) if rows else "—"


def prepare_desk(snapshot: Snapshot, settings: Settings, now: datetime) -> Desk:
    """Make the tables once, for all reports made at `now` (UTC).

    What they tell is as old as the newest read of a journal, and they say so: other reads are stale beside that one,
    not beside `now`. In summer nobody reads, and the year's reports are still to be made.
    """
    newest = _newest_read(snapshot)
    bench = prepare_bench(snapshot, settings, now, read_until=min(now, newest or now))
    prepare_finals(bench)
    return Desk(snapshot, bench, settings, newest)


def _newest_read(snapshot: Snapshot) -> datetime | None:
    row = snapshot.connection.execute(
        "SELECT max(r.ended) FROM main.scope s CROSS JOIN main.scope_read r USING (scope_id)"
        " WHERE s.kind = 'journal' AND r.error IS NULL AND r.run_id <= ?",
        [snapshot.run_id],
    ).fetchone()
    return from_unix(row[0]) if row[0] is not None else None


def clause_words(clause: str) -> str:
    """«пункт 5.2», «пункты 5.1, 5.3»."""
    return f"{'пункты' if ',' in clause else 'пункт'} {clause}"
