"""The examples that an assignment's network is trained on and tested with, from the course's data set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..common.errors import UserError
from ..course.network import Network
from ..data import data_set
from ..data.dataset import FOLDER

if TYPE_CHECKING:
    import torch

    from ..data import Examples


def training_tensors(root: Path, network: Network) -> dict[str, torch.Tensor]:
    """What the sandbox of a submission that trains is given, by the names that checks ask for. root: the course's."""
    folder = root / FOLDER
    examples = data_set(folder, network.data).load_train(folder)
    return {"train_images": examples.items, "train_labels": examples.labels}


def test_examples(root: Path, network: Network | None) -> Examples:
    """What no student code is given. Raises UserError where an assignment has no network, or its data set none."""
    if network is None:
        raise UserError("held_out is for an assignment that declares its network, in network_facts.py.")
    folder = root / FOLDER
    return data_set(folder, network.data).load_test(folder)


def facts_for_reports(root: Path, network: Network) -> dict[str, Any]:
    """What a result says of the network beside its figures, so that a report needs no course: what the test items and
    their classes are called, and the accuracies above which a teacher should look."""
    data = data_set(root / FOLDER, network.data)
    return {"things": data.things, "classes": list(data.classes), "honest": list(network.honest)}
