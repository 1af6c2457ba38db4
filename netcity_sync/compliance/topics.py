"""LSN: whether topics say what they should: what the plan has, and that pupils were instructed on safety."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache, lru_cache

from netcity_sync.adapters.source import Capability
from netcity_sync.compliance.bench import TOPIC_CHARACTERS, Bench
from netcity_sync.compliance.finding import Place, RuleKind, Severity, Violation
from netcity_sync.compliance.lessons import lesson_words, read_proof
from netcity_sync.compliance.registry import Param, Unit, rule
from netcity_sync.russian import plain, plural
from netcity_sync.settings import Role

_STEM = 5
_SHORT = 3

_TOPICS = """
SELECT h.subject_group_id, h.term_id, h.lesson_id, h.date, h.topic FROM journal j
CROSS JOIN held h ON h.subject_group_id = j.subject_group_id AND h.term_id = j.term_id
CROSS JOIN course c ON c.subject_group_id = j.subject_group_id
WHERE j.fresh AND c.usual AND h.held AND length(trim(coalesce(h.topic, ''))) >= :characters
ORDER BY h.subject_group_id, h.term_id, h.date, h.slot, h.lesson_id
"""
_LESSON = """
SELECT h.lesson_id, h.date, h.slot, h.topic, j.* FROM held h CROSS JOIN journal j USING (subject_group_id, term_id)
WHERE h.subject_group_id = :journal AND h.term_id = :term AND h.lesson_id = :lesson
"""


@rule(
    "LSN-03", clause="4.4", title="Тема не совпадает с КТП или повторяется", kind=RuleKind.STATE,
    severity=Severity.INFO,
    formula="Тема проведённого урока похожа меньше чем на similarity на каждую строку КТП с датой не дальше days дней"
    " от урока, или та же тема стоит в журнале за период больше чем в repeats дней.",
    example="7А, Химия, 14.10 (2-й урок): тема «Повторение» записана уже в 4 дня",
    params=(
        Param("similarity", 0.5, "Какая доля слов темы должна совпасть.", 0, 1),
        Param("days", 14, "На столько дней тема может отстоять от даты по КТП.", 0, 366),
        Param("repeats", 3, "Столько дней с одной темой допустимо.", 1, 100),
    ),
    recipients=(Role.TEACHER, Role.DEPUTY), cadence="w", needs=(Capability.LESSONS, Capability.TOPICS),
)  # fmt: skip
def unlike_plan(bench: Bench) -> Iterator[Violation]:
    """Находит уроки, темы которых нет среди близких по дате строк КТП, и темы, которые повторяются из урока в урок.

    С КТП сравниваются только журналы, у всех строк КТП которых есть даты. Сравниваются основы слов не короче трёх
    букв; совпавшей считается доля слов более короткой из двух тем. Тема, которая и в КТП стоит столько раз, не
    считается повторённой.
    """
    plans = _plans(bench)
    days_of: dict[tuple[int, int, str], set[str]] = defaultdict(set)
    near, similarity, repeats = (bench.param(name) for name in ("days", "similarity", "repeats"))
    for row in bench.rows(_TOPICS, characters=TOPIC_CHARACTERS):
        topic, plan = plain(row["topic"]), plans.get(row["subject_group_id"])
        place = Place(row["subject_group_id"], row["term_id"], row["lesson_id"])
        if plan is not None and not plan.has(topic, row["date"], near, similarity):
            yield _violation(bench, place, f"темы «{row['topic'].strip()}» нет в КТП около этой даты")
        days = days_of[row["subject_group_id"], row["term_id"], topic]
        if row["date"] in days:
            continue
        days.add(row["date"])
        allowed = int(max(repeats, plan.count(topic) if plan is not None else 0))
        if len(days) == allowed + 1:
            count = plural(len(days), "день", "дня", "дней")
            words = f"тема «{row['topic'].strip()}» записана уже в {count}"
            yield _violation(bench, replace(place, key="repeated"), words)


def _violation(bench: Bench, place: Place, words: str) -> Violation:
    (row,) = bench.rows(_LESSON, journal=place.subject_group_id, term=place.term_id, lesson=place.lesson_id)
    return Violation(place, Severity.INFO, f"{lesson_words(row)}: {words}", read_proof(row))


@cache
def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()


class _Plan:
    """The dated topics of a plan."""

    def __init__(self) -> None:
        self._days: dict[str, list[int]] = defaultdict(list)

    def add(self, topic: str, day: str) -> None:
        """Take in a row."""
        self._days[topic].append(_ordinal(day))

    def count(self, topic: str) -> int:
        """How many rows have a topic."""
        return len(self._days.get(topic, ()))

    def has(self, topic: str, day: str, near: float, similarity: float) -> bool:
        """Whether a row near a day has a topic like this one; where no row is near, there is nothing to compare."""
        wanted = _ordinal(day)
        if any(abs(wanted - planned) <= near for planned in self._days.get(topic, ())):
            return True
        close = [text for text, days in self._days.items() if any(abs(wanted - item) <= near for item in days)]
        return not close or any(_alike(topic, text) >= similarity for text in close)


def _plans(bench: Bench) -> Mapping[int, _Plan]:
    plans: dict[int, _Plan] = defaultdict(_Plan)
    for row in bench.rows(
        "SELECT p.subject_group_id, p.topic, p.planned_on FROM course c CROSS JOIN plan_row p USING (subject_group_id)"
        " WHERE c.planned AND c.dated"
    ):
        plans[row["subject_group_id"]].add(plain(row["topic"]), row["planned_on"])
    return dict(plans)


def _alike(one: str, two: str) -> float:
    """The share of the words of the shorter text that the other has too; texts without words are alike."""
    first, second = _stems(one), _stems(two)
    shorter = min(len(first), len(second))
    return len(first & second) / shorter if shorter else 1.0


@lru_cache(maxsize=10_000)
def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:_STEM] for word in re.findall(r"[^\W_]+", text) if len(word) >= _SHORT)


_FIRST_DAYS = """
WITH first AS (
  SELECT c.subject_group_id, l.term_id, min(l.date) AS date
  FROM course c CROSS JOIN journal k USING (subject_group_id)
  CROSS JOIN as_of_lesson l USING (subject_group_id, term_id)
  WHERE c.fresh AND c.usual AND needs_instruction(c.subject_name) GROUP BY c.subject_group_id
  UNION ALL
  SELECT c.subject_group_id, l.term_id, min(l.date) AS date
  FROM course c CROSS JOIN journal k USING (subject_group_id)
  CROSS JOIN as_of_lesson l USING (subject_group_id, term_id)
  WHERE c.fresh AND c.usual AND needs_instruction(c.subject_name)
    AND l.date >= strftime('%Y', c.first_start, '+1 year') || '-01-01' AND strftime('%m', c.first_start) >= '08'
  GROUP BY c.subject_group_id
)
SELECT h.lesson_id, h.date, h.slot, j.* FROM (
  SELECT subject_group_id, term_id, min(lesson_id) AS lesson_id FROM first f
  CROSS JOIN held USING (subject_group_id, term_id, date)
  GROUP BY subject_group_id, term_id, date
  HAVING min(held) AND max(has_topic) AND NOT max(is_instruction(topic))
)
CROSS JOIN journal j USING (subject_group_id, term_id)
CROSS JOIN held h USING (subject_group_id, term_id, lesson_id)
"""
"""The first days of the year, and of its second calendar year, that passed with topics but without an instruction."""


@rule(
    "LSN-06", clause="4.4", title="Нет инструктажа по технике безопасности", kind=RuleKind.STATE,
    severity=Severity.WARN,
    formula="Первый день предмета в учебном году или первый после 1 января прошёл, темы на нём записаны, и ни в одной"
    " нет слов «инструктаж», «охрана труда», «безопасность», «ТБ».",
    example="8А, Химия, 02.09 (1-й урок): в теме нет инструктажа по технике безопасности",
    recipients=(Role.TEACHER,), cadence="p", needs=(Capability.LESSONS, Capability.TOPICS), unit=Unit.YEAR,
)  # fmt: skip
def no_instruction(bench: Bench) -> Iterator[Violation]:
    """Проверяет, что первые уроки физики, химии, биологии, информатики, труда и физкультуры начались с инструктажа.

    Смотрятся темы всех уроков этого дня. Урок без темы — другое замечание (LSN-01).
    """
    for row in bench.rows(_FIRST_DAYS):
        yield Violation(
            Place(row["subject_group_id"], row["term_id"], row["lesson_id"]),
            Severity.WARN,
            f"{lesson_words(row)}: в теме нет инструктажа по технике безопасности",
            read_proof(row),
        )
