"""Tables of the exchange folder as of their last good takes, matched to the mirror's people (docs/checks.md «Taken»).

| table | a row a … | holds |
|---|---|---|
| `dictionary_read` | the dictionaries | their last good read, and whether that is fresh; no row before the first |
| `taken` | table of the folder that was ever taken | its last good take, and the last day of which it tells |
| `known_pupil` | pupil on the roster of a class | the class, its roster's read, how many in it bear the same name |
| `opted` | pupil whose family declined the diary | the application in force on the table's day, its last letter |
| `issued` | person and kind of account | that access was ever handed out |
| `activity` | account in the table of sign-ins | from and up to which day it is told of, sign-ins, the last one |

People of tables are named by texts: `class_key` and `name_key` are what they are compared by. Days are texts.
"""

import sqlite3
from dataclasses import dataclass
from datetime import date

from netcity_sync.adapters.exchange.files import FILES
from netcity_sync.clock import from_utc_text
from netcity_sync.compliance.finding import Proof
from netcity_sync.compliance.sql_functions import add_function
from netcity_sync.russian import class_key, plain
from netcity_sync.school_days import local_date
from netcity_sync.settings import Settings

TABLES = {spec.capability: spec.title for spec in FILES}
"""What the folder can tell, and what its table is called."""

STALE_DAYS = "stale_days"
"""The name of a rule's number: beyond so many days what a table of the folder tells is no data."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The last good take of a table, and the last day of which it tells: nothing is judged as of a later one."""

    day: date
    proof: Proof


def prepare_handed(connection: sqlite3.Connection, settings: Settings, run_id: int, stale: int) -> None:
    """Make the tables for a check of the state after a run; reads before `stale` (seconds UTC) are not fresh."""
    add_function(connection, "class_key", class_key)
    add_function(connection, "plain", plain)
    add_function(connection, "day_of", lambda text: local_date(from_utc_text(text), settings.zone).isoformat())
    connection.execute(_DICTIONARY_READ, {"run": run_id, "stale": stale})
    connection.execute(_TAKEN)
    connection.execute(_KNOWN_PUPIL)
    connection.execute("CREATE INDEX temp.known_pupil_name ON known_pupil (class_key, name_key)")
    connection.execute(_OPTED)
    connection.execute(_ISSUED)
    connection.execute(_ACTIVITY)
    connection.execute("CREATE INDEX temp.issued_name ON issued (recipient, name_key)")
    connection.execute("CREATE INDEX temp.activity_name ON activity (user, class_key, name_key)")


_DICTIONARY_READ = """
CREATE TEMP TABLE dictionary_read AS
SELECT r.run_id AS read_run, r.ended AS read_at, NULL AS payload_hash, r.ended >= :stale AND r.run_id =
    (SELECT max(run_id) FROM main.scope_read WHERE scope_id = s.scope_id AND run_id <= :run) AS fresh
FROM main.scope s
JOIN main.scope_read r ON r.scope_id = s.scope_id AND r.run_id = (
  SELECT run_id FROM main.scope_read WHERE scope_id = s.scope_id AND run_id <= :run AND error IS NULL
  ORDER BY run_id DESC LIMIT 1)
WHERE s.kind = 'dictionaries'
"""

_TAKEN = """
CREATE TEMP TABLE taken AS
SELECT t.name, t.run_id, t.read_at, CASE t.name
    WHEN 'user_activity' THEN min(day_of(t.read_at),
      coalesce((SELECT max(period_end) FROM as_of_user_activity WHERE NOT missing), day_of(t.read_at)))
    ELSE day_of(t.read_at) END AS day
FROM as_of_exchange_take t
WHERE t.ok AND t.run_id = (SELECT max(run_id) FROM as_of_exchange_take WHERE ok AND name = t.name)
"""

_KNOWN_PUPIL = """
CREATE TEMP TABLE known_pupil AS
SELECT *, count(*) OVER (PARTITION BY class_key, name_key) AS namesakes FROM (
  SELECT c.class_id, c.class_name, c.grade, c.roster_fresh, c.roster_run AS read_run, c.roster_at AS read_at,
    NULL AS payload_hash, e.student_id, s.name, coalesce(a.first_day, '') AS start,
    class_key(c.class_name) AS class_key, plain(s.name) AS name_key
  FROM class_read c CROSS JOIN as_of_enrolment e USING (class_id) JOIN as_of_student s USING (student_id)
  LEFT JOIN arrival a ON a.class_id = e.class_id AND a.student_id = e.student_id
  WHERE NOT e.missing
)
"""

_OPTED = """
CREATE TEMP TABLE opted AS
SELECT k.class_id, k.student_id, max(o.applied_on) AS applied_on, o.channel, o.contact_known, o.last_issued_on
FROM taken t
CROSS JOIN as_of_opt_out o
JOIN known_pupil k ON k.class_key = class_key(o.class_name) AND k.name_key = plain(o.student) AND k.namesakes = 1
WHERE t.name = 'opt_outs' AND NOT o.missing AND o.applied_on <= t.day
  AND (o.withdrawn_on IS NULL OR o.withdrawn_on > t.day)
GROUP BY k.class_id, k.student_id
"""

_ISSUED = """
CREATE TEMP TABLE issued AS
SELECT DISTINCT i.recipient, plain(i.person) AS name_key FROM taken t CROSS JOIN as_of_credential_issue i
WHERE t.name = 'credentials' AND NOT i.missing
"""

_ACTIVITY = """
CREATE TEMP TABLE activity AS
SELECT a.user, class_key(a.class_name) AS class_key, plain(a.person) AS name_key, min(a.period_start) AS since,
  max(a.period_end) AS until, sum(a.logins) AS logins, substr(max(a.last_login), 1, 10) AS last_login,
  substr(max(a.period_end || coalesce(a.enabled, '')), 11) AS enabled
FROM taken t CROSS JOIN as_of_user_activity a
WHERE t.name = 'user_activity' AND NOT a.missing
GROUP BY 1, 2, 3
"""
"""`enabled` as the newest period tells it: 1, 0, or empty."""
