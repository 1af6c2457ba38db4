"""What accounts handed in, kept in memory: files, and answers to assignments."""

from dataclasses import dataclass, field
from datetime import datetime

_FIRST_UPLOAD = 2_000_000_001


@dataclass(slots=True)
class Upload:
    """A file that an account sent; with `assignment_id` it answers that assignment for a pupil."""

    id: int
    guid: str
    owner: int
    name: str
    content: bytes
    description: str
    sent: datetime
    assignment_id: int | None = None
    student_id: int | None = None


@dataclass(slots=True)
class HandedIn:
    """All files and answers of the server."""

    files: dict[int, Upload] = field(default_factory=dict)
    answers: dict[tuple[int, int], tuple[str, datetime]] = field(default_factory=dict)
    count: int = 0

    def keep(self, owner: int, name: str, content: bytes, description: str, sent: datetime) -> Upload:
        """Take a file."""
        upload_id = _FIRST_UPLOAD + self.count
        self.count += 1
        guid = f"{upload_id:08x}-0000-4000-8000-000000000000"
        self.files[upload_id] = Upload(upload_id, guid, owner, name, content, description, sent)
        return self.files[upload_id]

    def find(self, name: str) -> Upload | None:
        """The file of an id or a GUID."""
        return next((item for item in self.files.values() if name in (str(item.id), item.guid)), None)

    def answering(self, assignment_id: int, student_id: int) -> list[Upload]:
        """The files that answer an assignment."""
        wanted = (assignment_id, student_id)
        return [item for item in self.files.values() if (item.assignment_id, item.student_id) == wanted]
