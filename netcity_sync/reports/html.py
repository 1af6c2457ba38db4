"""A document as one HTML page: reads well on a screen and a phone, and prints."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from netcity_sync.reports.cells import cell_text, chart_kind, heading_groups, heat_text, opened_rows, with_whole_names
from netcity_sync.reports.charts import distribution_svg, heat_colour, trend_colour, trend_svg
from netcity_sync.reports.document import Distribution, Document, Kind, Trend

_TEMPLATES = Path(__file__).parent / "templates"


def render_html(document: Document) -> bytes:
    """The page, UTF-8, everything in one file."""
    template = _environment().get_template("document.html.j2")
    return template.render(document=document).encode()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.globals.update(
        cell_text=cell_text, heading_groups=heading_groups, opened_rows=opened_rows, heat_text=heat_text,
        heat_colour=heat_colour, chart_kind=chart_kind, trend_colour=trend_colour, picture=_picture, text=Kind.TEXT,
    )  # fmt: skip
    return environment


def _shown(value: Any) -> Any:
    """What a template prints; markup, a kind of str, stays as it is."""
    return with_whole_names(value) if type(value) is str else value


def _picture(chart: Trend | Distribution) -> str:
    """A chart as SVG, which `charts` made safe to stand in a page."""
    return trend_svg(chart) if isinstance(chart, Trend) else distribution_svg(chart)
