"""marimo's notebooks are read as their cells, in the order in which they run."""

from __future__ import annotations

import time
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


def chain(links: int, first: str) -> str:
    """Cells of which each needs what the next one makes; the last needs `first`."""
    cells = "".join(f"@app.cell\ndef _(a{n + 1}):\n    a{n} = 1\n    return a{n}\n" for n in range(links - 1))
    cells += f"@app.cell\ndef _({first}):\n    a{links - 1} = 1\n    return a{links - 1}\n"
    return f"import marimo\napp = marimo.App()\n{cells}"


def test_cells_without_end_cost_little_time_and_a_circle_loses_none(tmp_path: Path) -> None:
    path = tmp_path / "a1_permute.py"
    path.write_text(chain(1100, "x"), encoding="utf-8")
    began = time.process_time()
    made = [cell.text for cell in read_source(path).cells]
    assert made == [f"a{n} = 1" for n in reversed(range(1100))]
    assert time.process_time() - began < 1
    path.write_text(chain(5, "a0"), encoding="utf-8")
    assert [cell.text for cell in read_source(path).cells] == [f"a{n} = 1" for n in range(5)]


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
