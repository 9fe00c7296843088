"""The script that MLflow keeps with a registered model, and runs to make it again.

So no object is pickled: the model is this code, the package `pipeline` beside it, and a bundle of
networks and settings. It is imported by nobody else.
"""

from collections.abc import Mapping
from pathlib import Path

import mlflow
import pandas as pd
from mlflow.pyfunc import PythonModel, PythonModelContext

from pipeline.prediction.table import TableWish, predict_table
from pipeline.tracking.model_bundle import BUNDLE, open_networks, pace_of


class VideoModel(PythonModel):
    """From paths of videos to a row of scores for each of their segments."""

    def load_context(self, context: PythonModelContext) -> None:
        """Build the networks of the bundle that was registered."""
        self._networks = open_networks(Path(context.artifacts[BUNDLE]))

    def predict(
        self,
        context: PythonModelContext,  # noqa: ARG002 - MLflow's signature
        model_input: pd.DataFrame,
        params: Mapping[str, object] | None = None,
    ) -> pd.DataFrame:
        """Return the table of `pipeline.prediction.table.predict_table`; the input is one column.

        Raises:
            PredictionError: a video cannot be read.
        """
        wishes = dict(params or {})
        wish = TableWish(pace_of(self._networks, wishes), has_scores=bool(wishes.get("scores")))
        return predict_table(model_input.iloc[:, 0].tolist(), self._networks, wish)


mlflow.models.set_model(VideoModel())
