"""Warp flow: the camera's motion, estimated between neighbouring frames and taken out of them.

After Wang and Schmid, Action recognition with improved trajectories (ICCV 2013), section 3, as
dense_flow's ``extract_warp_gpu`` does it for the flow of ego-rnn and LSTA.
"""

from pipeline.flow.stabilise.estimate import HeadMotion, estimate_motion
from pipeline.flow.stabilise.remove import remove_motion

__all__ = ["HeadMotion", "estimate_motion", "remove_motion"]
