"""The faults that a user of a finished run can meet, told in one message each."""

from pipeline.clips.crop import CropError
from pipeline.evaluation.classes import ClassesError
from pipeline.evaluation.scores import ScoresError
from pipeline.flow.errors import FlowError
from pipeline.gaze.errors import GazeError
from pipeline.models.errors import WeightsError
from pipeline.params import ParamsError
from pipeline.prediction.errors import PredictionError
from pipeline.tables.rows import TableError

FAULTS = (
    *(ClassesError, CropError, FlowError, GazeError, OSError),
    *(ParamsError, PredictionError, ScoresError, TableError, WeightsError),
)
