"""Sentences on the mistakes that a training shows: only what was seen, and its usual cause."""

import math

import torch

from .training_run import Trained

_AT_CHANCE = 1.5  # times the accuracy of guessing: a network below it has learnt nothing


def advice(trained: Trained) -> list[str]:
    """What the student should know about mistakes in the training, and about what grading does not accept."""
    return [*_of_the_training(trained), *_of_grading(trained)]


def _of_the_training(trained: Trained) -> list[str]:
    signs, found = trained.signs, []
    losses = [moment.loss for moment in trained.curve if moment.loss is not None]
    if not trained.steps and signs.backwards:
        found.append(f"`backward` was called {signs.backwards:,} times, and no optimizer made a step.")
    elif not trained.steps and not trained.images:
        found.append(
            f"`{trained.network.train}` has shown none of the {trained.data.of.things} to the network that it was given."
        )
    elif not signs.changed:
        found.append("the training did not change any number of the network. Does the optimizer hold its parameters?")
    if signs.followed >= 5 and signs.piled_up >= 0.8 * signs.followed:
        found.append(
            "the gradients are not set to zero after a step: each `backward` adds to those of all steps before."
        )
    first = signs.first_loss
    classes, chance = trained.network.outputs, trained.network.chance
    guesses = trained.network.within is None and classes > 1
    if guesses and losses and min(losses) < 0:
        found.append(
            f"the loss was {min(losses):.3g}, and no cross-entropy is below 0. If yours is NLLLoss: it takes "
            "log-probabilities, as LogSoftmax makes them."
        )
    elif guesses and first is not None and math.isfinite(first) and not chance / 2 <= first <= 2 * chance:
        found.append(
            f"the first loss was {first:.3g}. With cross-entropy, a network that knows nothing begins near "
            f"ln {classes} = {chance:.2f}. Are the {trained.data.of.things} scaled, and is the loss a mean over the batch?"
        )
    if any(not bool(torch.isfinite(numbers).all()) for numbers in trained.numbers.values()):
        found.append(
            "some of the network's numbers are not finite: the training has blown up. Try a smaller learning rate."
        )
    elif len(losses) >= 20 and signs.changed:
        fifth = len(losses) // 5
        begin, end = sum(losses[:fifth]) / fifth, sum(losses[-fifth:]) / fifth
        if first is not None and 0 < 2 * first < end:
            found.append(
                f"the loss rose from {first:.3g} at the first step to {end:.3g} at the end. Does a smaller learning rate help?"
            )
        elif end > 0.98 * begin:
            found.append(
                f"the loss does not fall: on average it is {begin:.3g} in the first fifth of the training, and {end:.3g} "
                "in the last."
            )
    if guesses and trained.accuracy is not None and trained.accuracy < _AT_CHANCE / classes:
        found.append(f"{trained.accuracy:.1%} right is what guessing gives: the network has learnt nothing that helps.")
    if signs.probabilities:
        found.append(
            "the network returns probabilities: they add up to 1. CrossEntropyLoss takes the scores before softmax."
        )
    return found


def _of_grading(trained: Trained) -> list[str]:
    found, budget, seconds = [], trained.network.budget, trained.network.seconds
    size = sum(numbers.numel() for numbers in trained.numbers.values())
    if size > budget:
        found.append(f"the network holds {size:,} numbers; at most {budget:,} are allowed.")
    if trained.device != "cpu":
        found.append(
            f"this was trained on {trained.device}. Grading has only a CPU, where the same training may take longer "
            f"than the {seconds:g} CPU-seconds that it allows. Hand in the trained network."
        )
    elif trained.cpu_seconds > seconds:
        found.append(
            f"this took {trained.cpu_seconds:.0f} CPU-seconds, but grading allows only {seconds:g}: it may "
            "be stopped before its end. Hand in the trained network, or train for less."
        )
    return found
