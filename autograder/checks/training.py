"""Run a student's training once, watch it, and find the signs of what is wrong with it.

``train_and_watch`` runs it. ``signs`` reads its behaviour (losses, gradients, outputs), and the source only to see
whether a loop is left early. A sign is the name of a misconception, so that a check can say ``because=sign``; the
message is in the assignment's catalogue. The assignment's ``network_facts.py`` says what the network takes and gives,
and what its tasks are called.
"""

import ast
import dataclasses
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from ..common.definitions import defined_by
from ..common.raised import from_a_stub
from ..course.network import Network
from ..sandbox.inside.wire import SandboxTensor
from ..sandbox.observation import Observation
from ..sandbox.proxy import SubmissionProxy
from ..submission.suggestions import top_level
from . import student_errors
from .expect import require_returned
from .failure import CheckFailed

_MANY_EPOCHS = 10_000
_PROBED = 1000  # training images on which loss and outputs are measured


@dataclass(frozen=True)
class Fit:
    """How well a network fits labels: its loss, and the share that it gets right.

    loss: the mean cross-entropy of its outputs as logits; the mean squared error if the network predicts numbers.
    """

    loss: float
    accuracy: float


_NOT_BEGUN = {
    "generator": "has a yield in it: a call of it makes a generator",
    "coroutine": "is async: a call of it makes a coroutine",
}
"""What a training that did not begin returned -> why."""


@dataclass(frozen=True)
class Training:
    """One training, and what was seen of it.

    network: the assignment's facts. model: the handle of the student's network.
    ran: the observation of ``train``, or of loading weights.
    before, after: the fit in eval mode; after_in_train_mode: with batch norm and dropout as in training.
    inputs: what ``preprocess`` made of the first training images, float32 (N, *network.inputs).
    logits: the trained network's outputs for them, float32 (N, network.outputs).
    images: the number of training images.
    notes: what the sandbox recorded while training, see ``probes.watched``; empty if nothing was trained.
    labelled: how many of the rows trained on could be recognised, and how many of these had their own label.
    works: the network takes ``inputs`` and gives numbers for each; if not, before, after and logits mean nothing.
    """

    network: Network
    model: Observation
    ran: Observation
    before: Fit
    after: Fit
    after_in_train_mode: Fit
    inputs: torch.Tensor
    logits: torch.Tensor
    images: int
    notes: Mapping[str, Any] = field(default_factory=dict)
    labelled: tuple[int, int] = (0, 0)
    works: bool = True

    @property
    def losses(self) -> list[float]:
        """The losses that ``train`` returned, as far as they are numbers."""
        value = self.ran.value
        items = value if isinstance(value, (list, tuple, torch.Tensor)) else ()
        if isinstance(items, torch.Tensor):
            items = items[:_MANY_EPOCHS].tolist() if items.dim() == 1 else ()
        numbers = [i.item() if isinstance(i, torch.Tensor) and i.numel() == 1 else i for i in items]
        return [float(n) for n in numbers if isinstance(n, (int, float)) and not isinstance(n, bool)]

    @property
    def loaded(self) -> bool:
        """Whether nothing was trained, because the network got the weights that came with the submission."""
        return bool(self.ran.calls) and self.ran.calls[-1].name == "load_weights"

    @property
    def story(self) -> str:
        """A sentence for messages about a training that was interrupted, or did not begin, or not made; or nothing."""
        if self.loaded:
            return (
                " It has the weights that came with the file, and nothing was trained here: without that file, grading "
                "trains the network."
            )
        if self.ran.type_name in _NOT_BEGUN:
            return f" `{self.network.train}` {_NOT_BEGUN[self.ran.type_name]}, so nothing in it ran."
        if not self.number("forwards") and self.ran.run is not None and (missing := self.ran.run.missing_package()):
            return f" {missing}"
        if not self.ran.interrupted:
            return ""
        seen, seconds = self.number("images"), self.number("cpu_seconds")
        rounds = f", {seen / self.images:.1f} times the training set" if self.images else ""
        return (
            f" The training was interrupted when its {seconds:.0f} seconds of CPU time were used up; the network had "
            f"seen {seen:,.0f} images by then{rounds}, and is judged as it stands."
        )

    def loss_calls(self, kind: str) -> int:
        """How often torch's loss was called in this way: "cross_entropy of probabilities", "one-hot labels"."""
        seen = self.notes.get("losses")
        count = seen.get(kind, 0) if isinstance(seen, dict) else 0
        return count if isinstance(count, int) else 0

    def number(self, name: str) -> float:
        """A number from the notes, or 0: the sandbox may have sent anything."""
        value = self.notes.get(name)
        return float(value) if isinstance(value, (int, float)) and math.isfinite(value) else 0.0


def disguise(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Images, uint8 (N, H, W), with a little noise: none is recognised by its bytes, and each still shows the same.

    Black pixels stay black and no other pixel becomes black: preprocessing that finds the background still finds it.
    """
    pixels = images.to(torch.int16)
    noise = torch.randint(-2, 3, pixels.shape, generator=generator).to(torch.int16)
    return torch.where(pixels == 0, pixels, (pixels + noise).clamp(1, 255)).to(torch.uint8)


def network_inputs(submission: SubmissionProxy, network: Network, items: SandboxTensor | torch.Tensor) -> torch.Tensor:
    """Items as the network takes them, float32 (N, *network.inputs): what ``preprocess`` makes of them.

    If there is no ``preprocess``, or it does not work, the items are only reshaped and scaled.
    """
    count = len(items) if isinstance(items, torch.Tensor) else items.stop or 0
    made = _preprocessed(submission, network, items)
    if isinstance(made, torch.Tensor) and made.numel() == count * math.prod(network.inputs) and not made.is_complex():
        laid_out = made.float().reshape(count, *network.inputs)
        if torch.isfinite(laid_out).all():
            return laid_out
    scaled = submission.probe("plain", items, network.inputs, network.scale)
    require_returned(scaled)
    value: torch.Tensor = scaled.value
    return value


def _preprocessed(submission: SubmissionProxy, network: Network, items: SandboxTensor | torch.Tensor) -> Any:
    """What the submission's own ``preprocess`` returns; None if the network takes the items as they are."""
    return getattr(submission, network.preprocess)(items).value if network.preprocess else None


def require_result(
    submission: SubmissionProxy,
    network: Network,
    model: Observation,
    observation: Observation,
    known: Sequence[tuple[str, str]] = (),
) -> None:
    """Raise CheckFailed unless the task returned. If it raised because the network or ``preprocess`` does not work, the
    check waits for that task instead of failing.

    known: parts of error messages, each with the misconception that it is a sign of.
    """
    error = observation.error
    if observation.status == "error" and error is not None and not from_a_stub(error.type_name, error.message):
        require_the_pieces(submission, network, model)
        raised = f"{error.type_name}: {error.message}"
        because = next((name for part, name in known if part in raised), None)
        if because is not None:
            text, why = student_errors.told(observation)
            raise CheckFailed(text, observation, None, outcome="error", because=because, why=why)
    require_returned(observation)


def require_the_pieces(submission: SubmissionProxy, network: Network, model: Observation, rows: int = 2) -> None:
    """Raise if the network does not give outputs for ``rows`` inputs, or ``preprocess`` does not make its inputs."""
    outputs = submission.probe("logits", model, torch.rand(rows, *network.inputs))
    if not _are_scores(network, outputs.value, rows):
        raise waits_for(network.model)
    made = _preprocessed(submission, network, SandboxTensor("train_images", None, 2))
    right = isinstance(made, torch.Tensor) and made.dtype == torch.float32 and made.shape == (2, *network.inputs)
    if network.preprocess and not right:
        raise waits_for(network.preprocess)


def waits_for(task: str) -> CheckFailed:
    """What a check raises if it needs another task that does not work yet."""
    return CheckFailed(f"This check builds on {task}, which does not work yet.", outcome="not_run", why="waits")


def train_and_watch(
    submission: SubmissionProxy,
    network: Network,
    images: SandboxTensor,
    labels: SandboxTensor,
    cpu_seconds: float,
    weights: Mapping[str, torch.Tensor] | None = None,
    rate: float = 1.0,
) -> Training:
    """Train a new network on the images, or give it submitted weights. Raises CheckFailed if there is no network.

    An error in ``train`` itself does not raise here: it is the observation ``ran``.
    cpu_seconds: after so much CPU time ``train`` is interrupted.
    rate: a factor on each step, as if on the learning rate; -1 turns the steps round.
    """
    count = images.stop or 10_000
    part = slice(min(count, _PROBED))
    shown, answers = SandboxTensor(images.name, None, part.stop), SandboxTensor(labels.name, None, part.stop)
    inputs = network_inputs(submission, network, shown)
    model = getattr(submission, network.model)()
    if model.handle is None:
        raise waits_for(network.model)
    before = _fit(submission, network, model, inputs, answers)
    notes: Mapping[str, Any] = {}
    if weights is None:
        require_returned(submission.probe("watch", model, inputs[:2], rate))
        ran = _without_its_result(getattr(submission, network.train).within(cpu_seconds)(model, images, labels))
        seen = submission.probe("watched").value
        notes = seen if isinstance(seen, dict) else {}
    else:
        ran = submission.probe("load_weights", model, dict(weights), inputs[:2])
        model.call("eval")
    nothing, none = torch.zeros(0, network.outputs), Fit(math.nan, math.nan)
    if not ran.returned:
        start = before or none
        return Training(
            network, model, ran, start, start, start, inputs, nothing, count, notes, works=before is not None
        )
    after, in_train_mode = (_fit(submission, network, model, inputs, answers, mode) for mode in (False, True))
    outputs = submission.probe("logits", model, inputs)
    if before is None or after is None or not _are_scores(network, outputs.value, len(inputs)):
        return Training(network, model, ran, none, none, none, inputs, nothing, count, notes, works=False)
    labelled = submission.probe("paired", inputs, answers).value if notes else None
    met, own = labelled if isinstance(labelled, tuple) and len(labelled) == 2 else (0, 0)
    again, pairs = in_train_mode or after, (int(met), int(own))
    return Training(network, model, ran, before, after, again, inputs, outputs.value, count, notes, pairs)


def _without_its_result(ran: Observation) -> Observation:
    """A training without what it returned, if that was made by a package that is not there: it is not asked for."""
    error = ran.error
    if error is None or error.type_name != "ModuleNotFoundError" or error.where:
        return ran  # an error of `train` itself has a line
    return dataclasses.replace(ran, status="value", error=None)


def _are_scores(network: Network, value: Any, count: int) -> bool:
    return isinstance(value, torch.Tensor) and value.shape == (count, network.outputs) and value.is_floating_point()


def _fit(
    submission: SubmissionProxy,
    network: Network,
    model: Observation,
    inputs: torch.Tensor,
    labels: SandboxTensor,
    training: bool = False,
) -> Fit | None:
    """How well the network fits; None if it does not take these inputs, or does not give its numbers for each."""
    seen = submission.probe("fit", model, inputs, labels, training, network.within)
    if not isinstance(seen.value, tuple) or len(seen.value) != 2:
        return None
    loss, accuracy = seen.value
    return Fit(float(loss), float(accuracy))


def require_training(submission: SubmissionProxy, training: Training) -> None:
    """Raise if ``train`` raised or did not come back. Known errors name the misconception that they are a sign of."""
    seen = training.loss_calls("one-hot labels")
    known = [(part, name) for part, name in _ERRORS_OF_TRAIN if seen or name != "labels_one_hot"]
    require_result(submission, training.network, training.model, training.ran, known)


_RAW_PIXELS = (
    "not implemented for 'Byte'",
    "Input type (unsigned char)",
    "Input type (torch.ByteTensor)",
    "Byte but found Float",
    "expected scalar type Byte",
)
_ERRORS_OF_TRAIN = (
    ("Expected floating point type for target with class probabilities", "labels_one_hot"),
    ("multi-target not supported", "labels_one_hot"),
    ("element 0 of tensors does not require grad", "loss_without_a_graph"),
    ("'float' object has no attribute 'backward'", "item_before_backward"),
    ("Trying to backward through the graph a second time", "backward_through_old_graphs"),
    *((part, "trains_on_raw_pixels") for part in _RAW_PIXELS),
)
_ERRORS_OF_PREDICT = (
    ("more than 1 value per channel", "forgets_eval_mode"),
    *((part, "forgets_to_preprocess") for part in _RAW_PIXELS),
)


def signs(training: Training) -> tuple[str, ...]:
    """The signs that a training shows, the surest first. Empty if nothing is wrong, or if ``train`` did not return."""
    if not training.ran.returned:
        return ()
    found = output_signs(training.logits) if training.network.within is None else []
    if training.loaded:  # what its outputs say of its training was not seen
        found = [sign for sign in found if sign != "learning_rate_far_too_high"]
    if training.loss_calls("nll_loss of probabilities"):
        found.insert(0, "nll_loss_on_probabilities")
    if training.notes:
        found += _learning_signs(training)
    return tuple(dict.fromkeys(found))


def reason(submission: SubmissionProxy, training: Training) -> str | None:
    """The misconception that explains a training that did not go well; None if the evidence names none."""

    def look() -> str | None:
        found = first(signs(training))
        nothing_learned = bool(training.notes) and not training.ran.interrupted and training.after.accuracy <= 0.2
        if found == "learning_rate_far_too_high" or (found is None and nothing_learned):
            others = (name for name in signs(training) if name != "learning_rate_far_too_high")
            return _other_steps(submission, training) or next(others, None)
        return found

    found: str | None = submission.remember(f"reason of the training on {training.images}", look)
    return found


def _other_steps(submission: SubmissionProxy, training: Training) -> str | None:
    """Train again, on 2,048 items: does the network learn with smaller steps, or with steps in the other direction?

    This tells a learning rate that is too high from a loss with the wrong sign, and from a network that is slow at any.
    """
    for rate, name in (
        (0.1, "learning_rate_far_too_high"),
        (0.01, "learning_rate_far_too_high"),
        (0.001, "learning_rate_far_too_high"),
        (-1, "climbs_the_loss"),
    ):
        other = train_and_watch(
            submission, training.network, SandboxTensor("train_images", None, 2048),
            SandboxTensor("train_labels", None, 2048), cpu_seconds=20, rate=rate,
        )  # fmt: skip
        if other.works and other.after.accuracy > max(0.3, training.after.accuracy + 0.15):
            return name
    return None


def output_signs(outputs: torch.Tensor) -> list[str]:
    """The signs that the outputs alone show, float (N, K)."""
    if not len(outputs) or outputs.dim() != 2:
        return []
    if not torch.isfinite(outputs).all():
        return ["learning_rate_far_too_high"]
    if (outputs >= 0).all() and (outputs <= 1 + 1e-4).all() and outputs.abs().max() > 0:
        if torch.allclose(outputs.sum(dim=1), torch.ones(len(outputs)), atol=1e-3):
            return ["softmax_in_forward"]
        if torch.allclose(outputs.sum(dim=0), torch.ones(outputs.shape[1]), atol=1e-3):
            return ["softmax_over_the_batch"]
        if (outputs > 0).all() and (outputs < 1).all() and 0.05 < float(outputs.mean()) < 0.7:
            return ["sigmoid_in_forward"]
    return []


def _learning_signs(training: Training) -> list[str]:
    number = training.number
    steps, forwards, images = number("steps"), number("forwards"), number("images")
    moved, whole = number("parameters_moved"), not training.ran.interrupted
    found = []
    if forwards and not moved:
        if not steps:
            found.append("forgets_the_step")
        elif not number("parameters_trained"):
            found.append("trains_a_copy")
        elif number("empty_steps") == steps:
            found.append("forgets_backward")
    if number("compared_steps") >= 2 and number("carried_steps") > number("compared_steps") / 2:
        found.append("gradients_not_zeroed")
    if number("optimizers") >= 8 and number("optimizers") >= steps / 2:
        found.append("new_optimizer_every_step")
    if moved and steps and number("parameters_trained") < number("parameters") and whole:
        found.append("trains_only_some_layers")
    if forwards >= 6 and number("different_batches") == 1 and number("largest_batch") <= training.images / 2:
        found.append("one_batch_only")
    elif steps and whole and 0 < images <= training.images / 2:
        found.append(
            "returns_inside_the_loop"
            if _leaves_a_loop(training.ran, training.network.train)
            else "trains_on_few_images"
        )
    if _other_inputs(training):
        found.append("trains_on_raw_pixels")
    if steps and forwards and number("forwards_in_eval") > 0.6 * forwards:
        found.append("trains_in_eval_mode")
    if training.loss_calls("nll_loss of other numbers"):
        found.append("nll_loss_on_logits")
    if training.loss_calls("cross_entropy of probabilities"):
        found.append("softmax_before_the_loss")
    met, own = training.labelled
    if met >= 20 and own < met / 2:
        found.append("labels_lose_their_images")
    if moved and steps >= 4 and number("change") < 0.01 and training.after.loss > 0.8 * training.before.loss:
        found.append("learning_rate_far_too_low")
    if moved and training.after.loss > max(training.network.chance, training.before.loss) + 1 and not found:
        found.append("learning_rate_far_too_high")
    if float(training.inputs.std()) > 30:
        found.append("pixels_not_scaled")
    return found


def _other_inputs(training: Training) -> bool:
    """Did the network train on numbers that spread much more, or much less, than those that ``preprocess`` makes?"""
    pairs = training.notes.get("inputs")
    if not isinstance(pairs, (list, tuple)) or not pairs:
        return False
    deviations = [float(pair[1]) for pair in pairs if isinstance(pair, (list, tuple)) and len(pair) == 2]
    usual = float(training.inputs.std())
    deviations = [deviation for deviation in deviations if math.isfinite(deviation)]  # a single number has none
    return bool(deviations) and usual > 0 and not 1 / 8 < sum(deviations) / len(deviations) / usual < 8


def _leaves_a_loop(ran: Observation, train: str) -> bool:
    """Does the source of the task that trains have a return or break inside a loop?"""
    source = ran.run.source if ran.run is not None else None
    if source is None:
        return False
    defined: dict[str, ast.AST] = {}
    for node in top_level(source.cells):
        if isinstance(node, ast.FunctionDef):
            defined[node.name] = node
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id in defined:
            defined |= dict.fromkeys(defined_by(node), defined[node.value.id])
    loops = (node for node in ast.walk(defined.get(train, ast.Pass())) if isinstance(node, (ast.For, ast.While)))
    return any(isinstance(inner, (ast.Return, ast.Break)) for loop in loops for inner in ast.walk(loop))


def first(found: Sequence[str], *names: str) -> str | None:
    """The first of the signs found that is one of these names, or None. Without names, the first of all."""
    return next((sign for sign in found if not names or sign in names), None)


def require_network(network: Network, observation: Observation, rows: int) -> None:
    """Raise if the network did not take a batch of ``rows`` inputs. Known errors name their misconception."""
    error = observation.error
    if observation.status == "error" and error is not None and not from_a_stub(error.type_name, error.message):
        because = _network_error(f"{error.type_name}: {error.message}", rows, network.inputs)
        if because is not None:
            text, why = student_errors.told(observation)
            raise CheckFailed(text, observation, None, outcome="error", because=because, why=why)
    require_returned(observation)


def _network_error(text: str, rows: int, inputs: tuple[int, ...]) -> str | None:
    if match := re.search(r"shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)", text):
        came = int(match[1])
        if came == rows:
            return "wrong_flatten_size"
        if came == 1:
            return "flattens_across_the_batch"
        return "forgets_to_flatten" if int(match[2]) <= inputs[-1] else None  # rows no wider than an image
    channels, width = inputs[0], inputs[-1]  # (C, H, W)
    if match := re.search(r"to have (\d+) channels, but got (\d+) channels", text):
        wanted, got = int(match[1]), int(match[2])
        if len(inputs) == 3 and (wanted, got) == (channels, width):
            return "expects_the_channels_last"
        if len(inputs) == 3 and (wanted, got) == (width, channels):
            return "expects_a_channel_for_each_row"
        return "expects_three_channels" if (wanted, got) == (3, channels) else None
    for pattern, name in _NETWORK_ERRORS:
        if re.search(pattern, text):
            return name
    return None


_NETWORK_ERRORS = (
    (r"Expected 3D \(unbatched\) or 4D \(batched\) input.*\[\d+(, \d+){4}\]", "adds_the_channel_axis_again"),
    (r"Expected more than 1 value per channel", "batch_statistics_in_eval"),
    (r"shape '\[.*\]' is invalid for input of size", "view_of_a_wrong_size"),
)


def prediction_signs(
    submission: SubmissionProxy, training: Training, classes: torch.Tensor, images: SandboxTensor
) -> tuple[str, ...]:
    """Signs of why ``predict`` gives classes (N,) for the first N images that are not those of the largest logits."""
    best = training.logits[: len(classes)].argmax(dim=1)
    if classes.shape != best.shape:
        return ()
    if torch.equal(classes, training.logits[: len(classes)].argmin(dim=1)):
        return ("picks_the_smallest_score",)
    if torch.equal(classes, best + 1):
        return ("counts_classes_from_one",)
    raw = submission.probe("logits", training.model, submission.probe("plain", images, training.network.inputs, 1.0))
    if raw.returned and float((classes == raw.value.argmax(dim=1)).double().mean()) > 0.98:
        return ("forgets_to_preprocess",)
    if torch.equal(classes.sort().values, best.sort().values):
        return ("shuffles_while_predicting",)
    return ()


def require_prediction(
    submission: SubmissionProxy, network: Network, model: Observation, observation: Observation
) -> None:
    """Raise if ``predict`` did not return. Batch norm's error about a single image means a network in train mode; a
    layer's error about raw pixels means that ``predict`` does not preprocess."""
    require_result(submission, network, model, observation, _ERRORS_OF_PREDICT)


def class_numbers(observation: Observation, count: int, classes: int) -> torch.Tensor | None:
    """What ``predict`` returned for ``count`` items, as int64 (count,); None if it is not one number for each.

    A number that is not a class becomes -1 or ``classes``.
    """
    value = observation.value
    if isinstance(value, (list, tuple)) and len(value) == count and all(type(item) is int for item in value):
        return torch.tensor([min(max(item, -1), classes) for item in value])
    if not isinstance(value, torch.Tensor) or value.shape != (count,) or value.is_complex():
        return None
    return value.nan_to_num(-1).clamp(-1, classes).to(torch.int64)


def predicts_in_train_mode(
    submission: SubmissionProxy, training: Training, items: torch.Tensor | SandboxTensor
) -> bool:
    """Does ``predict`` leave the network in train mode, and give the network's own classes once it is in eval mode?

    Otherwise something else is wrong with it, too: perhaps it asks another network.
    """
    model = training.model
    state = submission.probe("parameters", model, training.inputs[:2])
    if not state.returned or not state.value["training"]:
        return False
    own = submission.probe("logits", model, network_inputs(submission, training.network, items))
    model.call("eval")
    seen = getattr(submission, training.network.predict)(model, items)
    model.call("train")
    if not own.returned or not isinstance(seen.value, torch.Tensor) or seen.value.shape != own.value.shape[:1]:
        return False
    return float((seen.value == own.value.argmax(dim=1)).double().mean()) >= 0.95


def company_sign(submission: SubmissionProxy, training: Training, images: torch.Tensor) -> str | None:
    """The sign of why an item's class depends on the others in its batch; None if unknown. images: items (N, ...)."""
    if predicts_in_train_mode(submission, training, images):
        return "forgets_eval_mode"
    inputs = training.inputs[:60]
    among, alone, again = (submission.probe("logits", training.model, x) for x in (inputs, inputs[:1], inputs[:1]))
    if not among.returned or not alone.returned or not again.returned:
        return None
    if not torch.allclose(again.value, alone.value, rtol=1e-2, atol=1e-3):
        return None  # the network draws at random, with whatever company
    if not torch.allclose(among.value[:1], alone.value, rtol=1e-2, atol=1e-3):
        return "batch_statistics_in_eval"
    once, twice = (getattr(submission, training.network.predict)(training.model, images[:60]) for _ in range(2))
    if not once.returned or not isinstance(once.value, torch.Tensor) or not isinstance(twice.value, torch.Tensor):
        return None
    return "scales_by_the_batch" if torch.equal(once.value, twice.value) else None
