"""Pictures that your own functions draw: `autograder show a5`, or the cells that show them in the notebook."""

import math

import torch
from matplotlib.figure import Figure

from autograder.student.pictures import GRAY, GREEN, ORANGE, CannotDraw, Material

CLASSES = "T-shirt Trouser Pullover Dress Coat Sandal Shirt Sneaker Bag Boot".split()
FEW = 2000  # images that a picture trains on


def _bare(axes, **texts):
    axes.set(xticks=[], yticks=[], **texts)
    axes.spines[:].set_visible(False)


def _network(given):
    """A fresh network of yours: always the same one."""
    torch.manual_seed(0)
    return given.ask("FashionCNN")


def _loss(network, inputs, labels):
    """The mean cross-entropy, a number, that a network has in eval mode."""
    network.eval()
    with torch.no_grad():
        return float(torch.nn.functional.cross_entropy(network(inputs), labels))


def clothes(given: Material) -> Figure:
    """Ten rows of ten pieces of clothing, a row for each class: T-shirts, trousers, pullovers, dresses, coats, sandals,
    shirts, sneakers, bags, ankle boots.

    The first ten training images of each class.
    """
    images, labels = given.images()
    rows = torch.stack([images[labels == number][:10] for number in range(10)])  # (class, example, H, W)
    figure = Figure(figsize=(6.4, 6), layout="constrained")
    axes = figure.subplots()
    axes.imshow(rows.permute(0, 2, 1, 3).reshape(280, 280).numpy())
    _bare(axes)
    axes.set_yticks(range(14, 280, 28), CLASSES)
    axes.tick_params(length=0)
    return figure


def first_loss(given: Material) -> Figure:
    """Eight points close to a dashed line at 2.30: the loss of eight networks that have learnt nothing.

    Eight fresh networks of yours on 256 images. Who knows nothing gives each of ten classes a tenth, and pays
    -ln(1/10) = 2.30. A first loss far above the line says that the first logits are far too large.
    """
    images, labels = (part[:256] for part in given.images())
    inputs = given.ask("preprocess", images, shape=(256, 1, 28, 28))
    losses = []
    for seed in range(8):
        torch.manual_seed(seed)
        losses.append(_loss(given.ask("FashionCNN"), inputs, labels))
    figure = Figure(figsize=(6.4, 2.4), layout="constrained")
    axes = figure.subplots()
    axes.plot(range(1, 9), losses, "o", color=GREEN, label="your network, not trained")
    axes.plot([0.5, 8.5], [math.log(10)] * 2, "--", color=GRAY, label="ln 10")
    axes.set(xlabel="seed", ylabel="first loss", ylim=(0, max(3.0, *losses)))
    axes.legend(frameon=False, loc="lower right")
    return figure


def one_batch(given: Material) -> Figure:
    """The loss on 64 images falls, from 2.3 towards 0, while the network is trained on nothing but them; the loss on 256
    others stays high.

    Your train, called ten times on the same 64 images. Green: on these. Orange: on 256 others. A network that cannot learn
    64 images by heart will not learn ten thousand: this is the quickest test of a training loop.
    """
    images, labels = given.images()
    inputs = given.ask("preprocess", images[:320], shape=(320, 1, 28, 28))
    network = _network(given)
    known, unknown = [], []
    for call in range(11):
        if call:
            given.ask("train", network, images[:64], labels[:64])
        known.append(_loss(network, inputs[:64], labels[:64]))
        unknown.append(_loss(network, inputs[64:], labels[64:320]))
    figure = Figure(figsize=(6.4, 2.6), layout="constrained")
    axes = figure.subplots()
    axes.plot(unknown, color=ORANGE, linewidth=2, label="256 others")
    axes.plot(known, color=GREEN, linewidth=2, label="the 64")
    axes.set(xlabel="calls of train", ylabel="loss", ylim=(0, None))
    axes.legend(frameon=False)
    return figure


def _trained(given):
    """A network of yours that your train has seen 2,000 images with, and the list of losses that came back."""
    images, labels = given.images()
    network = _network(given)
    losses = given.ask("train", network, images[:FEW], labels[:FEW])
    network.eval()
    return network, losses


def learning(given: Material) -> Figure:
    """Left the curve of the losses that train returned. Right a table of ten by ten: which clothes were taken for which, the
    darker the more often; most of it lies on the diagonal.

    Your train on 2,000 images, your predict on 1,000 others. Rows: what an image shows. Columns: what your network says.
    """
    images, labels = given.images()
    network, losses = _trained(given)
    truth = labels[FEW : FEW + 1000]
    classes = given.ask("predict", network, images[FEW : FEW + 1000], shape=(1000,)).long().clamp(0, 9)
    table = torch.bincount(truth * 10 + classes, minlength=100).reshape(10, 10)
    figure = Figure(figsize=(6.4, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(2, 3))
    left.plot(range(1, len(losses) + 1), losses, "o-", color=GREEN)
    left.set(xlabel="epoch", ylabel="loss", ylim=(0, None), title=f"{float((classes == truth).float().mean()):.0%} of 1,000 right")
    right.imshow(torch.where(table > 0, table.float().sqrt(), torch.nan).numpy(), cmap="Blues", vmin=0, vmax=11)
    for row, column in table.nonzero().tolist():
        count = int(table[row, column])
        right.text(column, row, count, ha="center", va="center", fontsize=7, color="white" if count > 40 else "black")
    right.set(xticks=range(10), yticks=range(10), yticklabels=CLASSES)
    right.set_xticklabels(CLASSES, rotation=90)
    return figure


def feature_maps(given: Material) -> Figure:
    """An ankle boot, and below it eight gray pictures of it: what eight channels of the first convolution make of it.
    Some show its outline, some its dark side, some almost nothing.

    The first Conv2d of your network after your train has seen 2,000 images. White is a large number, black a small one.
    """
    images, labels = given.images()
    network, _ = _trained(given)
    first = next((layer for layer in network.modules() if isinstance(layer, torch.nn.Conv2d)), None)
    if first is None:
        raise CannotDraw("Your FashionCNN has no Conv2d, so there are no maps of features to look at.")
    boot = images[labels == 9][:1]
    seen = []
    watch = first.register_forward_hook(lambda layer, inputs, output: seen.append(output.detach()))
    with torch.no_grad():
        network(given.ask("preprocess", boot, shape=(1, 1, 28, 28)))
    watch.remove()
    figure = Figure(figsize=(6.4, 4.4), layout="constrained")
    above, below = figure.subfigures(2, 1, height_ratios=(1, 2))
    axes = above.subplots()
    axes.imshow(boot[0].numpy())
    _bare(axes, title="the boot")
    for number, axes in enumerate(below.subplots(2, 4).flat):
        axes.set_axis_off()
        if number < seen[0].shape[1]:
            axes.imshow(seen[0][0, number].float().numpy())
            axes.set_title(f"channel {number}")
    return figure


def augmentations(given: Material) -> Figure:
    """The same sneaker six times: as it is, mirrored, shifted by three pixels, with noise, with a piece cut out, and upside
    down.

    Which of them is a picture that could stand in the test set? Those are the changes that help in training.
    """
    images, labels = given.images()
    shoe = images[labels == 7][0].float()
    noise = torch.randn(28, 28, generator=torch.Generator().manual_seed(0))
    cut = shoe.clone()
    cut[14:22, 4:12] = 0
    changed = {
        "as it is": shoe,
        "mirrored": shoe.fliplr(),
        "shifted": shoe.roll(3, 1),
        "noise": shoe + 40 * noise,
        "a piece cut out": cut,
        "upside down": shoe.flipud(),
    }
    figure = Figure(figsize=(6.4, 4.2), layout="constrained")
    for (title, image), axes in zip(changed.items(), figure.subplots(2, 3).flat):
        axes.imshow(image.numpy(), vmin=0, vmax=255)
        _bare(axes, title=title)
    return figure
