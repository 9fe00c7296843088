import pytest
import torch

from pipeline.models.errors import WeightsError
from pipeline.models.weights import load_state, load_weights

STAM = {"attention": "stam", "after": ["Mixed_5c"]}


def official(recognizer):
    """A state dict as the authors' code would save it, every tensor of other values."""
    own = recognizer.state_dict()
    prefixes = ("backbone.", "head.", "attention.Mixed_5c.")
    names = [next(n.removeprefix(p) for p in prefixes if n.startswith(p)) for n in own]
    fills = zip(names, own.values(), strict=True)
    return {name: torch.full_like(t, number + 1) for number, (name, t) in enumerate(fills)}


def made(shapes):
    return {name: torch.full(shape, 1 + i % 9) for i, (name, shape) in enumerate(shapes.items())}


def load(recognizer, state, kind, new=()):
    return load_state(recognizer, state, kind, new, "made.pt")


@pytest.mark.parametrize(("changes", "in_channels"), [("", 3), ("flow_overrides", 2)])
def test_i3ds_official_keys_load_strictly(build, official_keys, changes, in_channels):
    recognizer = build(width=1, num_classes=400, in_channels=in_channels)
    official = official_keys("i3d_keys")
    state = made(official["rgb"] | official.get(changes, {}))
    report = load(recognizer, state, "i3d")
    assert (len(report.loaded), report.dropped, report.new) == (344, {}, ())
    own = recognizer.state_dict()
    assert all((own[report.renamed[name]] == state[name]).all() for name in state)


def test_a_checkpoint_with_stams_official_keys_loads_strictly(build, official_keys):
    recognizer = build(width=1, num_classes=106, **STAM)
    state = made(official_keys("stam_keys"))
    report = load(recognizer, state, "stam")
    assert (len(report.loaded), report.dropped, report.new) == (386, {}, ())
    name = "attention.Mixed_5c.attention_pred.conv3d.weight"
    assert torch.equal(recognizer.state_dict()[name], state["attention_pred.conv3d.weight"].float())


def test_a_loaded_network_computes_as_the_one_that_was_saved(build, generator):
    one, other = build(seed=1, **STAM).eval(), build(seed=2, **STAM).eval()
    names = official(one)
    state = dict(zip(names, one.state_dict().values(), strict=True))
    load(other, state, "stam")
    video = torch.randn(2, 3, 8, 32, 32, generator=generator)
    assert torch.equal(one(video).logits, other(video).logits)


def test_a_classifier_of_other_classes_is_dropped_and_said_so(build):
    recognizer = build(num_classes=5)
    before = recognizer.head.logits.conv3d.weight.clone()
    report = load(recognizer, official(build(num_classes=4)), "i3d")
    words = "4 classes, the network has 5"
    assert report.dropped == {"logits.conv3d.weight": words, "logits.conv3d.bias": words}
    assert report.new == ("head.logits.conv3d.weight", "head.logits.conv3d.bias")
    assert torch.equal(recognizer.head.logits.conv3d.weight, before)
    assert "dropped: logits.conv3d.weight" in str(report)


def test_i3d_weights_leave_the_attention_at_its_start_values(build):
    recognizer = build(**STAM)
    before = {name: t.clone() for name, t in recognizer.attention.state_dict().items()}
    report = load(recognizer, official(build()), "i3d")
    assert set(report.new) == {f"attention.{name}" for name in before}
    after = recognizer.attention.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_counters_that_old_files_lack_are_new(build):
    state = {n: t for n, t in official(build()).items() if not n.endswith("num_batches_tracked")}
    report = load(build(), state, "i3d")
    assert len(report.new) == 57
    assert all(name.endswith("num_batches_tracked") for name in report.new)


def test_the_prefix_of_data_parallel_is_taken_off(build):
    recognizer = build()
    state = {f"module.{name}": tensor for name, tensor in official(build()).items()}
    report = load(recognizer, state, "i3d")
    assert report.renamed["module.logits.conv3d.bias"] == "head.logits.conv3d.bias"
    assert len(report.loaded) == 344


def test_misfits_are_listed_by_name_and_shape_and_nothing_is_loaded(build):
    recognizer = build()
    state = official(build(in_channels=2))
    del state["Mixed_4b.b0.bn.bias"]
    state["Mixed_9z.weight"] = torch.zeros(2, 3)
    before = recognizer.backbone.Mixed_3b.b0.conv3d.weight.clone()
    with pytest.raises(WeightsError) as error:
        load(recognizer, state, "i3d")
    for part in (
        "made.pt",
        "1 missing: backbone.Mixed_4b.b0.bn.bias [24]",
        "1 unknown: backbone.Mixed_9z.weight [2, 3]",
        "backbone.Conv3d_1a_7x7.conv3d.weight found [8, 2, 7, 7, 7], expected [8, 3, 7, 7, 7]",
    ):
        assert part in str(error.value)
    assert torch.equal(recognizer.backbone.Mixed_3b.b0.conv3d.weight, before)


def test_stam_weights_do_not_load_into_a_network_without_attention(build):
    with pytest.raises(WeightsError, match=r"42 unknown: attention.Mixed_5c.attention_inc.b0"):
        load(build(), official(build(**STAM)), "stam")


def test_i3d_weights_are_no_stam_weights(build):
    with pytest.raises(WeightsError, match=r"found no attention_inc.*'stam'.*it looks like i3d"):
        load(build(**STAM), official(build()), "stam")


def test_the_plain_phase_loads_into_the_one_with_attention_where_declared(build, tmp_path):
    plain, gated = build(seed=1), build(seed=2, **STAM)
    path = tmp_path / "pretrain.pt"
    torch.save({"phase": "pretrain", "state": plain.state_dict(), "epoch": 3}, path)
    with pytest.raises(WeightsError, match="42 missing"):
        load_weights(gated, path, "fixate", [])
    report = load_weights(gated, path, "fixate", ["attention."])
    assert (len(report.loaded), len(report.new), report.renamed) == (344, 42, {})
    assert torch.equal(gated.head.logits.conv3d.weight, plain.head.logits.conv3d.weight)


def test_half_of_a_declared_new_part_is_still_a_misfit(build):
    gated = build(**STAM)
    state = gated.state_dict()
    del state["attention.Mixed_5c.attention_pred.bn.bias"]
    with pytest.raises(WeightsError, match="1 missing"):
        load(gated, state, "fixate", ["attention."])


def test_the_verbs_classifier_becomes_the_pool_of_the_flow_streams_attention(build):
    flow = {"backbone": "resnet34", "head": "clip"}
    verbs = build(seed=1, num_classes=7, **flow)
    attention = {"name": "pooling", "num_categories": 7}
    actions = build(seed=2, num_classes=9, attention=attention, after=["last"], **flow)
    before = actions.head.linear.weight.clone()
    pool = [("head.linear.", "attention.layer4-2.pool.")]
    state = verbs.state_dict()
    report = load_state(actions, state, "fixate", ["head."], "verbs.pt", renames=pool)
    assert torch.equal(actions.attention["layer4-2"].pool.weight, verbs.head.linear.weight)
    assert report.renamed["head.linear.bias"] == "attention.layer4-2.pool.bias"
    assert report.new == ("head.linear.weight", "head.linear.bias")
    assert torch.equal(actions.head.linear.weight, before)


def test_two_tensors_cannot_stand_in_one_place(build):
    state = official(build())
    state["head.logits.conv3d.bias"] = state["logits.conv3d.bias"]
    with pytest.raises(WeightsError, match=r"both stand for head.logits.conv3d.bias"):
        load_state(build(), state, "i3d", (), "made.pt", renames=[("head.", "head.")])


def test_the_files_of_one_network_load_together(build, tmp_path):
    recognizer = build(seed=1, **STAM)
    state = list(official(recognizer).items())
    halves = [tmp_path / "one.pt", tmp_path / "two.pt"]
    torch.save(dict(state[:200]), halves[0])
    torch.save(dict(state[200:]), halves[1])
    report = load_weights(build(seed=2, **STAM), halves, "stam", [])
    assert len(report.loaded) == 386
    with pytest.raises(WeightsError, match=r"two.pt: found .* holds too; give each part"):
        load_weights(build(**STAM), [*halves, halves[1]], "stam", [])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"phase": None}, "found a mapping with phase, expected named tensors, or an"),
        ([1, 2], "found a list"),
    ],
)
def test_a_file_without_weights_is_named(build, tmp_path, content, message):
    path = tmp_path / "model.pt"
    torch.save(content, path)
    with pytest.raises(WeightsError, match=message):
        load_weights(build(), path, "fixate", [])


@pytest.mark.parametrize("content", [b"", b"<html>not found</html>"])
def test_a_file_that_is_no_checkpoint_is_named(build, tmp_path, content):
    path = tmp_path / "rgb_imagenet.pt"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"rgb_imagenet.pt: found no readable checkpoint"):
        load_weights(build(), path, "i3d", [])


def test_a_file_that_holds_code_is_refused(build, tmp_path):
    path = tmp_path / "rgb_imagenet.pt"
    torch.save(build().backbone, path)
    with pytest.raises(WeightsError, match="holds only tensors"):
        load_weights(build(), path, "i3d", [])


def test_an_absent_file_and_an_unknown_kind_are_named(build, tmp_path):
    with pytest.raises(WeightsError, match=r"none.pt: cannot be read \(No such file"):
        load_weights(build(), tmp_path / "none.pt", "i3d", [])
    with pytest.raises(WeightsError, match=r"'vgg'.*choose among i3d, stam, iga"):
        load_weights(build(), tmp_path / "none.pt", "vgg", [])
