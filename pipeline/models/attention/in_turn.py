"""Several modules at one place, one after the other."""

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor, nn

from pipeline.models.attention.attended import Attended, Attention, Context


class InTurn(Attention):
    """Each module takes the features of the one before it, and finds its result in the context.

    The map is the last module's that has one.
    """

    def __init__(self, place: str, modules: Sequence[Attention]) -> None:
        super().__init__()
        self.place = place
        self.turns = nn.ModuleList(modules)
        self.taps = tuple(tap for module in modules for tap in module.taps)

    def forward(self, x: Float[Tensor, "B C T H W"], context: Context) -> Attended:
        """Attend by all modules."""
        attended = dict(context.attended)
        latest = None
        for module in self.turns:
            result: Attended = module(x, Context(attended, context.draws))
            x = result.features
            latest = latest if result.map is None else result.map
            attended[self.place] = result
        return Attended(x, latest)
