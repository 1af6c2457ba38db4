"""FIN: when final marks were changed, marks entered at the last moment, and what the final marks of a class come to."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from itertools import groupby, pairwise

from netcity_sync.adapters.source import Capability
from netcity_sync.clock import from_unix, utc_text
from netcity_sync.compliance.bench import Bench
from netcity_sync.compliance.final_bench import DAYS_BEFORE, OVER, fill_due
from netcity_sync.compliance.final_marks import pupil_words, term_words
from netcity_sync.compliance.finding import Place, Proof, RuleKind, Severity, Violation
from netcity_sync.compliance.lessons import read_proof
from netcity_sync.compliance.registry import Applies, Param, Unit, rule
from netcity_sync.russian import local_time, number, plural, short_name, some_of
from netcity_sync.school_days import local_moment
from netcity_sync.settings import Role

_NAMED = 5
"""So many pupils of a finding are named, the others counted."""
_NEEDS = (Capability.LESSONS, Capability.MARKS, Capability.TERM_MARKS)

_CHANGED = """
WITH last_term AS MATERIALIZED (
  SELECT subject_group_id, max(term_start) AS term_start FROM journal GROUP BY subject_group_id
), change AS MATERIALIZED (
  SELECT old.subject_group_id, old.term_id, old.student_id, old.kind, old.value AS was, new.value, new.raw,
    new.seen_from IS NULL AS removed, r.final_scope_id,
    coalesce(new.seen_from, old.missing_from, old.seen_to) AS seen_run,
    coalesce(old.missing_from, old.seen_to) AS gone_run
  FROM final_read r
  CROSS JOIN main.final_mark old ON old.subject_group_id = r.subject_group_id
  LEFT JOIN main.final_mark new
    ON new.subject_group_id = old.subject_group_id AND new.student_id = old.student_id AND new.kind = old.kind
    AND new.term_id = old.term_id AND new.seen_from = (
      SELECT min(seen_from) FROM main.final_mark following
      WHERE following.subject_group_id = old.subject_group_id AND following.student_id = old.student_id
        AND following.kind = old.kind AND following.term_id = old.term_id AND following.seen_from > old.seen_from
        AND following.seen_from <= :run)
  WHERE old.kind IN ('term', 'year') AND old.value IS NOT NULL AND old.seen_to <= :run AND new.value IS NOT old.value
), seen AS MATERIALIZED (
  SELECT change.*, upper.began AS upper, (
    SELECT before.ended FROM main.scope_read before
    WHERE before.scope_id = change.final_scope_id AND before.run_id < change.gone_run AND before.error IS NULL
    ORDER BY before.run_id DESC LIMIT 1
  ) AS lower
  FROM change
  CROSS JOIN main.scope_read upper ON upper.scope_id = change.final_scope_id AND upper.run_id = change.seen_run
  WHERE NOT upper.anew
)
SELECT * FROM (
  SELECT c.was, c.value, c.raw, c.removed, c.kind AS final_kind, c.student_id, c.lower, c.upper, c.seen_run, s.name,
    j.*, row_number() OVER (PARTITION BY c.subject_group_id, c.term_id, c.student_id, c.kind ORDER BY c.seen_run)
      AS place
  FROM seen c
  JOIN last_term l ON l.subject_group_id = c.subject_group_id
  JOIN journal j ON j.subject_group_id = c.subject_group_id
    AND (c.kind = 'term' AND j.term_id = c.term_id OR c.kind = 'year' AND j.term_start = l.term_start)
  JOIN listed p ON p.subject_group_id = j.subject_group_id AND p.term_id = j.term_id AND p.student_id = c.student_id
  JOIN final_due d ON d.class_id = p.own_class_id AND d.term_id = j.term_id
  LEFT JOIN as_of_student s ON s.student_id = c.student_id
  WHERE j.marked AND c.lower > d.closed
) WHERE place = 1
"""
"""Final marks that certainly became another one, or were taken away, after they were due and the term was over."""


@rule(
    "FIN-07", clause="6.4", title="Итоговая отметка изменена после срока", kind=RuleKind.EVENT, severity=Severity.CRIT,
    formula="Итоговая отметка 1–5 за период или год стала другой или исчезла (и это подтверждено), а в чтении после"
    " срока и конца периода ещё стояла прежняя. Без приказа срок — за days_before учебных дней до последнего.",
    example="8А, Химия (1 четверть): Иванов И. — итоговая отметка 3 исправлена на 4, 28.10 21:00 ещё стояла прежняя",
    params=(DAYS_BEFORE,), settings=("deadlines.marks",),
    recipients=(Role.DEPUTY, Role.DIRECTOR), cadence="d", needs=_NEEDS, applies=Applies.MARKED,
)  # fmt: skip
def changed_final(bench: Bench) -> Iterator[Violation]:
    """Находит итоговые отметки, которые точно изменены или убраны после срока и конца периода.

    Точно — значит, после этого итоговые отметки читались, и прежняя ещё стояла. Отметка вместо «н/а» не считается
    изменением: задолженность можно ликвидировать.
    """
    fill_due(bench)
    for row in bench.rows(_CHANGED, run=bench.run_id):
        lower, upper = from_unix(row["lower"]), from_unix(row["upper"])
        year = row["final_kind"] == "year"
        yield Violation(
            Place(row["subject_group_id"], row["term_id"], student_id=row["student_id"], key="year" if year else None),
            Severity.CRIT,
            f"{pupil_words(row)} — {'годовая' if year else 'итоговая'} отметка {row['was']} {_change_words(row)},"
            f" {local_time(lower, bench.settings.zone)} ещё стояла прежняя",
            Proof(row["seen_run"], utc_text(upper), lower=utc_text(lower), upper=utc_text(upper)),
        )


def _change_words(row: sqlite3.Row) -> str:
    if row["removed"]:
        return "убрана"
    return f"исправлена на {row['value']}" if row["value"] is not None else "заменена текстом"


_RUSH = """
WITH given AS MATERIALIZED (
  SELECT r.subject_group_id, r.term_id, count(*) AS marks, sum(m.seen_from >= r.first_run AND NOT EXISTS (
      SELECT 1 FROM main.mark v WHERE v.subject_group_id = m.subject_group_id AND v.term_id = m.term_id
        AND v.student_id = m.student_id AND v.assignment_id = m.assignment_id AND v.lesson_id = m.lesson_id
        AND v.value IS NOT NULL AND v.seen_from < r.first_run
    )) AS late_marks
  FROM rush r
  CROSS JOIN as_of_mark m ON m.subject_group_id = r.subject_group_id AND m.term_id = r.term_id
  WHERE m.value IS NOT NULL AND NOT m.missing
  GROUP BY r.subject_group_id, r.term_id
)
SELECT g.marks, g.late_marks, j.* FROM given g JOIN journal j USING (subject_group_id, term_id)
WHERE g.marks >= :marks AND g.late_marks >= :share * g.marks
"""
"""Journals of terms that are over with many marks that were certainly entered in the last days, or later."""

_RUSH_RUNS = """
INSERT INTO rush SELECT * FROM (
  SELECT k.subject_group_id, k.term_id, (
    SELECT min(run_id) FROM main.scope_read
    WHERE scope_id = k.scope_id AND run_id > k.quiet_run AND run_id <= :run AND error IS NULL
  ) AS first_run
  FROM (
    SELECT j.subject_group_id, j.term_id, j.scope_id, max(
        (SELECT run_id FROM main.scope_read
         WHERE scope_id = j.scope_id AND ended >= :moment AND run_id <= :run AND error IS NULL ORDER BY run_id LIMIT 1),
        coalesce((SELECT max(run_id) FROM main.scope_read WHERE scope_id = j.scope_id AND anew AND run_id <= :run), 0)
      ) AS quiet_run
    FROM journal j
    WHERE j.term_id = :term AND j.marked AND j.fresh AND j.term_end < local_date(j.read_at)
  ) k
) WHERE first_run IS NOT NULL
"""
"""The first run that saw each journal after it had been read in those days, and after its history was parsed anew."""


@rule(
    "FIN-09", clause="6.4", title="Пачка отметок перед концом периода", kind=RuleKind.STATE, severity=Severity.INFO,
    formula="Период кончился, в журнале не меньше marks отметок, и доля share или больше точно внесена в последние"
    " days учебных дней периода или позже.",
    example="8А, Химия (1 четверть): 19 отметок из 41 внесены за 3 последних дня периода или позже (46 %)",
    params=(
        Param("days", 3, "Сколько последних учебных дней периода считаются.", 1, 60),
        Param("share", 0.4, "Какая доля отметок заметна.", 0, 1),
        Param("marks", 10, "Меньше отметок не судят.", 1, 1000),
    ),
    recipients=(Role.DEPUTY,), cadence="p", needs=(Capability.LESSONS, Capability.MARKS), applies=Applies.MARKED,
)  # fmt: skip
def last_minute_marks(bench: Bench) -> Iterator[Violation]:
    """Находит журналы, значительная часть отметок которых внесена перед самым концом периода или после него.

    Считаются отметки, которых в чтении, сделанном уже в эти дни, ещё не было.
    """
    _fill_rush(bench, int(bench.param("days")))
    for row in bench.rows(_RUSH, share=bench.param("share"), marks=bench.param("marks")):
        share = number(100 * row["late_marks"] / row["marks"], 0)
        late = plural(row["late_marks"], "отметка", "отметки", "отметок")
        verb = "внесена" if late.endswith("отметка") else "внесены"
        days = plural(int(bench.param("days")), "последний день", "последних дня", "последних дней")
        yield Violation(
            Place(row["subject_group_id"], row["term_id"]),
            Severity.INFO,
            f"{term_words(row)}: {late} из {row['marks']} {verb} за {days} периода или позже ({share} %)",
            read_proof(row, ("Отметок", str(row["marks"])), ("Из них поздних", str(row["late_marks"]))),
        )


def _fill_rush(bench: Bench, count: int) -> None:
    """From which run on a mark that is new was certainly entered in the last school days of the term, or later."""
    bench.connection.execute("DROP TABLE IF EXISTS temp.rush")
    bench.connection.execute(
        "CREATE TEMP TABLE rush (subject_group_id INTEGER, term_id INTEGER, first_run INTEGER,"
        " PRIMARY KEY (subject_group_id, term_id)) WITHOUT ROWID"
    )
    for row in bench.rows("SELECT DISTINCT term_id, term_start, term_end FROM journal"):
        days = bench.school_days.within(date.fromisoformat(row["term_start"]), date.fromisoformat(row["term_end"]))
        if len(days) >= count:
            moment = local_moment(days[-count], time(), bench.settings.zone)
            values = {"term": row["term_id"], "moment": int(moment.timestamp()), "run": bench.run_id}
            bench.connection.execute(_RUSH_RUNS, values)


@dataclass(frozen=True, slots=True)
class _Pupil:
    """A pupil's final marks of a term: `whole` where every marked journal that lists the pupil has one."""

    name: str
    whole: bool
    bad: int
    not_attested: int
    threes: int
    fours: int

    @property
    def good(self) -> bool:
        """Whether all of them are «4» and «5»."""
        return not (self.bad or self.not_attested or self.threes)


@dataclass(frozen=True, slots=True)
class _ClassTerm:
    """The final marks of a class in a term that is over."""

    class_id: int
    class_name: str
    term_id: int
    term_name: str
    proof: Proof
    pupils: tuple[_Pupil, ...]

    @property
    def whole(self) -> list[_Pupil]:
        """The pupils who have all of theirs."""
        return [pupil for pupil in self.pupils if pupil.whole]


_OF_CLASSES = f"""
SELECT c.class_id, c.class_name, j.term_id, j.term_name, j.term_start, p.student_id, s.name, count(*) AS journals,
  sum(f.student_id IS NOT NULL) AS finals, coalesce(sum(f.value <= 2), 0) AS bad,
  coalesce(sum(f.not_attested), 0) AS not_attested, coalesce(sum(f.value = 3), 0) AS threes,
  coalesce(sum(f.value = 4), 0) AS fours, max(fr.final_run) AS final_run, max(fr.final_at) AS final_at
FROM pupil p
CROSS JOIN journal j ON j.subject_group_id = p.subject_group_id AND j.term_id = p.term_id
JOIN class_read c ON c.class_id = p.own_class_id AND c.fresh AND c.roster_fresh AND c.finals_fresh
JOIN final_read fr ON fr.subject_group_id = p.subject_group_id
LEFT JOIN final f ON f.subject_group_id = p.subject_group_id AND f.term_id = p.term_id
  AND f.student_id = p.student_id AND f.kind = 'term' AND NOT f.missing
LEFT JOIN as_of_student s ON s.student_id = p.student_id
WHERE j.marked AND {OVER} AND (j.class_id = c.class_id OR EXISTS (
  SELECT 1 FROM journal own WHERE own.class_id = c.class_id AND own.term_id = j.term_id AND own.marked))
GROUP BY c.class_id, j.term_id, p.student_id
ORDER BY c.class_id, j.term_start, j.term_id, s.name
"""


def _class_terms(bench: Bench) -> Iterator[_ClassTerm]:
    """Classes whose journals and final marks are all fresh, with their terms in order."""
    for _, found in groupby(bench.rows(_OF_CLASSES), key=lambda row: (row["class_id"], row["term_id"])):
        rows = list(found)
        run, at = max(row["final_run"] for row in rows), max(row["final_at"] for row in rows)
        pupils = tuple(
            _Pupil(
                short_name(row["name"] or ""), row["finals"] == row["journals"], row["bad"], row["not_attested"],
                row["threes"], row["fours"],
            )
            for row in rows
        )  # fmt: skip
        first = rows[0]
        yield _ClassTerm(
            first["class_id"], first["class_name"], first["term_id"], first["term_name"],
            Proof(run, utc_text(from_unix(at))), pupils,
        )  # fmt: skip


@rule(
    "FIN-11", clause="5.3", title="Неуспевающие и резерв", kind=RuleKind.STATE, severity=Severity.INFO,
    formula="Период кончился: кто не успевает («2»), кто не аттестован («н/а»), у кого одна «3» или одна «4»"
    " (если выставлены все итоговые отметки ученика).",
    example="7Б (1 четверть): «2» — 1 ученик (Иванов И.); с одной «3» — 2 ученика (Петрова А., Сидоров С.)",
    recipients=(Role.CLASS_TEACHER, Role.DEPUTY), cadence="p", needs=_NEEDS, unit=Unit.CLASS, about_pupils=True,
)  # fmt: skip
def lists_of_a_class(bench: Bench) -> Iterator[Violation]:
    """Составляет для классного руководителя списки: неуспевающие, не аттестованные и резерв хорошистов и отличников.

    Резерв — у кого до «4 и 5» или до одних «5» не хватает одной отметки.
    """
    for item in _class_terms(bench):
        lists = (
            ("«2»", [one.name for one in item.pupils if one.bad]),
            ("«н/а»", [one.name for one in item.pupils if one.not_attested]),
            ("с одной «3»", [one.name for one in item.whole if one.threes == 1 and not (one.bad or one.not_attested)]),
            ("с одной «4»", [one.name for one in item.whole if one.fours == 1 and one.good]),
        )
        parts = [
            f"{what} — {plural(len(names), 'ученик', 'ученика', 'учеников')} ({some_of(names, _NAMED)})"
            for what, names in lists
            if names
        ]
        if parts:
            yield Violation(
                Place(class_id=item.class_id, key=str(item.term_id)),
                Severity.INFO,
                f"{item.class_name} ({item.term_name}): {'; '.join(parts)}",
                item.proof,
            )


@rule(
    "FIN-12", clause="5.3", title="Снижение качества знаний", kind=RuleKind.STATE, severity=Severity.INFO,
    formula="Доля учеников класса, у которых все итоговые «4» и «5», меньше, чем в предыдущем периоде, больше чем на"
    " points пунктов. Сравнивают, если в обоих периодах все отметки есть не меньше чем у pupils учеников и доли whole.",
    example="8А: качество 62 % (1 четверть) → 47 % (2 четверть), меньше на 15 п.",
    params=(
        Param("points", 10.0, "Какое снижение в процентных пунктах незаметно.", 0, 100),
        Param("pupils", 10, "Скольких учеников с полными отметками достаточно.", 1, 100),
        Param("whole", 0.8, "У какой доли класса отметки должны быть полными.", 0, 1),
    ),
    recipients=(Role.DEPUTY, Role.DIRECTOR), cadence="p", needs=_NEEDS, unit=Unit.CLASS, about_pupils=True,
)  # fmt: skip
def worse_than_before(bench: Bench) -> Iterator[Violation]:
    """Находит классы, где доля хорошистов и отличников заметно упала по сравнению с предыдущим периодом."""
    for _, found in groupby(_class_terms(bench), key=lambda item: item.class_id):
        for before, after in pairwise(found):
            if not (_enough(bench, before) and _enough(bench, after)):
                continue
            was, now = _quality(before), _quality(after)
            if was - now > bench.param("points") + 1e-9:
                points = number(was - now, 0)
                yield Violation(
                    Place(class_id=after.class_id, key=str(after.term_id)),
                    Severity.INFO,
                    f"{after.class_name}: качество {number(was, 0)} % ({before.term_name}) → {number(now, 0)} %"
                    f" ({after.term_name}), меньше на {points} п.",
                    after.proof,
                )


def _enough(bench: Bench, item: _ClassTerm) -> bool:
    whole = len(item.whole)
    return whole >= bench.param("pupils") and whole >= bench.param("whole") * len(item.pupils)


def _quality(item: _ClassTerm) -> float:
    return 100 * sum(pupil.good for pupil in item.whole) / len(item.whole)
