"""Measures, prints the table, and writes results.md, results.json and results.svg."""

import argparse
import tempfile
from pathlib import Path

from tests.benchmarks.chart import chart
from tests.benchmarks.contenders import contenders
from tests.benchmarks.rounds import compare, scaled
from tests.benchmarks.tables import as_json, as_markdown, machine


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is done")
    parser.add_argument("--delays", type=int, nargs="+", default=[0, 50], help="milliseconds added to every call")
    parser.add_argument("--scale", type=int, default=50, help="the delay for many environments in one run; -1: none")
    parser.add_argument("--alone", action="store_true", help="without Terraform")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results", help="where results are written")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        results = compare(contenders(folder, alone=options.alone), options.delays, options.rounds, folder)
        scale = scaled(options.scale, folder) if options.scale >= 0 else []
    table = as_markdown(results, scale, machine())
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "results.md").write_text(table)
    (options.out / "results.json").write_text(as_json(results, scale, machine()))
    (options.out / "results.svg").write_text(chart(results, max(options.delays)))
    print(table)


if __name__ == "__main__":
    main()
