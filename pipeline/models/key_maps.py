"""The kinds of checkpoints that can be loaded, by name: what they call their tensors, and we ours.

The facts are the official lists of keys, and the authors' code where no list was published.
"""

from pipeline.models.key_map import KeyMap
from pipeline.models.key_renames import (
    RECURRENT,
    RESNET_BLOCKS,
    conv_lstm_renames,
    lsta_renames,
    mobilenet_renames,
    nonlocal_renames,
    shifted_renames,
)

OWN_KIND = "fixate"
"""Of the files that this project writes."""

COUNTER = ".num_batches_tracked"
"""Suffix of batch norm's counter, which has no effect at a fixed momentum."""

WRAPPERS = ("module.", "model.")
"""What `DataParallel` and Lightning put before every name; they are taken off."""

ENTRIES = ("state", "state_dict", "model_state_dict")
"""Where a file that holds more keeps its tensors: ours, TSM's and TAM's, and LSTA's."""

LINEAR = "head.linear."
"""Our classifier of all networks but I3D's."""

CONV3D = "head.logits."
"""I3D's classifier."""

POOL = f"{RECURRENT}pool."
"""What their maps are made of: ImageNet's classifier."""

TAM_PARTS = tuple(f"backbone.{block}tam." for block in RESNET_BLOCKS)
"""TAM's own weights, which ImageNet's networks do not have."""

_RELATIONS = (
    ("base_model.", "backbone."),
    ("new_fc.", "head.new_fc."),
    ("consensus.", "head.consensus."),
)

KEY_MAPS = {
    "i3d": KeyMap(
        source="piergiaj/pytorch-i3d",
        has=("Conv3d_1a_7x7.", "Mixed_5c.", "logits."),
        lacks=("attention_pred.",),
        renames=(("logits.", CONV3D), ("", "backbone.")),
        classifier=(CONV3D,),
        new=("attention.", "head."),
    ),
    "stam": KeyMap(
        source="ymlml/STAM",
        has=("Conv3d_1a_7x7.", "attention_inc.", "attention_pred.", "logits."),
        lacks=(),
        renames=(
            ("attention_inc.", "attention.Mixed_5c.attention_inc."),
            ("attention_pred.", "attention.Mixed_5c.attention_pred."),
            ("logits.", CONV3D),
            ("", "backbone."),
        ),
        classifier=(CONV3D,),
    ),
    "iga": KeyMap(
        source="MichiganCOG/Gaze-Attention, base, gaze and attn together",
        has=("model_rgb.", "model_flow.", "g1.", "fc_f."),
        lacks=(),
        renames=(
            ("model_rgb.", "backbone_rgb."),
            ("model_flow.", "backbone_flow."),
            ("fc_f.", LINEAR),
            ("fc.", "attention.Mixed_5c.fc."),
            ("", "attention.Mixed_5c.gaze."),
        ),
        classifier=(LINEAR,),
        adapts=((LINEAR, "flatten"),),
    ),
    "iga_base": KeyMap(
        source="MichiganCOG/Gaze-Attention, base alone",
        has=("model_rgb.", "model_flow."),
        lacks=("g1.", "fc_f."),
        renames=(("model_rgb.", "backbone_rgb."), ("model_flow.", "backbone_flow.")),
        new=("attention.", "head."),
    ),
    "lsta": KeyMap(
        source="swathikirans/LSTA, RGB",
        has=("resNet.", "lsta_cell.", "fc."),
        lacks=(),
        renames=(
            *lsta_renames("lsta_cell."),
            ("resNet.fc.", POOL),
            ("resNet.", "backbone."),
            ("fc.", LINEAR),
        ),
        duplicates=(("classifier.1.", "fc."),),
        classifier=(LINEAR,),
    ),
    "ego_rnn": KeyMap(
        source="swathikirans/ego-rnn, RGB",
        has=("resNet.", "lstm_cell.", "fc."),
        lacks=(),
        renames=(
            *conv_lstm_renames("lstm_cell.", f"{RECURRENT}cell."),
            ("resNet.fc.", POOL),
            ("resNet.", "backbone."),
            ("fc.", LINEAR),
        ),
        duplicates=(("classifier.1.", "fc."), ("weight_softmax", "resNet.fc.weight")),
        classifier=(LINEAR,),
    ),
    "ego_rnn_flow": KeyMap(
        source="swathikirans/ego-rnn, flow",
        has=("conv1.", "layer4.", "fc_action."),
        lacks=(),
        renames=(("fc_action.", LINEAR), ("", "backbone.")),
        classifier=(LINEAR,),
    ),
    "ego_rnn_joint": KeyMap(
        source="swathikirans/ego-rnn, both streams trained together",
        has=("flowModel.", "frameModel.", "fc2."),
        lacks=(),
        renames=(
            *conv_lstm_renames("frameModel.lstm_cell.", f"rgb.{RECURRENT}cell."),
            ("frameModel.resNet.fc.", f"rgb.{POOL}"),
            ("frameModel.resNet.", "rgb.backbone."),
            ("frameModel.fc.", f"rgb.{LINEAR}"),
            ("flowModel.fc_action.", f"flow.{LINEAR}"),
            ("flowModel.", "flow.backbone."),
        ),
        duplicates=(
            ("classifier.1.", "fc2."),
            ("frameModel.classifier.1.", "frameModel.fc."),
            ("frameModel.weight_softmax", "frameModel.resNet.fc.weight"),
        ),
        classifier=("fc2.",),
        extras=(f"rgb.{LINEAR}", f"flow.{LINEAR}"),
    ),
    "torchvision_resnet": KeyMap(
        source="pytorch/vision, ResNet",
        has=("conv1.", "layer4.", "fc."),
        lacks=("layer1.0.tam.",),
        dimensions=4,
        renames=(("fc.", POOL), ("", "backbone.")),
        extras=(POOL,),
        new=("attention.", "head.", *TAM_PARTS),
        adapts=(("backbone.conv1.", "average_colours"), ("backbone.", "inflate")),
    ),
    "torchvision_mobilenetv2": KeyMap(
        source="pytorch/vision, MobileNetV2",
        has=("features.1.conv.0.0.", "features.18.", "classifier.1."),
        lacks=(),
        renames=(("classifier.1.", "head.imagenet."), ("", "backbone.")),
        extras=("head.imagenet.",),
        new=("attention.", "head."),
        adapts=(("backbone.features.0.0.", "average_colours"),),
    ),
    "tsm": KeyMap(
        source="mit-han-lab/temporal-shift-module and EPIC-KITCHENS-100's, ResNet-50",
        has=("base_model.layer1.0.conv1.net.", "new_fc."),
        lacks=("base_model.layer2.0.nl.", "consensus."),
        renames=(
            *shifted_renames("base_model."),
            ("base_model.", "backbone."),
            ("new_fc.", LINEAR),
        ),
        classifier=(LINEAR,),
        new=("attention.", "head."),
    ),
    "tsm_nonlocal": KeyMap(
        source="mit-han-lab/temporal-shift-module, ResNet-50 with non-local blocks",
        has=("base_model.layer1.0.conv1.net.", "base_model.layer2.0.nl.", "new_fc."),
        lacks=(),
        renames=(
            *nonlocal_renames("base_model."),
            *shifted_renames("base_model."),
            ("base_model.", "backbone."),
            ("new_fc.", LINEAR),
        ),
        classifier=(LINEAR,),
    ),
    "tsm_mobilenetv2": KeyMap(
        source="mit-han-lab/temporal-shift-module, MobileNetV2",
        has=("base_model.features.3.conv.0.net.", "new_fc."),
        lacks=(),
        renames=(
            *mobilenet_renames("base_model."),
            ("base_model.", "backbone."),
            ("new_fc.", LINEAR),
        ),
        classifier=(LINEAR,),
        new=("attention.", "head."),
    ),
    "tsn": KeyMap(
        source="TSM's authors' and EPIC-KITCHENS-100's TSN, ResNet-50",
        has=("base_model.layer1.0.conv1.weight", "new_fc."),
        lacks=("consensus.",),
        renames=(("base_model.", "backbone."), ("new_fc.", LINEAR)),
        classifier=(LINEAR,),
        new=("attention.", "head."),
    ),
    "trn": KeyMap(
        source="EPIC-KITCHENS' TRN on ResNet-50, one relation",
        has=("base_model.layer1.0.conv1.weight", "new_fc.", "consensus.classifier."),
        lacks=(),
        renames=_RELATIONS,
        classifier=("head.consensus.classifier.3.",),
        new=("attention.",),
    ),
    "mtrn": KeyMap(
        source="EPIC-KITCHENS' TRN on ResNet-50, relations of several scales",
        has=("base_model.layer1.0.conv1.weight", "new_fc.", "consensus.fc_fusion_scales."),
        lacks=(),
        renames=_RELATIONS,
        classifier=tuple(f"head.consensus.fc_fusion_scales.{scale}.3." for scale in range(15)),
        new=("attention.",),
    ),
    "tam": KeyMap(
        source="IBM/action-recognition-pytorch, TAM",
        has=("conv1.", "layer1.0.tam.prev_se.", "fc."),
        lacks=(),
        renames=(("fc.", LINEAR), ("", "backbone.")),
        classifier=(LINEAR,),
        new=("attention.", "head."),
    ),
    "i3d_resnet": KeyMap(
        source="IBM/action-recognition-pytorch, I3D-ResNet",
        has=("conv1.", "layer4.", "fc."),
        lacks=(),
        dimensions=5,
        renames=(("fc.", LINEAR), ("", "backbone.")),
        classifier=(LINEAR,),
        new=("attention.", "head."),
    ),
    OWN_KIND: KeyMap(
        source="this project",
        has=(),
        lacks=(),
        renames=(),
        may_lack_counters=False,
    ),
}
"""Kinds by name; `docs/weights.md` has them as a table."""
