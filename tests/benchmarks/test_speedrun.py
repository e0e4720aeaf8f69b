"""What the tables and the record of Fashion-MNIST are computed with."""

from __future__ import annotations

import importlib
import math
import sys
import types
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import torch
from torch.nn import functional as F

from tests.support.places import ROOT


@pytest.fixture(scope="module")
def calibrate() -> types.ModuleType:
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        importlib.import_module("speedrun")
        return importlib.import_module("calibrate")
    finally:
        sys.path.remove(str(ROOT / "benchmarks"))


@pytest.fixture(scope="module")
def speedrun(calibrate: types.ModuleType) -> types.ModuleType:
    return sys.modules["speedrun"]


def test_every_band_stands_three_deviations_below_a_recipe(calibrate: types.ModuleType) -> None:
    """The bands in the checks are those that the table in the repository gives."""
    rows = calibrate.read(calibrate.TABLE)
    rewarded = {round(s.band, 2) for s in calibrate.summaries(rows) if s.runs >= calibrate.SEEDS}
    assert set(calibrate.NETWORK.bands) <= rewarded
    assert sum(calibrate.NETWORK.bands.values()) == 20


def test_the_page_shows_the_table(calibrate: types.ModuleType) -> None:
    page = (ROOT / "docs" / "fashion-mnist.md").read_text(encoding="utf-8")
    assert calibrate.markdown(calibrate.read(calibrate.TABLE)) in page, "python benchmarks/calibrate.py markdown"
    for share in calibrate.NETWORK.bands:
        assert f"| {share:.0%} | 4 |" in page


def test_a_summary_adds_both_spreads(calibrate: types.ModuleType) -> None:
    rows = [calibrate.Row("x", seed, 10_000, 10.0, 5, (a,), a) for seed, a in enumerate((0.89, 0.90, 0.91))]
    (found,) = calibrate.summaries(rows)
    assert found.accuracy == pytest.approx(0.90)
    assert found.between_seeds == pytest.approx(0.01)
    assert found.deviation == pytest.approx(math.hypot(0.01, math.sqrt(0.9 * 0.1 / 2000)))
    assert found.band == 0.86  # 0.90 - 3 * 0.01204 = 0.8639


def test_a_table_that_was_begun_is_gone_on_with(calibrate: types.ModuleType, tmp_path: Path) -> None:
    row = calibrate.Row("plain, 1 epoch", 0, 10_000, 1.5, 7, (0.5, 0.25), 0.125)
    calibrate.append(tmp_path / "t.csv", row)
    assert calibrate.read(tmp_path / "t.csv") == [row]
    left = list(calibrate.missing(tmp_path / "t.csv", ["plain, 1 epoch", "b"], 2))
    assert left == [("b", 0), ("plain, 1 epoch", 1), ("b", 1)]


def test_lesser_recipes_differ_from_the_plain_one(calibrate: types.ModuleType) -> None:
    recipes = calibrate.recipes()
    assert len(recipes) >= 12 + len(calibrate.LESSER)
    assert len(set(recipes.values())) == len(recipes)


def test_edges_are_what_they_say(speedrun: types.ModuleType) -> None:
    """The filters at every pixel, ReLU, the mean over 4 x 4, and the mean brightness over 2 x 2; then a square root."""
    images = torch.randint(0, 256, (3, 28, 28), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    got = speedrun.Edges()(images)
    pixels = images[:, None] / 255
    edges = F.conv2d(pixels, speedrun.edge_filters()[:, None], padding=1).clamp(min=0)
    wanted = F.avg_pool2d(edges, 4).permute(0, 2, 3, 1).flatten(1), F.avg_pool2d(pixels, 2).flatten(1)
    torch.testing.assert_close(got, torch.cat(wanted, dim=1).sqrt(), atol=1e-3, rtol=0)


def test_the_axes_have_mean_nothing_and_no_correlation(speedrun: types.ModuleType) -> None:
    features = torch.randn(4000, 588, generator=torch.Generator().manual_seed(0)) + 3
    axes = speedrun.Axes.of(features, 20)(features)
    covariance = axes.T @ axes / len(axes)
    assert float(axes.mean(dim=0).abs().max()) < 1e-3
    assert float((covariance - covariance.diag().diag()).abs().max()) < 0.02


@pytest.mark.heavy
def test_a_record_is_its_seeds(speedrun: types.ModuleType) -> None:
    from autograder.data.subset import load_train

    some = load_train(ROOT / "data")
    recipe = speedrun.Recipe("test", axes=64, hidden=64, epochs=1.0, rate=0.01)
    one, again = (speedrun.train_record(recipe, some.items[:3000], some.labels[:3000], 1) for _ in range(2))
    given = one.predict(some.items[3000:4000])
    assert torch.equal(given, again.predict(some.items[3000:4000]))
    assert speedrun.share(given, some.labels[3000:4000]) > 0.6


def test_the_picture_is_svg_and_shows_what_was_measured(speedrun: types.ModuleType) -> None:
    picture = (ROOT / "docs" / "accuracy.svg").read_text(encoding="utf-8")
    assert picture == speedrun.plot(), "python benchmarks/speedrun.py plot"
    words = " ".join(ET.fromstring(picture).itertext())
    for name in ("record", "student recipe", "reference"):
        assert name in words
