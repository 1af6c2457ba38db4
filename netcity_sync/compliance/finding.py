"""What a check answers with: findings and gaps in the data, as data."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from netcity_sync.settings import Role


class Severity(StrEnum):
    """How grave a finding is, mildest first (rules.md §1)."""

    INFO = "info"
    WARN = "warn"
    VIOL = "viol"
    CRIT = "crit"

    @property
    def rank(self) -> int:
        """0 for the mildest; larger is graver."""
        return list(Severity).index(self)


class RuleKind(StrEnum):
    """Whether a finding speaks of what is true now, or of something that happened (docs/checks.md)."""

    STATE = "state"
    EVENT = "event"


class FindingStatus(StrEnum):
    """How far a finding's life has come, as it is kept; how it stands today is `life.Standing`.

    `ENDED`: its journal is none of the year's any more, so that nobody can say whether it was mended.
    """

    OPEN = "open"
    FIXED = "fixed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rule is broken; null where a part does not apply. Together with the rule it names the finding.

    `class_id` and `staff_id` name what lies in no journal; `day` is the date that it is about, `key` whatever else
    tells it from others of its rule, such as the number of a row of the plan: nothing that changes while it stays the
    same.
    """

    subject_group_id: int | None = None
    term_id: int | None = None
    lesson_id: int | None = None
    student_id: int | None = None
    assignment_id: int | None = None
    class_id: int | None = None
    staff_id: int | None = None
    day: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """What a finding rests on.

    `read_run` and `read_at` (UTC) are the read it was made from. For an entry that came late `lower` and `upper`
    (UTC) are the reads without and with it, `deadline` (UTC) is what it missed.
    `facts` are counts in words, such as («уроков проведено», «9»).
    """

    read_run: int
    read_at: str
    payload_hash: str | None = None
    deadline: str | None = None
    lower: str | None = None
    upper: str | None = None
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Whose:
    """Who has to do with a finding: it is shown to those who have that class, subject or number (`delivery.area`)."""

    class_id: int | None = None
    class_name: str = ""
    subject_name: str = ""
    teacher_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Violation:
    """What a rule yields: a place, how grave, a Russian sentence, and its proof.

    `whose` is given where it is not as the journal of the place, or its class, says: a substitute's, a teacher's.
    `act` is the local act that it is held to: the check adds it, no rule does. `kind` is given where a rule about a
    state finds what nobody can mend any more: it has no age then, and still closes itself when it is no longer so.
    """

    place: Place
    severity: Severity
    message: str
    proof: Proof
    whose: Whose | None = None
    act: str = ""
    kind: RuleKind | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A violation with its life: the same place broken at the next check is the same finding.

    Moments are UTC. `class_name`, `subject_name` and `teacher_ids` tell whose it is; `act` is the local act behind it,
    empty in findings of programs that did not note it.
    `first_day` and `last_day` are what it is about: its lesson's date, for a pupil without a lesson the term, or null.
    `fixed_at` is when it was closed, mended or not (`status`): `seen_run` is the last read that still saw it,
    `fixed_run` the one that no longer did. `unjudged` says why the last check could not judge it, null where it could.
    """

    id: str
    rule: str
    kind: RuleKind
    clause: str
    title: str
    severity: Severity
    message: str
    recipients: tuple[Role, ...]
    place: Place
    class_id: int | None
    class_name: str
    subject_name: str
    teacher_ids: tuple[int, ...]
    status: FindingStatus
    opened_at: datetime
    fixed_at: datetime | None
    proof: Proof
    act: str = ""
    first_day: date | None = None
    last_day: date | None = None
    seen_run: int | None = None
    fixed_run: int | None = None
    unjudged: str | None = None


@dataclass(frozen=True, slots=True)
class NoData:
    """A place that a rule could not judge, and why, in a Russian sentence a deputy understands."""

    rule: str
    place: Place
    reason: str
