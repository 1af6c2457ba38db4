"""How findings are put into words and into JSON by the commands that show them."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from netcity_sync.compliance.exemptions import Exemption
from netcity_sync.compliance.finding import Finding
from netcity_sync.compliance.life import Standing, State
from netcity_sync.russian import full_date, plural

STATE_WORDS = {
    State.OPEN: "открыто",
    State.OVERDUE: "просрочено",
    State.UNKNOWN: "не установлено",
    State.EXCEPTED: "исключение",
    State.FIXED: "исправлено",
    State.ENDED: "больше не проверяется",
}


def finding_answer(finding: Finding, standing: Standing) -> dict[str, Any]:
    """A finding as `--json` gives it: its place flat beside it, and how it stands."""
    answer = asdict(finding)
    exemption = exemption_answer(standing.exemption) if standing.exemption is not None else None
    return {**answer.pop("place"), **answer, "state": standing.state, "age": standing.age, "exception": exemption}


def finding_answers(findings: tuple[Finding, ...], standings: Mapping[str, Standing]) -> list[dict[str, Any]]:
    """Findings as `--json` gives them."""
    return [finding_answer(item, standings[item.id]) for item in findings]


def exemption_answer(item: Exemption) -> dict[str, Any]:
    """An exception as `--json` gives it."""
    times = {"made_at": item.made_at, "removed_at": item.removed_at}
    return {"id": item.id, **asdict(item.scope), **asdict(item.decision), **times}


def state_words(item: Finding, standing: Standing) -> str:
    """«исключение: директор, карантин, до 30.10.2026»; «не установлено: журнал давно не читался»."""
    word = STATE_WORDS[standing.state]
    if standing.exemption is not None:
        return f"{word}: {decision_words(standing.exemption)}"
    return f"{word}: {item.unjudged}" if standing.state is State.UNKNOWN else word


def decision_words(item: Exemption) -> str:
    """«Директор, карантин, до 30.10.2026»."""
    made = item.decision
    return f"{made.who}, {made.why}" + (f", до {full_date(made.until)}" if made.until else "")


def age_words(standing: Standing) -> str:
    """«новое», «5 учебных дней», or nothing for what has no age."""
    if standing.age is None:
        return ""
    return plural(standing.age, "учебный день", "учебных дня", "учебных дней") if standing.age else "новое"
