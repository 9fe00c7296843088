"""The attention methods by name, with their options; free of torch.

A method is one file below `attention/`, one params class here, and its entry in `ATTENTIONS`.
"""

from typing import Annotated

from pydantic import AfterValidator

from pipeline.models.attention_params.gates import (
    CbamParams,
    NoneParams,
    NonLocalParams,
    SanParams,
    StamParams,
)
from pipeline.models.attention_params.gaze_latents import IgaParams
from pipeline.models.attention_params.recurrent import (
    EgoRnnParams,
    EleAttParams,
    LstaParams,
    PoolingParams,
)
from pipeline.models.attention_params.section import AttentionParams
from pipeline.models.attention_params.what_where_when import W3Params

__all__ = ["ATTENTIONS", "AttentionName", "AttentionParams"]

ATTENTIONS: dict[str, type[AttentionParams]] = {
    "none": NoneParams,
    "stam": StamParams,
    "san": SanParams,
    "lsta": LstaParams,
    "ego_rnn": EgoRnnParams,
    "eleatt": EleAttParams,
    "pooling": PoolingParams,
    "w3": W3Params,
    "cbam": CbamParams,
    "nonlocal": NonLocalParams,
    "iga": IgaParams,
}


def _known(name: str) -> str:
    if name not in ATTENTIONS:
        raise ValueError(f"expected {' or '.join(map(repr, ATTENTIONS))}")
    return name


AttentionName = Annotated[str, AfterValidator(_known)]
"""A key of `ATTENTIONS`."""
