"""A paper's table, run as DVC experiments and set beside what is printed.

``python -m stages.study stam_table2`` runs what is missing, one experiment at a time, and writes
``reports/studies/stam_table2/``. Ctrl-C ends it in order; the same command goes on.
"""

import os
import signal
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from pipeline.configuration.load import load_configuration
from pipeline.experiments.comparable import ComparisonError
from pipeline.experiments.names import ExperimentError
from pipeline.experiments.read import Repository
from pipeline.params import ParamsError
from pipeline.studies.arguments import read_arguments
from pipeline.studies.command import Workshop, do_study
from pipeline.studies.dvc_runner import DvcRunner, find_untracked
from pipeline.studies.errors import StudyError
from pipeline.studies.read import study_names
from stages.environment import EnvironmentFault, read_environment
from stages.slots import slot_environments


def main(arguments: Sequence[str]) -> None:
    """Do the study; a fault is one message and exit status 1."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        environment = read_environment()
        root, processes = environment.root, environment.crew.processes
        wish = read_arguments(arguments, study_names(root / "studies"), str(__doc__))
        if untracked := find_untracked(root):
            print(f"study: not in git, so no experiment sees it: {' '.join(untracked)}")
        workshop = Workshop(
            repository=Repository(root, environment.memo.cache_dirs[0]),
            resolve=lambda folder: load_configuration(
                folder / "params.yaml", folder / "recipes", root, processes
            )[0],
            make_runner=partial(
                DvcRunner,
                root,
                Path(sys.executable).with_name("dvc"),
                slot_environments(os.environ, processes, wish.jobs),
            ),
            tell=partial(print, flush=True),
        )
        status = do_study(wish, workshop)
    except (StudyError, ExperimentError, ComparisonError, ParamsError, EnvironmentFault) as error:
        sys.exit(f"study: {error}")
    except KeyboardInterrupt:
        sys.exit("study: interrupted; the same command goes on")
    sys.exit(status)


if __name__ == "__main__":
    main(sys.argv[1:])
