"""What is real and what is noise between experiments: ``python -m stages.compare none stam w3``.

Each is compared with the first; ``workspace`` is what lies in ``data/`` and ``reports/`` now.
Experiments that differ in their seed alone are taken together. Nothing is checked out or run.
"""

import sys
from argparse import ArgumentParser

from pipeline.evaluation.scores import ScoresError
from pipeline.experiments.comparable import ComparisonError
from pipeline.experiments.names import ExperimentError
from pipeline.experiments.read import Repository
from pipeline.experiments.write import write_comparison
from pipeline.tables.rows import TableError
from stages.environment import read_environment


def main() -> None:
    """Print the tables and write ``reports/compare/``; a fault is one line and exit status 1."""
    parser = ArgumentParser(prog="python -m stages.compare", description=__doc__)
    parser.add_argument("experiments", nargs="+", help="names, commits, or workspace")
    parser.add_argument("--all-pairs", action="store_true", help="compare every two")
    parser.add_argument("--seed", type=int, default=0, help="of the resampling (default: 0)")
    options = parser.parse_args()
    environment = read_environment()
    repository = Repository(environment.root, environment.memo.cache_dirs[0])
    try:
        text, paths = write_comparison(
            repository,
            options.experiments,
            environment.root / "reports" / "compare",
            seed=options.seed,
            all_pairs=options.all_pairs,
        )
    except (ExperimentError, ComparisonError, ScoresError, TableError) as error:
        sys.exit(f"compare: {error}")
    print(text)
    print("\n".join(str(path) for path in paths))


if __name__ == "__main__":
    main()
