"""The recipes against the assignment's table, and names against classes."""

import dataclasses

import pytest

import recipes
import run
from cli import arguments
from trainer import TrainerConfig


def test_handout_is_the_assignments_table():
    handout = recipes.RECIPES["handout"]
    table = {
        phase: dataclasses.astuple(getattr(handout, phase))
        for phase in ("pretrain", "finetune", "scratch")
    }
    assert table == {
        "pretrain": (650, 128, 6e-3, None, None),
        "finetune": (10, 256, 6e-4, None, None),
        "scratch": (75, 256, 6e-4, None, None),
    }
    assert (handout.betas, handout.weight_decay, handout.grad_norm_clip) == ((0.9, 0.95), 0.1, 1.0)
    assert (handout.warmup_tokens, handout.dropout) == (10240, 0.1)
    assert (handout.objective, handout.decay_share) == (None, None)
    assert handout.final_tokens(2938) == 200 * 2938 * 128


@pytest.mark.parametrize("changes", [{"decay_epochs": None}, {"decay_share": 0.9}])
def test_the_rate_falls_in_one_way(changes):
    with pytest.raises(ValueError, match="one of the two"):
        dataclasses.replace(recipes.RECIPES["handout"], **changes)


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_a_learning_rate_scales_all_rates(name):
    phase = recipes.RECIPES[name].pretrain
    line = ["pretrain", "vanilla", "wiki.txt", "--writing_params_path", "p", "--learning_rate"]
    config = arguments.parse([*line, str(2 * phase.learning_rate)])
    doubled, _ = run.length(config, phase, 100, 1e-3)
    assert doubled.learning_rate == 2 * phase.learning_rate
    assert doubled.muon_rate == (phase.muon_rate and 2 * phase.muon_rate)


def test_which_recipes_show_questions_in_pretraining():
    objectives = {name: recipe.objective for name, recipe in recipes.RECIPES.items()}
    assert [name for name, of in objectives.items() if of and of.questions] == ["mixed", "distant"]
    assert objectives["fast"].phrases == "place-like"  # which needs none


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_training_gets_all_that_a_recipe_says(name):
    recipe = recipes.RECIPES[name]
    for plan in (recipe.pretrain, recipe.finetune, recipe.scratch):
        settings = recipe.trainer_settings(plan, 2938)
        said = {**vars(recipe), **vars(plan)}
        shared = {field.name for field in dataclasses.fields(TrainerConfig)} & said.keys()
        assert {name: settings[name] for name in shared} == {name: said[name] for name in shared}
        assert len(shared) == 10 and settings["lr_decay"] is True


def test_recipes_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        recipes.RECIPES["handout"].dropout = 0.2


def test_the_work_of_a_token_follows_the_size():
    """6 for each weight of a product, 12 T C a layer for attention; the assignment's is 20.8e6."""
    assert recipes.flop_per_token() == 20.8e6
    # 2 layers of width 128: 6 (24 128² + 256 128) + 24 128 128 = 2,949,120; 4 of 256: 20,840,448
    assert recipes.flop_per_token(2, 128) == pytest.approx(20.8e6 * 2_949_120 / 20_840_448)
    # 8 of 512: 6 (96 512² + 256 512) + 96 512 128 = 158,072,832
    assert recipes.flop_per_token(8, 512) == pytest.approx(20.8e6 * 158_072_832 / 20_840_448)
