"""Predict any video by a finished run: ``python -m stages.predict video.mp4 [--out overlay.mp4]``.

It is no stage of the graph; it reads ``models`` and ``data`` and changes neither.
"""

import os
import sys
from collections.abc import Sequence

from pipeline.prediction.arguments import read_arguments
from stages.tracked import end_orderly


def main(arguments: Sequence[str]) -> None:
    """Predict as the arguments say; a fault is one message and exit status 1."""
    given = read_arguments(arguments)  # before torch is imported: a slip is named at once
    from pipeline.prediction.bundle import open_setup
    from pipeline.prediction.faults import FAULTS
    from pipeline.prediction.run import predict_video, request_of
    from pipeline.training.devices import choose_device
    from pipeline.training.errors import TrainingError

    end_orderly()
    try:
        setup = open_setup(given.models, given.data, given.wish)
        for note in setup.notes:
            print(f"predict: {note}", file=sys.stderr)
        request = request_of(given, setup.config, len(os.sched_getaffinity(0)))
        outcome = predict_video(request, setup, choose_device(_device_name(), 0))
    except (*FAULTS, TrainingError) as error:
        sys.exit(f"predict: {error}")
    except KeyboardInterrupt:
        sys.exit("predict: interrupted; nothing was written")
    print("\n".join(outcome.lines(setup.config)))
    if (loss := outcome.loss()) is not None:
        print(f"predict: {loss}", file=sys.stderr)


def _device_name() -> str | None:
    """Return ``FIXATE_DEVICE``; for cpu, flow is computed there too."""
    name = os.environ.get("FIXATE_DEVICE") or None
    if name == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
    return name


if __name__ == "__main__":
    main(sys.argv[1:])
