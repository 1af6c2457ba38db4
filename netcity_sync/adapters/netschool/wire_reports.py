"""The report engine's answers: the list of reports, their filters, the queue (protocol.md §2.9)."""

from typing import Any

from pydantic import Field, model_validator

from netcity_sync.adapters.netschool.answer import Answer, Number


class ReportItem(Answer):
    """A report of the list."""

    id: str
    title: str | None = None


class ReportGroup(Answer):
    """A section of `GET reports`; the list depends on the role."""

    IGNORED = frozenset({"id"})

    title: str | None = None
    reports: tuple[ReportItem, ...] = ()


class FilterItem(Answer):
    """A value that a filter offers."""

    title: str | None = None
    value: str | Number


class Span(Answer):
    """A period a filter offers, as text."""

    start: str
    end: str


class FilterSource(Answer):
    """What can be chosen in a filter, and what is chosen by default."""

    IGNORED = frozenset({"nullText", "minValue", "maxValue", "defaultRange"})
    SPARSE = frozenset({"items", "default", "range"})

    id: str = Field(alias="filterId")
    items: tuple[FilterItem, ...] | None = None
    default: str | Number | bool | None = Field(default=None, alias="defaultValue")
    range: Span | None = None


class RelatedObject(Answer):
    """What a filter depends on."""

    IGNORED = frozenset({"type"})

    ref: str | None = None


class Dependency(Answer):
    """That a filter must be asked for again when another one changes."""

    IGNORED = frozenset({"relatedValue", "condition"})

    related: RelatedObject | None = Field(default=None, alias="relatedObject")


class PanelFilter(Answer):
    """A filter of the report's form."""

    IGNORED = frozenset({
        "title", "order", "filterType", "optionalFlag", "hideSingleOption", "hasSureCheckedFlag", "hideTitleFlag",
        "existStateProvider", "emptyText",
    })  # fmt: skip
    SPARSE = frozenset({"dependencies"})

    id: str
    dependencies: tuple[Dependency, ...] | None = None


class FilterPanel(Answer):
    """The report's form."""

    filters: tuple[PanelFilter, ...] = ()


class ReportHead(Answer):
    """The report itself."""

    IGNORED = frozenset({"group", "level", "order", "presentTypes"})

    id: str
    name: str | None = None
    panel: FilterPanel | None = Field(default=None, alias="filterPanel")


class ReportForm(Answer):
    """`GET reports/{id}`."""

    report: ReportHead | None = None
    sources: tuple[FilterSource, ...] = Field(alias="filterSources")


class Queued(Answer):
    """`POST reports/{id}/queue`: a bare number before 5.24, an object after."""

    IGNORED = frozenset({"activeConnectionExec", "cancellable"})
    SPARSE = frozenset({"queue"})

    task_id: Number = Field(alias="taskId")
    queue: str | None = Field(default=None, alias="queueKey")

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, data: Any) -> Any:
        return {"taskId": data} if isinstance(data, int) and not isinstance(data, bool) else data
