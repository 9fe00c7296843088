"""The same work on many items: in this process, over a pool, over a cluster, or a shard of it."""

from pipeline.fanout.crew import ALONE, Crew
from pipeline.fanout.errors import ClusterError, FanOutError
from pipeline.fanout.run import fan_out
from pipeline.fanout.shard import Shard, ShardError

__all__ = ["ALONE", "ClusterError", "Crew", "FanOutError", "Shard", "ShardError", "fan_out"]
