"""Networks with one mistake each: what it may cost, and what a true message about it says.

`python -m tests.checks.slips` grades them all and prints the table of `docs/fashion-mnist.md` (a training each).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from autograder.course.course import Course
from autograder.grading.engine import Engine, Grading
from autograder.submission.source import Cell, Source
from tests.support.places import ROOT

ASSIGNMENT = "a5_fashion_mnist"


@dataclass(frozen=True)
class Slip:
    """A mistake in the reference. changes: (old, new) text; tasks: those that may lose points, no others; says: a pattern
    that some message has; most: the points that it may cost."""

    name: str
    changes: tuple[tuple[str, str], ...]
    tasks: frozenset[str]
    most: int
    says: str


def slip(name: str, tasks: str, most: int, says: str, *changes: tuple[str, str]) -> Slip:
    return Slip(name, changes, frozenset(tasks.split()), most, says)


MODEL = "model(batch.to(memory_format=torch.channels_last))"
SLIPS = (
    slip("gradients not cleared", "train", 24, "clear the gradients", ("            optimizer.zero_grad()\n", "")),
    slip("softmax before CrossEntropyLoss", "train", 24, "CrossEntropyLoss got prob", (f"{MODEL},", f"{MODEL}.softmax(1),")),
    slip("learning rate 1,000 times too high", "train", 24, "steps are too large", ("lr=0.005", "lr=5.0")),
    slip("learning rate 10,000 times too low", "train", 24, "so small", ("lr=0.005", "lr=5e-7")),
    slip("images and labels shuffled apart", "train", 24, "shuffled apart",
         ("labels[chosen]", "labels[torch.randperm(len(labels))[: len(chosen)]]")),
    slip("trained in eval mode", "train", 24, "eval mode while it was trained", ("    model.train()\n", "    model.eval()\n")),
    slip("return inside the loop", "train", 24, "return or break",
         ("            total += loss.item() * len(batch)\n", "            total += loss.item() * len(batch)\n            return losses\n")),
    slip("one batch only", "train", 24, "same batch",
         ("torch.randperm(len(inputs)).split(batch_size)", "[torch.arange(batch_size)] * batches")),
    slip("no optimizer step", "train", 24, "never takes a step", ("            optimizer.step()\n", "")),
    slip("optimizer of the last layers only", "train", 24, "some of the network's parameters",
         ("AdamW(model.parameters()", "AdamW(model.classifier.parameters()")),
    slip("another network trained", "train", 24, "another network",
         ("    model.train()\n", "    model = FashionCNN()\n    model.train()\n")),
    slip("item before backward", "train predict", 25, "bare number",
         ("labels[chosen])\n", "labels[chosen]).item()\n"), ("loss.item()", "loss")),
    slip("no eval mode in predict", "predict", 3, "train mode when it predicts", ("    model.eval()\n    with", "    with")),
    slip("names of classes", "predict", 5, "names of the classes",
         ("return torch.cat([model(preprocess(part)).argmax(dim=1) for part in images.split(500)])",
          "return ['Bag'] * len(images)")),
    slip("scores of all classes", "predict", 5, "scores of all classes", (".argmax(dim=1) for", " for")),
    slip("argmax over the batch", "predict", 5, "down the batch", (".argmax(dim=1) for", ".argmax(dim=0) for")),
    slip("int32 classes", "predict", 5, "int64", (".argmax(dim=1) for", ".argmax(dim=1).int() for")),
    slip("raw pixels in predict", "predict", 5, "raw pixels", ("preprocess(part)", "part.unsqueeze(1).float()")),
    slip("first images only predicted", "predict", 5, "return stand inside|shape", ("images.split(500)])", "images.split(500)[:1]])[:32]")),
    slip("dropout that is always on", "FashionCNN predict", 3, "still drawn at random",
         ("return self.classifier(self.features(x))",
          "return self.classifier(torch.nn.functional.dropout(self.features(x), 0.25))")),
    slip("softmax in forward", "FashionCNN train", 24, "as a softmax does",
         ("nn.Linear(128, 10),", "nn.Linear(128, 10),\n            nn.Softmax(dim=1),")),
    slip("no non-linearity", "FashionCNN train", 10, "no non-linearity",
         ("nn.ReLU()", "nn.Identity()"), ("nn.MaxPool2d(2)", "nn.AvgPool2d(2)")),
    slip("too many parameters", "FashionCNN", 1, "parameters and buffers", ("32 * 7 * 7, 128", "32 * 7 * 7, 400"), ("nn.Linear(128, 10)", "nn.Linear(400, 10)")),
    slip("preprocess without the channel axis", "preprocess", 2, "3 axes, and should have 4",
         (".unsqueeze(1)  #", "  #"), ("inputs = preprocess(images)", "inputs = preprocess(images).unsqueeze(1)"),
         ("model(preprocess(part))", "model(preprocess(part).unsqueeze(1))")),
    slip("subtracting in uint8", "preprocess train", 12, "goes beyond one end",
         ("floats = images.to(torch.float32).unsqueeze(1)", "floats = (images - 73).to(torch.float32).unsqueeze(1)")),
)  # fmt: skip


def reference_in_fewer_epochs() -> str:
    """The reference, trained for a third as many epochs: it loses no point by that."""
    text = Course(ROOT).assignment(ASSIGNMENT).master.read_text("utf-8")
    assert "epochs, batch_size = 6, 128" in text
    return text.replace("epochs, batch_size = 6, 128", "epochs, batch_size = 2, 128")


def as_source(slip: Slip, reference: str) -> Source:
    for old, new in slip.changes:
        assert old in reference, (slip.name, old)
        reference = reference.replace(old, new)
    return Source("py", (Cell(reference, 1, None),))


def lost(graded: Grading) -> dict[str, int]:
    """The points lost in each task that lost any."""
    points: dict[str, int] = {}
    for verdict in graded.verdicts:
        if verdict.outcome != "passed":
            points[verdict.check.task] = points.get(verdict.check.task, 0) + verdict.check.points
    return points


def is_told(slip: Slip, graded: Grading) -> bool:
    told = (
        f"{v.message} {v.diagnosis.message if v.diagnosis else ''}" for v in graded.verdicts if v.outcome != "passed"
    )
    return any(re.search(slip.says, text) for text in told)


def report(slip: Slip, graded: Grading) -> str:
    points, accuracy = lost(graded), graded.metrics.get("accuracy")
    where = ", ".join(f"{task} {number}" for task, number in points.items()) or "none"
    share = f"{accuracy:.1%}" if isinstance(accuracy, float) else ""
    named = "yes" if is_told(slip, graded) else "no" if points else "-"
    return f"| {slip.name} | {40 - sum(points.values())} | {where} | {share} | {named} |"


if __name__ == "__main__":
    import sys

    engine = Engine(Course(ROOT), Course(ROOT).assignment(ASSIGNMENT))
    master = engine.assignment.master.read_text(encoding="utf-8")
    print("| mistake | points of 40 | lost | accuracy | named |\n|---|---:|---|---:|---|", flush=True)
    for each in SLIPS:
        if len(sys.argv) < 2 or any(word in each.name for word in sys.argv[1:]):
            grading = engine.grade(as_source(each, master), 1)
            print(report(each, grading), flush=True)
            if (
                not is_told(each, grading)
                or lost(grading).keys() - each.tasks
                or sum(lost(grading).values()) > each.most
            ):
                for verdict in grading.verdicts:
                    if verdict.outcome != "passed":
                        named = verdict.diagnosis.name if verdict.diagnosis else "-"
                        print(
                            "   ",
                            verdict.check.name,
                            verdict.check.points,
                            verdict.outcome,
                            verdict.message[:300],
                            "=>",
                            named,
                            file=sys.stderr,
                            flush=True,
                        )
    engine.close()
