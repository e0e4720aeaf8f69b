"""Fashion-MNIST: the subset in git, the full set, and how to read both.

    load_train(Path("data"))         10,000 training images, checked against their checksums
    load_test(Path("data"))          2,000 test images; never in a student's repository
    load_pair(images, labels)        two files by their paths, for the sandbox
    load_full(Path("data"), "test")  the official files, once `autograder data --full` has laid them down
    lay_down(FASHION_MNIST, ...)     what `autograder data --full` does

Importing this package is cheap: torch, torchvision and rich are imported where they are used.
"""

from autograder.data.command import add_arguments, run
from autograder.data.full import DATASETS, FASHION_MNIST, MNIST, lay_down, load_full
from autograder.data.idx import Images, load_pair
from autograder.data.subset import CLASSES, load_test, load_train, make_subset, student_files, verify_subset

__all__ = [
    "CLASSES",
    "DATASETS",
    "FASHION_MNIST",
    "MNIST",
    "Images",
    "add_arguments",
    "lay_down",
    "load_full",
    "load_pair",
    "load_test",
    "load_train",
    "make_subset",
    "run",
    "student_files",
    "verify_subset",
]
