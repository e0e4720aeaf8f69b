"""Pictures that your own functions draw: `autograder show a4`, or the cells that show them in the notebook."""

import math

import torch
from matplotlib.figure import Figure

from autograder.student.pictures import BLUE, GRAY, GREEN, ORANGE, Material

TSHIRT, SHIRT = 0, 6  # classes of Fashion-MNIST
EPOCHS = 40


def sigmoid(given: Material) -> Figure:
    """A curve that rises from 0 at the logit -6 over one half at 0 to 1 at the logit 6. On both sides of 0 the background
    says which class is predicted.

    The curve is your output_activation("binary", "probability"), the colours are your predict_binary: blue where it says
    class 0, orange where it says class 1.
    """
    logits = torch.linspace(-6, 6, 240)
    module = given.ask("output_activation", "binary", "probability")
    classes = given.ask("predict_binary", logits, shape=(240,))
    figure = Figure(figsize=(6.4, 2.8), layout="constrained")
    axes = figure.subplots()
    for number, colour in ((0, BLUE), (1, ORANGE)):
        axes.fill_between(logits.numpy(), 0, 1, where=(classes == number).numpy(), color=colour, alpha=0.2, linewidth=0)
        if (classes == number).any():
            axes.text(float(logits[classes == number].mean()), 0.65, f"class {number}", ha="center")
    axes.plot(logits.numpy(), module(logits[:, None])[:, 0].detach().numpy(), color=GREEN, linewidth=2)
    axes.plot([-6, 6], [0.5, 0.5], color=GRAY, linestyle=":")
    axes.set(xlabel="logit", ylabel="p, probability of class 0", yticks=[0, 0.5, 1])
    return figure


def binary_loss(given: Material) -> Figure:
    """Loss against logit, for a target of 1, from -130 to 60. By way of the probability the curve rises to the left and
    ends near a logit of -90 or -100: beyond, it is infinite. The other curve, from the logit itself, is the student's.

    Gray: torch's sigmoid, then its logarithm, in float32. Crosses stand where that is infinite. Green: your binary_loss.
    Between 17 and 60 gray is exactly 0: there the sigmoid is 1, and the loss has no slope left.
    """
    logits = torch.linspace(-130, 60, 191)
    by_probability = torch.nn.Sigmoid()(logits).log().neg()
    yours = torch.tensor([float(given.ask("binary_loss", one[None], torch.ones(1))) for one in logits])
    figure = Figure(figsize=(6.4, 3), layout="constrained")
    axes = figure.subplots()
    whole = by_probability.isfinite()
    axes.plot(logits[whole].numpy(), by_probability[whole].numpy(), color=GRAY, linewidth=5, label="by way of p")
    axes.plot(logits[~whole].numpy(), torch.full((int((~whole).sum()),), 145.0).numpy(), "x", color=ORANGE, markersize=4, label="by way of p: infinite")
    axes.plot(logits.numpy(), yours.numpy(), color=GREEN, linewidth=2, label="your binary_loss")
    if not yours.isfinite().all():
        broken = logits[~yours.isfinite()]
        axes.plot(broken.numpy(), torch.full_like(broken, 138.0).numpy(), "x", color=GREEN, markersize=4, label="yours: not finite")
    axes.set(xlabel="logit of an image of class 0", ylabel="loss")
    axes.legend(loc="upper right", frameon=False)
    return figure


def _shirts(given):
    """T-shirts (class 0 of two) and shirts (class 1): float32 (N, 784) and labels (N,), 1,000 to train on and the rest."""
    images, labels = given.images()
    chosen = (labels == TSHIRT) | (labels == SHIRT)
    pixels, names = images[chosen].flatten(1).float() / 255, (labels[chosen] == SHIRT).long()
    return (pixels[:1000], names[:1000]), (pixels[1000:], names[1000:])


def _train(given, output, pixels, targets):
    """Train Linear(784, 1) and what your functions put behind it. Returns the network and its loss in each epoch."""
    torch.manual_seed(0)
    network = torch.nn.Sequential(torch.nn.Linear(784, 1), given.ask("output_activation", "binary", output))
    loss_function = given.ask("choose_loss", "binary", output)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.003)
    curve = []
    for _ in range(EPOCHS):
        loss = loss_function(network(pixels)[:, 0], targets)
        curve.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return network, curve


def shirts(given: Material) -> Figure:
    """Left two curves of the loss while a single Linear layer learns T-shirt or shirt, once with probabilities and once with
    logits; they lie on one another. Right eight pieces of clothing, each with the p of class 0 that it got.

    Class 0 is the T-shirt. The targets, the activations, the losses and the predictions are all yours: binary_targets,
    output_activation, choose_loss, predict_binary and predict_binary_from_probability.
    """
    (pixels, labels), (others, truth) = _shirts(given)
    targets = given.ask("binary_targets", labels, shape=(1000,))
    figure = Figure(figsize=(6.4, 3.6), layout="constrained")
    left, right = figure.subfigures(1, 2)
    axes = left.subplots()
    rights = []
    for output, predict, colour, width in (
        ("probability", "predict_binary_from_probability", GRAY, 5),
        ("logit", "predict_binary", GREEN, 2),
    ):
        network, losses = _train(given, output, pixels, targets)
        scores = network(others)[:, 0].detach()
        classes = given.ask(predict, scores, shape=tuple(truth.shape))
        rights.append(f"{output}: {float((classes == truth).float().mean()):.0%} right")
        axes.plot(losses, color=colour, linewidth=width, label=output)
    axes.plot([0, EPOCHS], [math.log(2)] * 2, color=ORANGE, linestyle=":", label="ln 2: a guess")
    axes.set(xlabel="epoch", ylabel="loss", title=f"on {len(truth)} others\n" + "\n".join(rights))
    axes.legend(frameon=False)
    p = 1 / (1 + torch.exp(-scores[:8]))
    for image, chance, label, one in zip(others[:8].reshape(8, 28, 28), p, truth, right.subplots(4, 2).flat):
        one.imshow(image.numpy())
        one.set(xticks=[], yticks=[], title=f"{'T-shirt' if label == 0 else 'shirt'}: p = {chance:.2f}")
    return figure
