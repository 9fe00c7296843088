"""The networks of egocentric video, with what their authors' code holds."""

from dataclasses import replace

from benchmarks.models.cases import Case, Published

GTEA, GTEA_VERBS, EGTEA = 61, 10, 106
"""Numbers of classes: GTEA 61's actions and verbs, EGTEA Gaze+'s actions."""

BIAS = "ImageNet's classifier has 1,000 biases there, which never learn and are a buffer here"

STAM = Case(
    "STAM",
    "i3d",
    frames=16,
    classes=EGTEA,
    attention="stam",
    after=("Mixed_5c",),
    published=Published("ymlml/STAM, key list", parameters="15.326060"),
)

EGO_RNN = Case(
    "ego-rnn, RGB",
    "resnet34",
    frames=25,
    classes=GTEA,
    attention="ego_rnn",
    after=("layer4.2",),
    head="clip",
    published=Published("swathikirans/ego-rnn, key list", parameters="40.705381"),
    note=BIAS,
)

EGO_RNN_FLOW = Case(
    "ego-rnn, flow",
    "resnet34",
    frames=5,
    classes=GTEA,
    head="clip",
    channels=2,
    stack=5,
    published=Published("swathikirans/ego-rnn, key list", parameters="21.337917"),
)

LSTA = Case(
    "LSTA, RGB",
    "resnet34",
    frames=25,
    classes=GTEA,
    attention="lsta",
    options={"pool_size": 100},
    after=("layer4.2",),
    head="clip",
    published=Published("swathikirans/LSTA, key list", parameters="40.807857"),
    note=BIAS,
)

LSTA_FLOW = replace(
    EGO_RNN_FLOW,
    name="LSTA, flow",
    attention="pooling",
    options={"num_categories": GTEA_VERBS},
    after=("layer4.2",),
    published=None,
)

IGA = Case(
    "IGA",
    "i3d",
    frames=24,
    classes=EGTEA,
    attention="iga",
    after=("Mixed_5c",),
    head="clip",
    flow=Case("IGA, flow", "i3d", frames=24, classes=EGTEA, channels=2),
    joint="feature_sum",
    published=Published(
        "MichiganCOG/Gaze-Attention, key lists: base 24,552,576, gaze 7,266,785, attn 130,406",
        parameters="31.949767",
    ),
)

EGOCENTRIC = (
    STAM,
    EGO_RNN,
    EGO_RNN_FLOW,
    replace(EGO_RNN, name="ego-rnn, joint", flow=EGO_RNN_FLOW, joint="concat", published=None),
    LSTA,
    LSTA_FLOW,
    replace(LSTA, name="LSTA, cross-modal", flow=LSTA_FLOW, joint="cross_modal", published=None),
    IGA,
)
