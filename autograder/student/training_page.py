"""The results of a training as a page: curves, confusion matrix, filters, feature maps, and the surest mistakes.

The page has no scripts. It is drawn here in SVG and PNG, and needs neither matplotlib nor the internet.
"""

import html
import math

import torch
from torch import Tensor, nn

from ..checks.confusion import confusion
from ..common.png import picture_uri
from .feature_maps import FeatureMaps
from .learning_curve import curves, percent
from .run_before import RunBefore, compared
from .training_run import Trained
from .watcher import Moment

_WRONG_SHOWN = 20
_FILTERS_SHOWN = 64
_LAYERS_SHOWN, _MAPS_SHOWN = 4, 16


def fragment(outcome: Trained, title: str, before: RunBefore | None, maps: FeatureMaps | None) -> str:
    """The body of the page as HTML; Jupyter shows it too. before: the last training, for comparison."""
    parts = [f"<h1>{html.escape(title)}</h1>", _summary(outcome, before), curves(outcome, before)]
    if len(outcome.answers) and outcome.data.of.classes:
        parts += [_confusion(outcome), _surest_mistakes(outcome)]
    parts.append(_filters(outcome.model))
    if maps is not None:
        parts.append(_maps(outcome, maps))
    return f'<style>{_STYLE}</style>\n<div class="training">\n' + "\n".join(filter(None, parts)) + "\n</div>"


# The style of the page around the body. A notebook does not need it.
EDGES = "body{margin:0;background:#ffffff}@media(prefers-color-scheme:dark){body{background:#0d1117}}"
_STYLE = """
.training { --ink: #1f2328; --paper: #ffffff; --faint: #6b7280; --line: #d0d7de; --one: #0b62a4; --two: #b3541e;
  font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 62rem;
  margin: 0 auto; padding: 1rem; }
.training h1 { font-size: 1.5rem; } .training h2 { font-size: 1.15rem; margin: 2rem 0 .3rem; } .training h3 { font-size: 1rem; margin: 1rem 0 .3rem; }
.training p { margin: .3rem 0; } .training .faint { color: var(--faint); }
.training svg { max-width: 100%; height: auto; }
.training .wide { overflow-x: auto; }
.training table { border-collapse: collapse; font-size: .85rem; }
.training th { font-weight: 400; text-align: right; padding: .2rem .5rem; }
.training thead th { vertical-align: bottom; text-align: center; }
.training td { width: 3.2rem; text-align: center; padding: .3rem; border: 1px solid var(--line); }
.training .right { font-weight: 700; } .training .none { border: 0; }
.training .pictures { display: flex; flex-wrap: wrap; gap: .8rem; }
.training figure { margin: 0; width: 8rem; font-size: .8rem; line-height: 1.3; }
.training figure img { width: 84px; height: 84px; image-rendering: pixelated; display: block; border: 1px solid var(--line); }
.training .filters img { width: 48px; height: 48px; image-rendering: pixelated; border: 1px solid var(--line); }
@media (max-width: 40rem) {
  .training table { font-size: .68rem; } .training th { padding: .1rem .2rem; }
  .training thead th { writing-mode: vertical-rl; text-align: left; } .training td { width: 1.5rem; padding: .2rem 0; }
}
@media (prefers-color-scheme: dark) {
  .training { --ink: #e6edf3; --paper: #0d1117; --faint: #9198a1; --line: #3d444d; --one: #6cb6ff; --two: #f0a36b; }
}
"""


def _summary(outcome: Trained, before: RunBefore | None) -> str:
    lines = [*said(outcome), *band_lines(outcome), *compared(outcome, before)]
    return "".join(f"<p>{html.escape(line)}</p>" for line in lines)


def said(outcome: Trained) -> list[str]:
    """Sentences on what was trained, on what, for how long, and how well it does."""
    things, within = outcome.data.of.things, outcome.network.within
    ended = f"{outcome.network.train} raised {type(outcome.raised).__name__}" if outcome.raised else "Stopped by Ctrl-C"
    stopped = f" {ended}; what was learnt until then is kept." if outcome.raised or outcome.stopped else ""
    lines = [
        f"Trained on {len(outcome.data.labels):,} {things}, {outcome.epochs:.1f} times over, in {outcome.seconds:.0f} s "
        f"({outcome.cpu_seconds:.0f} CPU-seconds).{stopped}"
    ]
    if outcome.accuracy is not None:
        lines.append(
            f"{outcome.accuracy:.1%} of {len(outcome.data.held_labels):,} {things} that it was not trained on are right "
            f"(give or take {_error(outcome):.1%}){'' if within is None else f': no more than {within:g} off'}."
        )
    if outcome.problem:
        own = "the network's largest score" if within is None else "the network itself"
        lines.append(f"Note: {outcome.problem}. The figures are those of {own}.")
    return lines


def _error(outcome: Trained) -> float:
    """Two standard deviations of the accuracy, from the number of held-out images alone."""
    share = outcome.accuracy or 0.0
    return 2 * math.sqrt(max(share * (1 - share), 1e-4) / len(outcome.data.held_labels))


def band_lines(outcome: Trained) -> list[str]:
    """The band that this accuracy reaches, and what the next one needs. Empty if there are no bands."""
    share, bands = outcome.accuracy, outcome.network.bands
    if share is None or not bands:
        return []
    reached = [band for band in sorted(bands) if share >= band]
    missed = [band for band in sorted(bands) if share < band]
    name = f"Band reached: {percent(reached[-1])}" if reached else "No band is reached yet"
    points = sum(bands[band] for band in reached)
    lines = [f"{name}, {points} of the {sum(bands.values())} points for accuracy."]
    if missed:
        need = missed[0]
        lines.append(
            f"The next band, {percent(need)}, gives {bands[need]} more: "
            f"{100 * (need - share):.1f} percentage points to go."
        )
    if reached and share - reached[-1] < _error(outcome):
        lines.append(
            f"That is close to the edge of the band: on the test {outcome.data.of.things} it may come out below."
        )
    return lines


# --- what is taken for what ----------------------------------------------------------------------------------------


def most_confused(outcome: Trained) -> list[str]:
    """The three most frequent mistakes in words; empty if there are none, or no classes."""
    classes = outcome.data.of.classes
    if not classes or not len(outcome.answers):
        return []
    table = confusion(outcome.data.held_labels, outcome.answers, len(classes))
    mistakes = [
        (n, right, given) for right, row in enumerate(table) for given, n in enumerate(row) if n and right != given
    ]
    mistakes.sort(key=lambda mistake: -mistake[0])
    return [
        f"{classes[right]} taken for {classes[given]} ({'once' if times == 1 else f'{times} times'})"
        for times, right, given in mistakes[:3]
    ]


def _confusion(outcome: Trained) -> str:
    classes = outcome.data.of.classes
    table = confusion(outcome.data.held_labels, outcome.answers, len(classes))
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in classes)
    rows = []
    for true, name in enumerate(classes):
        whole = max(1, sum(table[true]))
        cells = "".join(_cell(n, n / whole, true == taken) for taken, n in enumerate(table[true]))
        rows.append(f'<tr><th scope="row">{html.escape(name)}</th>{cells}</tr>')
    worst = most_confused(outcome)
    return (
        "<h2>What is taken for what</h2>"
        f"<p>Rows are the right classes, columns what the network says. Most often: {html.escape('; '.join(worst) or 'nothing')}.</p>"
        f'<div class="wide" tabindex="0" role="region" aria-label="Table of what is taken for what"><table><thead><tr><td class=none></td>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )


def _cell(count: int, share: float, right: bool) -> str:
    colour = "34, 139, 80" if right else "200, 70, 40"
    text = str(count) if count else '<span class="faint">0</span>'
    shade = f' style="background: rgba({colour}, {0.08 + 0.6 * share:.2f})"' if count else ""
    return f"<td{' class=right' if right else ''}{shade}>{text}</td>"


def _surest_mistakes(outcome: Trained) -> str:
    data, classes, drawn = outcome.data, outcome.data.of.classes, outcome.data.of.drawn
    if not len(outcome.scores) or drawn is None:
        return ""
    said_class = outcome.answers.clamp(0, len(classes) - 1)
    sure = outcome.scores.gather(1, said_class[:, None]).squeeze(1)
    wrong = (outcome.answers != data.held_labels).nonzero().flatten()
    order = wrong[sure[wrong].argsort(descending=True)][:_WRONG_SHOWN]
    figures = []
    for place in order.tolist():
        true, taken = classes[int(data.held_labels[place])], classes[int(said_class[place])]
        figures.append(
            f'<figure><img alt="{html.escape(true)}" src="{_picture(drawn(data.held_images[place]))}">'
            f"<figcaption>{html.escape(true)}, taken for {html.escape(taken)} ({float(sure[place]):.0%} sure)</figcaption></figure>"
        )
    if not figures:
        return ""
    return (
        "<h2>The surest mistakes</h2><p>Look at them: would you have known? Some labels are simply wrong.</p>"
        f'<div class="pictures">{"".join(figures)}</div>'
    )


# --- filters -------------------------------------------------------------------------------------------------------


def _filters(model: nn.Module) -> str:
    first = next((m for m in model.modules() if isinstance(m, nn.Conv2d)), None)
    if first is None:
        return ""
    weight = first.weight.detach().float().cpu().mean(dim=1)  # (O, kH, kW); usually there is one input channel
    if not bool(torch.isfinite(weight).all()):
        return "<h2>The filters of the first layer</h2><p>They are not finite numbers: the training has blown up.</p>"
    size = float(weight.abs().max()) or 1.0
    images = [((w / size + 1) * 127.5).round().to(torch.uint8) for w in weight[:_FILTERS_SHOWN]]
    pictures = "".join(f'<img alt="filter {i}" src="{_picture(image)}">' for i, image in enumerate(images))
    return (
        "<h2>The filters of the first layer</h2>"
        "<p>Each looks for one small pattern: white counts for, black against, gray does not matter.</p>"
        f'<div class="pictures filters">{pictures}</div>'
    )


def _maps(outcome: Trained, maps: FeatureMaps) -> str:
    classes, drawn = outcome.data.of.classes, outcome.data.of.drawn
    if drawn is None or not classes:
        return ""
    name = html.escape(classes[maps.label])
    parts = [
        "<h2>What the layers see</h2>"
        "<p>One image that the network was not trained on, and what each convolution makes of it: white where it has found "
        "its pattern, black where the opposite, gray where neither. Which of them sees edges, and which whole shapes?</p>"
        f'<div class="pictures filters"><img alt="{name}" src="{_picture(drawn(maps.image))}"></div>'
    ]
    for number, layer in enumerate(maps.layers[:_LAYERS_SHOWN], 1):
        count, height, width = layer.shape
        size = float(layer.abs().flatten().sort().values[int(0.99 * layer.numel())]) or 1.0  # 1 % may be brighter
        images = [(((one / size).clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8) for one in layer[:_MAPS_SHOWN]]
        pictures = "".join(f'<img alt="map {i}" src="{_picture(image)}">' for i, image in enumerate(images, 1))
        shown = f", {_MAPS_SHOWN} of them" if count > _MAPS_SHOWN else ""
        parts.append(
            f"<h3>Convolution {number}: {count} maps of {height} x {width}{shown}</h3>"
            f'<div class="pictures filters">{pictures}</div>'
        )
    return "".join(parts)


def _picture(image: Tensor) -> str:
    """A gray picture, uint8 (H, W), as a `data:` address."""
    return picture_uri(image.contiguous().numpy().tobytes(), image.shape[1], image.shape[0])


def moment_line(moment: Moment, size: int, things: str) -> str:
    """A moment of a training in words. size: how many items one epoch has. things: what they are called."""
    loss = "" if moment.loss is None else f"   loss {moment.loss:.3f}"
    right = "" if moment.accuracy is None else f"   held-out {things} right {moment.accuracy:.1%}"
    return f"epoch {moment.images / size:.1f}   {moment.images:,} {things}{loss}{right}   {moment.seconds:.0f} s"
