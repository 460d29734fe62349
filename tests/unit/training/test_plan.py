"""Plans and recipes: what a training is to do, checked before it begins."""

import json
from dataclasses import asdict

import pytest

from fer.errors import InputError, SettingsError
from fer.evaluation.figures.history import HISTORY_COLUMNS, Epoch, read_history, write_history
from fer.training.plan import Plan, Recipe, read_recipe, recipe_from
from tests.helpers.places import MODELS


def stages(*changes: dict) -> dict:
    return {"name": "x", "stages": [{"name": str(k)} | change for k, change in enumerate(changes, 1)]}


def test_a_recipe_without_stages_is_refused():
    with pytest.raises(SettingsError, match="no stage"):
        recipe_from({"name": "x", "stages": []}, "r.json")


def test_a_recipe_is_read_back_as_it_was_written(tmp_path):
    recipe = Recipe("x", (Plan("1"), Plan("2", start="1", teachers=("1",), teacher_weight=0.5)), ("exact",))
    (tmp_path / "r.json").write_text(recipe.to_json())
    assert read_recipe(tmp_path / "r.json") == recipe


def test_what_a_stage_leaves_out_is_the_plans_default():
    recipe = recipe_from(stages({"epochs": 3, "ema": 1}), "r.json")
    assert asdict(recipe.stages[0]) == asdict(Plan("1", epochs=3, ema=1))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"epochs": 0}, "epochs is 0"),
        ({"epochs": 80, "schedule_epochs": 40}, "schedule_epochs is 40, less than the 80 epochs"),
        ({"epochs": "80"}, "epochs is '80': give a whole number"),
        ({"epochs": 1.5}, "give a whole number"),
        ({"epochs": True}, "give a whole number"),
        ({"dropout": 1.0}, "dropout is 1.0"),
        ({"peak_rate": float("nan")}, "peak_rate is nan"),
        ({"name": "../x"}, "A stage is named"),
        ({"views": "wild"}, "Unknown views 'wild': choose one of strong, light, camera"),
        ({"average": ["1"]}, "at least two networks"),
        ({"vote_rows": "some"}, "Unknown vote_rows 'some': choose one of all, named"),
        ({"votes_weight": 0, "teachers": ["1"], "votes_teacher_weight": 0.5}, "votes head that it does not"),
        ({"teachers": "1", "teacher_weight": 0.5}, "teachers is '1': give a list of words"),
        ({"teachers": ["1"]}, "needs both teachers and a teacher_weight"),
        ({"teacher_weight": 0.5}, "needs both teachers and a teacher_weight"),
        ({"epoch": 3}, "unknown value 'epoch'"),
    ],
)
def test_a_wrong_value_is_named(change, words):
    with pytest.raises(SettingsError, match=words.replace("(", r"\(")):
        recipe_from(stages(change), "r.json")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "file is empty"),
        ("[" * 50_000, "no JSON"),
        ("\ufeff[1]", "no JSON object"),
        ('{"name": "x", "stages": [3]}', "no JSON object"),
        ('{"name": "x", "stages": {}}', "a list of stages"),
        ('{"stages": [{}]}', "needs a name"),
        ('{"name": "x", "stages": [{}], "drop": "exact"}', "list of words to drop"),
        ('{"name": "x", "stages": [{}], "average": ["1"]}', "at least two stages"),
        (
            '{"name": "x", "stages": [{"name": "a"}, {"name": "b"}], "average": ["a", "b", "c"]}',
            "averages 'c'",
        ),
        (
            '{"name": "x", "stages": [{}, {"name": "b", "arch": "original"}], "average": ["1", "b"]}',
            "all of one network",
        ),
        ('{"name": "x", "stages": [{}, {}]}', "two stages named '1'"),
        ('{"name": "x", "stages": [{}], "lr": 3}', "unknown value 'lr'"),
        (" " * 200_000, "too long"),
    ],
)
def test_a_wrong_file_is_named(tmp_path, content, words):
    (tmp_path / "r.json").write_text(content, encoding="utf-8")
    with pytest.raises((SettingsError, InputError), match=words) as caught:
        read_recipe(tmp_path / "r.json")
    assert len(str(caught.value)) < 400


def test_the_shipped_recipe_is_sound():
    recipe = read_recipe(MODELS / "recipe.json")
    names = [stage.name for stage in recipe.stages]
    for k, stage in enumerate(recipe.stages):
        needed = {*stage.teachers, *stage.average, *filter(None, stage.start.split("+"))}
        assert needed <= set(names[:k])
    assert json.loads((MODELS / "recipe.json").read_text())["name"] == recipe.name


def test_the_shipped_history_is_read():
    history = read_history(MODELS / "history.csv")
    assert len(history) >= 80
    assert max(epoch.val_accuracy for epoch in history) > 0.68
    for stage in {epoch.stage for epoch in history}:
        numbers = [epoch.epoch for epoch in history if epoch.stage == stage]
        assert numbers == list(range(1, len(numbers) + 1))


def test_an_empty_history_is_its_header(tmp_path):
    write_history([], tmp_path / "h.csv")
    assert (tmp_path / "h.csv").read_text() == ",".join(HISTORY_COLUMNS) + "\n"
    assert read_history(tmp_path / "h.csv") == []


def test_a_history_is_read_back_and_an_old_one_is_stage_1(tmp_path):
    rows = [Epoch("a", 1, 0.1, 2.5, 0.25, 1.75, 30.0), Epoch("b", 1, 0.05, 1.5, 0.5, 1.25, 31.0)]
    write_history(rows, tmp_path / "h.csv")
    assert read_history(tmp_path / "h.csv") == rows
    (tmp_path / "old.csv").write_text(
        "epoch,learning_rate,loss,val_accuracy,val_loss,seconds\n1,.1,2,.3,1.5,40"
    )
    assert read_history(tmp_path / "old.csv") == [Epoch("1", 1, 0.1, 2.0, 0.3, 1.5, 40.0)]


@pytest.mark.parametrize("content", ["", "stage,epoch\n1,1\n", "\0", "1,2\n3"])
def test_what_is_no_history_is_named(tmp_path, content):
    (tmp_path / "h.csv").write_text(content)
    with pytest.raises(InputError, match=r"no training history|file is empty"):
        read_history(tmp_path / "h.csv")
