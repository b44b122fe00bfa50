"""A chart of the medians, as SVG: a bar for each contender and piece of work."""

from collections.abc import Iterator
from statistics import median

from tests.benchmarks.contenders import NAMES
from tests.benchmarks.rounds import Results

WIDTH, BAR, LEFT = 760, 16, 190
COLOURS = {"tasktool": "#2a7", "terraform": "#85c"}


def chart(results: Results, delay: int) -> str:
    """Give the chart of one delay in milliseconds."""
    bars = list(_bars(results, delay))
    longest = max((seconds for _, _, seconds in bars), default=1.0)
    rows = [_row(number, *bar, longest) for number, bar in enumerate(bars)]
    height = (len(bars) + 2) * (BAR + 6)
    title = f'<text x="4" y="16">seconds at {delay} ms a call, whole process, median</text>'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="sans-serif"'
    return "\n".join([f'{head} font-size="12">', title, *rows, "</svg>", ""])


def _bars(results: Results, delay: int) -> Iterator[tuple[str, str, float]]:
    for work in NAMES:
        for who in COLOURS:
            if listed := results.samples.get((who, work, delay)):
                yield who, work, median(each.wall for each in listed)


def _row(number: int, who: str, work: str, seconds: float, longest: float) -> str:
    top = (number + 1) * (BAR + 6)
    width = seconds / longest * (WIDTH - LEFT - 60)
    return (
        f'<text x="4" y="{top + 13}">{work}, {who}</text>'
        f'<rect x="{LEFT}" y="{top}" width="{width:.0f}" height="{BAR}" fill="{COLOURS[who]}"/>'
        f'<text x="{LEFT + width + 4:.0f}" y="{top + 13}">{seconds:.2f}</text>'
    )
