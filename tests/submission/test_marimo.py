"""marimo's notebooks are read as their cells, in the order in which they run."""

from __future__ import annotations

from pathlib import Path

from autograder.submission.source import read_source

NOTEBOOK = '''import marimo

__generated_with = "0.11.0"
app = marimo.App(width="medium")

with app.setup:
    import torch


@app.cell
def _(order):
    inverse = [order.index(axis) for axis in range(4)]
    return (inverse,)


@app.cell(hide_code=True)
def _():
    order = [0, 3, 1, 2]
    text = """
    return kept
"""
    return order, text


@app.cell
def _(
    inverse,
    order,
):
    def to_nchw(images):
        return images.permute(order)

    def to_nhwc(images):
        return images.permute(inverse)
    return to_nchw, to_nhwc


@app.function
@torch.no_grad()
def add_channel_axis(images):
    return images.unsqueeze(1)


if __name__ == "__main__":
    app.run()
'''


def test_its_cells_run_as_one_script(tmp_path: Path) -> None:
    path = tmp_path / "a1_permute.py"
    path.write_text(NOTEBOOK, encoding="utf-8")
    source = read_source(path)
    names: dict[str, object] = {"__name__": "a1_permute"}
    exec(source.text, names)
    assert names["order"] == [0, 3, 1, 2]
    assert names["inverse"] == [0, 2, 3, 1]
    assert {"to_nchw", "to_nhwc", "add_channel_axis"} <= set(names)
    assert "marimo" not in names
    assert "return kept" in str(names["text"])


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a1_permute.py"
    path.write_text(NOTEBOOK, encoding="utf-8")
    source = read_source(path)
    for number, line in enumerate(source.text.split("\n"), 1):
        if line.strip() in (
            "order = [0, 3, 1, 2]",
            "return images.unsqueeze(1)",
            "import torch",
            "return images.permute(inverse)",
        ):
            place = int(source.locate(number).removeprefix("line "))
            assert NOTEBOOK.split("\n")[place - 1].strip() == line.strip()
