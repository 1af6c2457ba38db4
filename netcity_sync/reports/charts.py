"""Charts as SVG, the same picture on the page and on paper: no script, no transparency (PDF/A-1 knows none)."""

from collections.abc import Iterator
from html import escape
from math import ceil

from netcity_sync.reports.document import Distribution, HeatMap, Kind, Trend
from netcity_sync.russian import number

WIDTH, HEIGHT = 720, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 12, 14, 34
_COLOURS = ("#1f5fa8", "#c2571a", "#3a7d44", "#7a4a9e", "#8a6d00", "#5a6570")
_GRID, _INK, _BAR = "#d5dce4", "#3b4754", "#5b8dc4"
_STEPS = 4
_LETTER, _GAP = 7.0, 8
"""What a letter of a label takes of the width, rather much, and what must stay free between two labels."""
_POOR, _MIDDLE, _GOOD = (0xF4, 0xB5, 0xA5), (0xFD, 0xF0, 0xC8), (0xB5, 0xDD, 0xB8)


def trend_svg(trend: Trend) -> str:
    """Lines over points; a point without a value breaks its line."""
    known = [value for line in trend.series for value in line.values if value is not None]
    top = 100.0 if trend.kind is Kind.PERCENT else _round_up(max(known, default=1.0))
    parts = [
        *_axis(top, " %" if trend.kind is Kind.PERCENT else ""),
        *_labels(trend.points, _readable_step(trend.points)),
    ]
    for place, line in enumerate(trend.series):
        colour = _COLOURS[place % len(_COLOURS)]
        spots = [
            (_across(point, len(trend.points)), _down(value, top)) if value is not None else None
            for point, value in enumerate(line.values)
        ]
        for run in _runs(spots):
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in run)
            parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
            parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in run]
    return _svg(trend.title, parts)


def trend_colour(place: int) -> str:
    """The colour of a line, for the legend."""
    return _COLOURS[place % len(_COLOURS)]


def distribution_svg(chart: Distribution) -> str:
    """A bar a label, its count above it."""
    top = _round_up(max(chart.counts, default=1))
    slot = _slot(len(chart.labels))
    parts = [*_axis(top, ""), *_labels(chart.labels)]
    for place, count in enumerate(chart.counts):
        x, y = _LEFT + slot * (place + 0.2), _down(count, top)
        height = HEIGHT - _BOTTOM - y
        parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{slot * 0.6:.1f}" height="{height:.1f}" fill="{_BAR}"/>')
        parts.append(_text(x + slot * 0.3, y - 4, str(count), "middle"))
    return _svg(chart.title, parts)


def heat_colour(chart: HeatMap, value: float | None) -> str | None:
    """The colour of a cell, from poor to good; None where there is no value."""
    if value is None:
        return None
    share = (value - chart.low) / (chart.high - chart.low) if chart.high != chart.low else 1.0
    share = min(1.0, max(0.0, share))
    first, last, within = (_POOR, _MIDDLE, share * 2) if share < 0.5 else (_MIDDLE, _GOOD, share * 2 - 1)
    mixed = (round(start + (end - start) * within) for start, end in zip(first, last, strict=True))
    return "#" + "".join(f"{item:02x}" for item in mixed)


def _axis(top: float, unit: str) -> Iterator[str]:
    for step in range(_STEPS + 1):
        value = top * step / _STEPS
        y = _down(value, top)
        yield f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{WIDTH - _RIGHT}" y2="{y:.1f}" stroke="{_GRID}"/>'
        yield _text(_LEFT - 6, y + 4, number(value, 0 if value == int(value) else 1) + unit, "end")


def _readable_step(names: tuple[str, ...]) -> int:
    """How many points one must go on to the next label, so that the two do not touch."""
    taken = max(map(len, names), default=0) * _LETTER + _GAP
    return max(1, ceil(taken / _slot(len(names))))


def _labels(names: tuple[str, ...], every: int = 1) -> Iterator[str]:
    """Names under the axis, the first and each so many after it."""
    for place, name in enumerate(names):
        if place % every == 0:
            yield _text(_across(place, len(names)), HEIGHT - _BOTTOM + 18, name, "middle")


def _across(place: int, count: int) -> float:
    """The middle of a label's share of the width."""
    return _LEFT + _slot(count) * (place + 0.5)


def _slot(count: int) -> float:
    """A label's share of the width."""
    return (WIDTH - _LEFT - _RIGHT) / max(1, count)


def _down(value: float, top: float) -> float:
    return HEIGHT - _BOTTOM - (HEIGHT - _BOTTOM - _TOP) * (value / top if top else 0)


def _runs(spots: list[tuple[float, float] | None]) -> Iterator[list[tuple[float, float]]]:
    run: list[tuple[float, float]] = []
    for spot in (*spots, None):
        if spot is not None:
            run.append(spot)
        elif run:
            yield run
            run = []


def _round_up(value: float) -> float:
    """A top for an axis of whole steps: a multiple of four."""
    return float(max(_STEPS, _STEPS * ceil(value / _STEPS)))


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{_INK}">{escape(text)}</text>'


def _svg(title: str, parts: list[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
        f' role="img" font-family="sans-serif" font-size="12"><title>{escape(title)}</title>{"".join(parts)}</svg>'
    )
