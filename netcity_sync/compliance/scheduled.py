"""CTL: assessment works that the plan sets for a day, and when they were written."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from netcity_sync.adapters.source import Capability
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.finding import Place, RuleKind, Severity, Violation
from netcity_sync.compliance.lessons import journal_words, read_proof
from netcity_sync.compliance.registry import Applies, Param, Unit, rule
from netcity_sync.russian import day_month
from netcity_sync.settings import Role

_NAMED_WITHIN = timedelta(days=31)
"""A work further away than this is hardly the planned one."""

_PLANNED = """
SELECT c.*, p.planned_on, max(j.term_start) AS start, j.term_id,
  (SELECT min(local_date(k.read_at)) FROM journal k WHERE k.subject_group_id = c.subject_group_id) AS seen_to
FROM course c
CROSS JOIN plan_row p ON p.subject_group_id = c.subject_group_id
CROSS JOIN journal j ON j.subject_group_id = c.subject_group_id AND j.term_start <= p.planned_on
WHERE c.fresh AND c.planned AND j.marked AND p.work IN ('control', 'assessment')
GROUP BY c.subject_group_id, p.planned_on ORDER BY c.subject_group_id, p.planned_on
"""
"""The days of works by the plan, each with its term; `seen_to` is the day of the oldest of the journal's reads."""

_WRITTEN = """
SELECT l.subject_group_id, l.date
FROM journal j CROSS JOIN as_of_lesson l USING (subject_group_id, term_id)
WHERE j.marked AND (speaks_of_assessment(l.topic) OR EXISTS (
  SELECT 1 FROM as_of_assignment a CROSS JOIN as_of_assignment_type t USING (type_id)
  WHERE a.subject_group_id = l.subject_group_id AND a.term_id = l.term_id AND a.lesson_id = l.lesson_id
    AND NOT a.homework AND is_assessment(t.name)))
GROUP BY l.subject_group_id, l.date ORDER BY l.date
"""
"""Days with a work; what has vanished, unconfirmed, speaks for the teacher."""


@dataclass(frozen=True, slots=True)
class _Course:
    """A journal: the days of works by its plan, and those on which works were written."""

    planned: list[sqlite3.Row]
    written: list[date]

    def unanswered(self, window: timedelta) -> Iterator[tuple[sqlite3.Row, date | None]]:
        """The planned days without a work near them, with the work outside the window that may be meant."""
        free, missed = list(self.written), list[sqlite3.Row]()
        for row in self.planned:
            day = date.fromisoformat(row["planned_on"])
            answer = next((item for item in free if abs(item - day) <= window), None)
            if answer is not None:
                free.remove(answer)
            elif (day + window).isoformat() < row["seen_to"]:
                missed.append(row)
        for row in missed:
            day = date.fromisoformat(row["planned_on"])
            near = [item for item in free if abs(item - day) <= _NAMED_WITHIN and item.isoformat() < row["seen_to"]]
            meant = min(near, key=lambda item: abs(item - day), default=None)
            if meant is not None:
                free.remove(meant)
            yield row, meant


@rule(
    "CTL-05", clause="4.4", title="Контрольная по графику не проведена или проведена вне графика",
    kind=RuleKind.STATE, severity=Severity.WARN,
    formula="В КТП у строки с контрольной или оценочной работой стоит дата, а в журнале нет оценочной работы ни в этот"
    " день, ни за days дней до него и после; эти дни прошли до последнего чтения. Одна работа отвечает за одну дату.",
    example="7А, Алгебра: контрольная работа по графику 15.11, проведена 27.11",
    params=(Param("days", 3, "На сколько дней работа может отойти от даты по графику.", 0, 60),),
    recipients=(Role.TEACHER, Role.DEPUTY), cadence="w",
    needs=(Capability.LESSONS, Capability.TOPICS, Capability.MARKS, Capability.PLAN), applies=Applies.MARKED,
    unit=Unit.YEAR,
)  # fmt: skip
def off_schedule(bench: Bench) -> Iterator[Violation]:
    """Сравнивает даты контрольных и оценочных работ в КТП с журналом.

    Графиком считается КТП из папки обмена. Работу в журнале узнают по типу колонки или по словам темы: «контрольная»,
    «проверочная», «диагностика», «диктант», «изложение», «сочинение», «тест», «зачёт». Если ближайшая лишняя работа
    отстоит от даты не больше чем на месяц, она названа: скорее всего, это перенесённая.
    """
    window = timedelta(days=bench.param("days"))
    planned, written = defaultdict[int, list[sqlite3.Row]](list), defaultdict[int, list[date]](list)
    for row in bench.rows(_PLANNED):
        planned[row["subject_group_id"]].append(row)
    for row in bench.rows(_WRITTEN):
        written[row["subject_group_id"]].append(date.fromisoformat(row["date"]))
    for group, rows in planned.items():
        for row, meant in _Course(rows, written[group]).unanswered(window):
            how = f"проведена {day_month(meant)}" if meant is not None else "не проведена"
            day = day_month(date.fromisoformat(row["planned_on"]))
            yield Violation(
                Place(group, row["term_id"], day=row["planned_on"]),
                Severity.WARN,
                f"{journal_words(row)}: контрольная работа по графику {day}, {how}",
                read_proof(row),
            )
