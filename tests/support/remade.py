"""All reports as of a past day, made in a process of its own: `python -m support.remade SETTINGS NOW AS_OF`.

Prints the SHA-256 of every file as JSON. A process of its own has its own order of sets, as tomorrow's will.
"""

import hashlib
import json
import sys
from datetime import date, datetime

from netcity_sync.jobs.wanted_reports import wanted_reports
from netcity_sync.reports.registry import RENDERERS, all_reports
from netcity_sync.settings import Settings
from support.reports import desk_at, period_of

_SCHOOL_DAY = date(2026, 10, 14)


def main() -> None:
    """Print the hashes; of each report and kind of period one document, that of whoever comes last."""
    settings = Settings.model_validate_json(sys.argv[1])
    now, as_of = (datetime.fromisoformat(text) for text in sys.argv[2:4])
    hashes = {}
    with desk_at(settings, now, as_of) as desk:
        for report in all_reports():
            for kind in report.periods:
                period = period_of(
                    desk, kind, term="1 четверть", day=_SCHOOL_DAY, since=date(2026, 9, 14),
                    news=as_of.astimezone(settings.zone).date(),
                )  # fmt: skip
                wanted = wanted_reports(desk, report, period)
                document = report.build(desk, wanted[-1].request)
                for name, render in RENDERERS.items():
                    hashes[f"{report.id}-{kind.value}.{name}"] = hashlib.sha256(render(document)).hexdigest()
    sys.stdout.write(json.dumps(hashes))


if __name__ == "__main__":
    main()
