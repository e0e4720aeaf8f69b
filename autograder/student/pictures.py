"""Pictures that a student's own functions draw. `autograder show` puts them on a page; the notebooks show the same.

The pictures of an assignment are the public functions of `pictures.py` in its folder. Each takes the student's
functions as `Material`, and returns a matplotlib figure. A function with an attribute `stops` takes a second argument,
a number from 0 to stops - 1, for which the notebook has a slider. The first paragraph of its docstring describes the
picture for people who cannot see it; the rest is printed below the picture. matplotlib is imported only to draw.
"""

from __future__ import annotations

import ast
import html
import inspect
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..common.errors import UserError
from ..common.raised import from_a_stub
from ..common.run_file import run_file
from ..data import Examples, data_set, data_sets

if TYPE_CHECKING:
    import torch

# Colours for pictures that are readable on a light page and on a dark one.
BLUE, ORANGE, GREEN, GRAY = "#3b7dd8", "#d1603d", "#2e8b57", "#808080"
_INK = "#010203"  # of text and axes: is replaced by the colour of the page's text
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10.0,
    "axes.titlesize": 10.0,
    "image.interpolation": "none",
    "image.cmap": "gray",
    "savefig.transparent": True,
    "legend.framealpha": 0.0,
    **{f"axes.spines.{side}": False for side in ("top", "right")},
    **dict.fromkeys(("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), _INK),
}
_LOOK = (
    ".picture{margin:.6em 0;max-width:46em;line-height:1.45}.picture svg{width:100%;height:auto;color:inherit}"
    ".picture svg image{image-rendering:pixelated}.picture svg text{font-family:system-ui,sans-serif!important}"
)


class CannotDraw(Exception):
    """Nothing can be drawn yet. The message is a sentence that tells the student why."""


@dataclass(frozen=True)
class Material:
    """What a picture is drawn from: the student's functions by name, and the course's folder of data."""

    functions: Mapping[str, Any]
    data: Path

    def ask(self, task: str, *inputs: Any, shape: Sequence[int] | None = None) -> Any:
        """Call the student's function with copies of the inputs. Returns its result; a tensor is detached.

        shape: if given, the result is a tensor of this shape. Raises CannotDraw if the function is not written, raises
        an error, or returns another shape.
        """
        import torch

        function = self.functions.get(task)
        if function is None:
            raise CannotDraw(f"Your {task} draws this picture, and it is not defined yet.")
        copies = [value.clone() if isinstance(value, torch.Tensor) else value for value in inputs]
        try:
            result = function(*copies)
        except Exception as error:
            if from_a_stub(type(error).__name__, str(error)):
                raise CannotDraw(f"Your {task} draws this picture. Write it first, then look again.") from None
            raise CannotDraw(f"Your {task} raised {type(error).__name__}, so there is nothing to draw yet.") from None
        if shape is None:
            return result.detach() if isinstance(result, torch.Tensor) else result
        try:
            found = torch.as_tensor(result).detach()
        except (TypeError, ValueError, RuntimeError):
            raise CannotDraw(f"Your {task} returned no tensor, so there is nothing to draw yet.") from None
        if tuple(found.shape) != tuple(shape):
            raise CannotDraw(
                f"Your {task} returned shape {tuple(found.shape)}. Only shape {tuple(shape)} can be drawn here."
            )
        return found

    def images(self) -> tuple[torch.Tensor, torch.Tensor]:
        """The training images of the course, uint8 (N, H, W), and their labels, int64 (N,)."""
        found = training_examples(self.data)
        return found.items, found.labels


def training_examples(data: Path, name: str = "") -> Examples:
    """The training examples in a course's `data/`. name: the data set (default: the course's first).

    Raises UserError if there are none, for example beside a notebook outside the course's repository.
    """
    known = [data_set(data, name)] if name else list(data_sets(data).values())
    if not known:
        raise UserError(
            "This needs the course's training data, which are not here. In the course's repository they are in data/."
        )
    return known[0].load_train(data)


def photograph() -> torch.Tensor:
    """A colour photograph that comes with matplotlib: uint8 (H, W, 3) = (100, 86, 3). Grace Hopper, in the public domain."""
    import torch
    from matplotlib import cbook
    from PIL import Image

    file: Any = cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)
    picture = Image.open(file).convert("RGB").resize((86, 100))
    return torch.frombuffer(bytearray(picture.tobytes()), dtype=torch.uint8).reshape(100, 86, 3)


def names_in(path: Path) -> list[str]:
    """The names of the pictures that a `pictures.py` draws, in its order; empty if it does not exist."""
    try:
        body = ast.parse(path.read_bytes()).body
    except (OSError, SyntaxError, ValueError):
        return []
    return [node.name for node in body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]


def stops(path: Path, name: str) -> int:
    """How many positions the slider of a picture has; 0 if it has no slider."""
    return int(getattr(getattr(run_file(path), name), "stops", 0))


def drawn(path: Path, name: str, given: Material, stop: int | None = None) -> str:
    """A picture as HTML: the drawing with the text below it, or a sentence that says why there is none.

    stop: the position of the slider, from 0 to stops - 1; None for a picture without a slider.
    """
    try:
        import matplotlib

        function: Callable[..., Any] = getattr(run_file(path), name)
        with matplotlib.rc_context({**_STYLE, "svg.hashsalt": name}):
            picture = function(given) if stop is None else function(given, stop)
            file = io.StringIO()
            picture.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    except ImportError as error:
        return _sentence(f"Pictures need the package {error.name}: pip install {error.name}")
    except (CannotDraw, UserError) as error:
        return _sentence(str(error))
    except Exception as error:
        return _sentence(f"This picture could not be drawn ({type(error).__name__}: {error}).")
    seen, _, below = inspect.cleandoc(function.__doc__ or "").partition("\n\n")
    return _figure(file.getvalue(), " ".join(seen.split()), " ".join(below.split()))


def _figure(svg: str, seen: str, below: str) -> str:
    svg = svg[svg.index("<svg") :].replace(_INK, "currentColor")
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    # matplotlib uses some ids in every picture. A page has several pictures, so ids that nothing refers to are removed.
    used = set(re.findall(r"#([\w.-]+)", svg))
    svg = re.sub(r' id="([^"]*)"', lambda named: named[0] if named[1] in used else "", svg)
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{html.escape(seen)}" ', 1)
    caption = f"<figcaption>{html.escape(below)}</figcaption>" if below else ""
    return f'<style>{_LOOK}</style><figure class="picture">{svg}{caption}</figure>'


def _sentence(text: str) -> str:
    return f'<p class="picture">{html.escape(text)}</p>'


def in_words(page: str) -> str:
    """A drawn picture as text: its description, or the sentence that says why there is none."""
    label = re.search(r'aria-label="([^"]*)"', page)
    return html.unescape(label[1] if label else re.sub(r"<[^>]*>", "", page))
