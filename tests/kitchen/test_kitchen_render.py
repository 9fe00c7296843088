import numpy as np
import pytest

from pipeline.kitchen.catalog import NOUNS
from pipeline.kitchen.dishes import OUTLINES, draw_dish
from pipeline.kitchen.hands import choose_looks
from pipeline.kitchen.head import head_motion, project
from pipeline.kitchen.plan import plan_sessions
from pipeline.kitchen.render import Rendered, render_clip


def render(params, seed: int) -> Rendered:
    clip = plan_sessions(params)[0].clips[0]
    looks = choose_looks(np.random.default_rng(1))
    return render_clip(clip, params, looks, (2,), np.random.default_rng(seed))


def test_a_seed_decides_every_pixel(tiny):
    once, again, other = render(tiny, 3), render(tiny, 3), render(tiny, 4)
    assert (once.frames == again.frames).all()
    assert once.frames.shape[1:] == (48, 64, 3)
    assert (once.frames[0] != other.frames[0]).mean() > 0.5


def test_what_is_acted_on_is_in_view_and_nearer_the_middle_than_distractors(tiny):
    rendered = render(tiny, 3)
    assert (rendered.acted_on > 0.0).all()
    assert (rendered.acted_on < 1.0).all()
    away = np.linalg.norm(rendered.acted_on - 0.5, axis=-1).mean()
    assert np.linalg.norm(rendered.distractors - 0.5, axis=-1).mean(axis=1).min() > away


def test_the_head_moves_smoothly_about_its_rest():
    cameras = head_motion(np.random.default_rng(0), 200, 144, 192)
    middle = project(cameras, np.tile([192 / 288, 0.5], (200, 1)))
    assert np.abs(middle.mean(axis=0) - [96, 72]).max() < 4.0
    steps = np.linalg.norm(np.diff(middle, axis=0), axis=1)
    assert 0.05 < steps.mean() < 1.0


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.name)
def test_all_dishes_have_the_same_extent(noun):
    extent = np.ptp(OUTLINES[noun.outline](), axis=0)
    np.testing.assert_allclose(extent, [1.0, 0.74], atol=1e-6)
    assert draw_dish(noun, np.random.default_rng(0), 30.0).image[..., 3].max() == 1.0
