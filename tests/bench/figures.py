"""Figures of a benchmark: medians, goals, the table and the file."""
import json
import platform
import statistics
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One measured figure over its repetitions.

    :param goal: what it should come to, as a sentence of one comparison ("<= 2")
    :param raw: what it was computed from
    """

    key: str
    title: str
    samples: list[float]
    goal: str = ''
    unit: str = 'ratio'
    raw: dict = field(default_factory=dict)

    @property
    def median(self) -> float:
        """The middle of the samples."""
        return statistics.median(self.samples)

    @property
    def met(self) -> bool:
        """Whether the median reaches the goal."""
        if not self.goal:
            return True
        comparison, bound = self.goal.split()
        return self.median <= float(bound) if comparison == '<=' else self.median >= float(bound)

    def as_json(self) -> dict:
        """Return the figure for the file."""
        return {'title': self.title, 'unit': self.unit, 'median': self.median, 'min': min(self.samples),
                'max': max(self.samples), 'goal': self.goal, 'met': self.met, 'samples': self.samples, 'raw': self.raw}


def pairwise(ours: list[float], theirs: list[float]) -> list[float]:
    """Return the ratios of what was measured one right after the other, so that both had the same machine."""
    return [a / b for a, b in zip(ours, theirs, strict=True)]


def machine_line() -> str:
    """Say what this machine is."""
    cpu = next((line.partition(':')[2].strip() for line in Path('/proc/cpuinfo').read_text().splitlines()
                if line.startswith('model name')), platform.machine())
    cores = sum(line.startswith('processor') for line in Path('/proc/cpuinfo').read_text().splitlines())
    return f"{cores} cores, {cpu}, Python {platform.python_version()}"


def write(figures: list[Figure], path: Path) -> None:
    """Write the file."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({
        'date': datetime.now(timezone.utc).isoformat(timespec='seconds'), 'machine': machine_line(),
        **{figure.key: figure.as_json() for figure in figures}}, indent=1) + '\n')


def table(figures: list[Figure]) -> str:
    """Return the figures as a Markdown table."""
    rows = [('figure', 'median', 'min', 'max', 'n', 'goal', '')]
    rows += [(figure.title, number(figure.median), number(min(figure.samples)), number(max(figure.samples)),
              str(len(figure.samples)), figure.goal.replace('<=', '≤').replace('>=', '≥'),
              '' if not figure.goal else 'met' if figure.met else 'missed') for figure in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ['| ' + ' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + ' |'
             for row in rows]
    lines.insert(1, '|' + '|'.join('-' * (width + 2) for width in widths) + '|')
    return '\n'.join([f"{datetime.now(timezone.utc):%Y-%m-%d}, {machine_line()}", '', *lines])


def number(value: float) -> str:
    """Return a figure as a person reads it."""
    return f'{value:,.3f}' if abs(value) < 100 else f'{value:,.0f}'
