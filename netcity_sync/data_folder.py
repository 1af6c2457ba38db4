"""Where every file of an installation lies inside its data folder."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The data folder of one school (docs/data-folder.md). Properties only name places; `prepare` makes them."""

    root: Path

    @property
    def mirror(self) -> Path:
        """The mirror database."""
        return self.root / "mirror.db"

    @property
    def raw(self) -> Path:
        """The raw answers, compressed, by hash."""
        return self.root / "raw.db"

    @property
    def lock(self) -> Path:
        """Held by the one process that may write to the mirror."""
        return self.root / "mirror.lock"

    @property
    def migration_lock(self) -> Path:
        """Held by a process that brings the mirror's tables up to date."""
        return self.root / "migration.lock"

    @property
    def service_lock(self) -> Path:
        """Held by the service for as long as it runs."""
        return self.root / "service.lock"

    @property
    def session(self) -> Path:
        """A session brought over from the browser; a secret."""
        return self.root / "session.json"

    @property
    def outbox(self) -> Path:
        """Messages that wait to be sent; `sent/` below holds those that were."""
        return self.root / "outbox"

    @property
    def digests(self) -> Path:
        """Digests as files."""
        return self.root / "digests"

    @property
    def reports(self) -> Path:
        """Reports as files."""
        return self.root / "reports"

    @property
    def paper(self) -> Path:
        """Paper copies of journals: `<year>/<class>/<term>/`; made with the first of them."""
        return self.root / "paper"

    @property
    def backups(self) -> Path:
        """Backups with their manifests."""
        return self.root / "backups"

    @property
    def archive(self) -> Path:
        """Archives of closed school years, and the acts about those that were destroyed."""
        return self.root / "archive"

    @property
    def archive_lock(self) -> Path:
        """Held by a process that makes an archive or destroys one."""
        return self.root / "archive.lock"

    @property
    def logs(self) -> Path:
        """What the service did, as JSON lines."""
        return self.root / "logs"

    def prepare(self) -> None:
        """Make all folders, readable by their owner only where the system knows such rights."""
        for folder in (self.root, self.outbox, self.digests, self.reports, self.backups, self.archive, self.logs):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
