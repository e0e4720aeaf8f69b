"""The examples that an assignment's network is trained on and tested with, from the course's data set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..common.errors import UserError
from ..course.network import Network
from ..data import Examples, data_set
from ..data.dataset import FOLDER

if TYPE_CHECKING:
    import torch


def training_tensors(root: Path, network: Network) -> dict[str, torch.Tensor]:
    """The training items and labels for the sandbox, by the names that checks use. root: the course's folder."""
    folder = root / FOLDER
    examples = data_set(folder, network.data).load_train(folder)
    return {"train_images": examples.items, "train_labels": examples.labels}


def test_examples(root: Path, network: Network | None) -> Examples:
    """The test items and labels, which no student code is given. root: the course's folder.

    Raises UserError if the assignment declares no network, or if its data set has no test items.
    """
    if network is None:
        raise UserError("held_out is for an assignment that declares its network, in network_facts.py.")
    folder = root / FOLDER
    return data_set(folder, network.data).load_test(folder)


def facts_for_reports(root: Path, network: Network) -> dict[str, Any]:
    """What a result says about the network besides its figures, so that a report does not need the course: the names of
    the test items and of the classes, and the accuracies above which a teacher should look."""
    data = data_set(root / FOLDER, network.data)
    return {"things": data.things, "classes": list(data.classes), "honest": list(network.honest)}
