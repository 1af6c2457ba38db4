"""The school's internal mail: letters, and in which box each reader keeps them; the first letters are invented."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from netcity_sync.simulator.people import Account, Role
from netcity_sync.simulator.school import School

BOXES = ("Inbox", "Sent", "Draft", "Deleted")
SYSTEM = (0, "Администратор системы")

Person = tuple[int, str]


@dataclass(slots=True)
class Letter:
    """A letter; `boxes` tells where each of its people keeps it, `unread` who has not read it yet."""

    id: int
    subject: str
    text: str
    author: Person
    to: tuple[Person, ...]
    sent: datetime
    boxes: dict[int, str]
    unread: set[int]
    files: tuple[str, ...] = ()
    homes: dict[int, str] = field(default_factory=dict)

    @property
    def to_names(self) -> str:
        """Who it was sent to, as one text."""
        return "; ".join(name for _, name in self.to)


@dataclass(slots=True)
class Post:
    """All letters of the school."""

    letters: list[Letter] = field(default_factory=list)

    def of(self, user_id: int, now: datetime) -> list[Letter]:
        """The letters that somebody has by now."""
        return [item for item in self.letters if user_id in item.boxes and item.sent <= now]

    def unread(self, user_id: int, now: datetime) -> list[int]:
        """The ids of the letters in the inbox that somebody has not read."""
        return [item.id for item in self.of(user_id, now) if item.boxes[user_id] == "Inbox" and user_id in item.unread]

    def send(
        self, author: Person, to: tuple[Person, ...], subject: str, text: str, sent: datetime,
        *, files: tuple[str, ...] = (), draft: bool = False,
    ) -> Letter:  # fmt: skip
        """Put a letter into the boxes of all; a draft only into its author's."""
        boxes = {} if draft else {user_id: "Inbox" for user_id, _ in to}
        unread = set(boxes)
        boxes.setdefault(author[0], "Draft" if draft else "Sent")
        letter_id = max((item.id for item in self.letters), default=700_000) + 1
        self.letters.append(Letter(letter_id, subject, text, author, to, sent, boxes, unread, files))
        return self.letters[-1]

    def throw_away(self, letter: Letter, user_id: int) -> None:
        """Move a letter to the deleted ones."""
        if letter.boxes[user_id] != "Deleted":
            letter.homes[user_id] = letter.boxes[user_id]
            letter.boxes[user_id] = "Deleted"

    def bring_back(self, letter: Letter, user_id: int) -> None:
        """Put a deleted letter back where it was."""
        letter.boxes[user_id] = letter.homes.pop(user_id, letter.boxes[user_id])

    def forget(self, letter: Letter, user_id: int) -> None:
        """Delete a deleted letter for good."""
        if letter.boxes[user_id] == "Deleted":
            del letter.boxes[user_id]


def first_letters(school: School, accounts: tuple[Account, ...]) -> list[Letter]:
    """What everybody finds in the mail: from the deputy, from a teacher, and from the system itself."""
    post = Post()
    begin = datetime.combine(school.calendar.start, time(9, 15))
    people = tuple((item.user_id, item.name) for item in accounts)
    deputy = next(item for item in accounts if Role.PRINCIPAL in item.roles)
    teacher = next(item for item in accounts if item.teacher is not None)
    families = tuple((item.user_id, item.name) for item in accounts if item.students and item.teacher is None)
    writer = (deputy.user_id, deputy.name)
    others = tuple(person for person in people if person != writer)
    post.send(writer, others, "Начало учебного года", "<p>Занятия начинаются по расписанию.</p>", begin)
    asked = "<p>Просьба проверить дневник и подписать&nbsp;его.</p>"
    post.send((teacher.user_id, teacher.name), families, "Дневник", asked, begin + timedelta(days=4, hours=6))
    report = "<p>Отчет за неделю готов.</p>"
    post.send(SYSTEM, people, "Отчет о доступе к классному журналу", report, begin + timedelta(days=6, hours=12))
    return post.letters
