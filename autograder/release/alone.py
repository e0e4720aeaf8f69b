"""Notebooks that work alone: in an empty folder, or on Colab, with only the package installed.

Each holds the public checks of its assignment, packed into a cell that grading passes over. If the assignment trains a
network, the cell also holds the first training examples, so that the checks run.
"""

import base64
import json
from pathlib import Path
from typing import Any

from ..common.zips import zip_of
from ..course.assignment import Assignment
from ..course.manifest import FILE, SCHEMA, excerpt
from ..course.network import network_of
from ..data import data_set
from ..data.dataset import FOLDER as DATA
from ..data.dataset import SAMPLE
from .notebooks import write_notebook

FOLDER = "alone"
_SAMPLE_SIZE = 1 << 19  # bytes, so that an executed notebook stays below a megabyte
BADGE = (
    "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
    "(https://colab.research.google.com/github/{github}/blob/main/alone/{name}.ipynb)"
)


def write_alone(released: Assignment, into: Path, github: str = "") -> None:
    """Write the notebook of a released assignment into a folder, so that it works alone.

    github: "owner/name" of the students' repository; then a first cell installs the package from there.
    """
    import nbformat
    import nbformat.v4 as v4

    notebook: Any = nbformat.read(str(released.notebook), as_version=4)
    source = f'from autograder.notebook import unpack\n\nunpack("{_packed(released)}")'
    cells = [v4.new_code_cell(source, id="unpack", metadata={"jupyter": {"source_hidden": True}, "cellView": "form"})]
    if github:
        install = f'%pip install -q "cnn-autograder[submissions] @ git+https://github.com/{github}"'
        if released.trains:  # a training needs all the images, which are too many to pack
            install += f"\n!git clone -q --depth 1 https://github.com/{github} course\n%cd course"
        cells.insert(0, v4.new_code_cell(install, id="install"))
    notebook.cells = [*cells, *notebook.cells]
    write_notebook(notebook, into / released.notebook.name)


def _packed(released: Assignment) -> str:
    """The files of an assignment that its check cells read, as a zip file in base64. The bytes are always the same."""
    parts = [released.master, released.public_checks, released.pictures, released.network, released.stub]
    parts += sorted(released.folder.glob("diagnoses.*"))
    root = released.folder.parent
    files = {f"assignments/{part.relative_to(root).as_posix()}": part.read_bytes() for part in parts if part.is_file()}
    network = network_of(released)
    if network is not None:
        data = root.parent / DATA
        files[SAMPLE] = data_set(data, network.data).load_train(data).first(_SAMPLE_SIZE)
    files[f"assignments/{FILE}"] = json.dumps({"schema": SCHEMA, **excerpt(root, released.name)}).encode()
    return base64.b64encode(zip_of(files)).decode()
