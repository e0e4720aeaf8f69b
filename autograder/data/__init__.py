"""Data sets of a course, each declared in a module of its `data/`, and the reading of labelled images in IDX files.

    data_set(Path("data"), "letters").load_train(Path("data"))   load the data set that data/letters.py declares
    idx_set(official, subset)                                    a data set of IDX files, for such a module
    lay_down(official, ...)                                      what `autograder data --full` does

Importing this package is cheap: torch and torchvision are imported by the functions that use them.
"""

from .dataset import (
    DataSet,
    Examples,
    Official,
    OfficialFile,
    Subset,
    data_set,
    data_sets,
    files_of_graders,
    files_of_students,
)
from .full import lay_down, load_full
from .subset import idx_set, make_subset, verify_subset

__all__ = [
    "DataSet",
    "Examples",
    "Official",
    "OfficialFile",
    "Subset",
    "data_set",
    "data_sets",
    "files_of_graders",
    "files_of_students",
    "idx_set",
    "lay_down",
    "load_full",
    "make_subset",
    "verify_subset",
]
