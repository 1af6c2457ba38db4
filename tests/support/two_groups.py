"""One class in two subgroups of a subject, with a report on access: what look-ups and histories must tell apart."""

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from netcity_sync.adapters.source import Capability, Page
from netcity_sync.model import Dictionaries, Journal, JournalAccess
from support.school import CLASS, GROUP, Book, BookSource, Trial

SECOND = 701


@dataclass
class TwoGroups(BookSource):
    """The first subgroup is the book's, the second has one of its own; `lines` are those of the report on access."""

    book: Book
    second: Book
    lines: list[JournalAccess] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(self.book)
        self.capabilities = BookSource.capabilities | {Capability.JOURNAL_ACCESS}

    def read_dictionaries(self) -> Page[Dictionaries]:
        content = super().read_dictionaries().content
        (group,) = content.subject_groups
        groups = (
            group.model_copy(update={"name": "Английский язык/1 группа", "subject_name": "Английский язык"}),
            group.model_copy(
                update={
                    "id": SECOND, "name": "Английский язык/2 группа", "subject_name": "Английский язык",
                    "teacher_ids": (12,),
                }
            ),
        )  # fmt: skip
        changed = content.model_copy(update={"subject_groups": groups})
        return Page(changed, changed.model_dump_json().encode())

    def read_journal(self, subject_group_id: int, term_id: int) -> Page[Journal]:
        self._fail("journal")
        book = self.book if subject_group_id == GROUP else self.second
        content = book.page().model_copy(update={"subject_group_id": subject_group_id})
        return Page(content, content.model_dump_json().encode())

    def read_journal_access(self, class_id: int, first: date, last: date) -> Page[tuple[JournalAccess, ...]]:
        assert class_id == CLASS
        self._fail("access")
        content = tuple(line for line in self.lines if first <= line.at.date() <= last)
        return Page(content, repr(content).encode())

    def touch(self, at: str, lesson: str | None, action: str = "Изменение оценок") -> None:
        """A line: who did what at `09-15T12:00` about the lesson of `09-14`."""
        self.lines.append(
            JournalAccess(
                class_name="7А", subject_name="Английский язык", at=datetime.fromisoformat(f"2026-{at}"),
                user_name="Учебнова Елена Петровна",
                lesson_date=date.fromisoformat(f"2026-{lesson}") if lesson else None, term_name="1 четверть",
                action=action,
            )
        )  # fmt: skip


def two_groups(folder: Path, first: Book, second: Book) -> tuple[Trial, TwoGroups]:
    """A trial that reads both subgroups."""
    tried = Trial(folder, first)
    source = TwoGroups(first, second)
    tried.source = source
    return tried, source
