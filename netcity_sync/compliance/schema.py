"""The tables of findings and checks, in the mirror's file."""

from sqlite_utils import Database, Migrations

migrations = Migrations("compliance")


@migrations()
def findings_and_checks(db: Database) -> None:
    """A row a finding with its life, a row a check."""
    db.execute(
        """
        CREATE TABLE check_run (
          check_id INTEGER PRIMARY KEY,
          checked_at TEXT NOT NULL,
          run_id INTEGER NOT NULL REFERENCES run(run_id),
          rules TEXT NOT NULL,
          findings INTEGER NOT NULL,
          no_data INTEGER NOT NULL,
          program_version TEXT NOT NULL
        ) STRICT
        """
    )
    db.execute(
        """
        CREATE TABLE finding (
          id TEXT PRIMARY KEY,
          rule TEXT NOT NULL,
          kind TEXT NOT NULL CHECK (kind IN ('state', 'event')),
          clause TEXT NOT NULL,
          title TEXT NOT NULL,
          severity TEXT NOT NULL CHECK (severity IN ('info', 'warn', 'viol', 'crit')),
          message TEXT NOT NULL,
          recipients TEXT NOT NULL,
          place TEXT NOT NULL,
          class_id INTEGER,
          class_name TEXT NOT NULL,
          subject_name TEXT NOT NULL,
          teacher_ids TEXT NOT NULL,
          status TEXT NOT NULL CHECK (status IN ('open', 'fixed')),
          opened_at TEXT NOT NULL,
          fixed_at TEXT,
          episode INTEGER NOT NULL DEFAULT 1,
          proof TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """
    )
    db.execute("CREATE INDEX finding_by_status ON finding (status, rule)")


@migrations()
def former_lives_of_findings(db: Database) -> None:
    """A row a life that ended: what was found, fixed, and found again keeps when that was."""
    db.execute(
        """
        CREATE TABLE finding_past (
          id TEXT NOT NULL,
          opened_at TEXT NOT NULL,
          fixed_at TEXT NOT NULL,
          PRIMARY KEY (id, opened_at)
        ) STRICT, WITHOUT ROWID
        """
    )
