"""Fashion-MNIST: photographs of clothes. README.md, beside this file, describes the data set."""

from pathlib import Path

from autograder.data import Official, OfficialFile, Subset, idx_set

OFFICIAL = Official(
    name="fashion_mnist",
    title="Fashion-MNIST",
    folder="FashionMNIST",
    variable="FASHION_MNIST_DIR",
    system=Path("/usr/share/datasets/fashion-mnist"),
    debian="dataset-fashion-mnist",
    files=(
        OfficialFile("train-images-idx3-ubyte", 47_040_016, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
        OfficialFile("train-labels-idx1-ubyte", 60_008, "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
        OfficialFile("t10k-images-idx3-ubyte", 7_840_016, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
        OfficialFile("t10k-labels-idx1-ubyte", 10_008, "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
    ),
)  # fmt: skip
DATA = idx_set(
    OFFICIAL,
    Subset(
        classes=(
            "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
        ),
        per_class={"train": 1000, "test": 200},
        licence="MIT, Copyright (c) 2017 Zalando SE; see LICENSE",
        source="https://github.com/zalandoresearch/fashion-mnist",
    ),
)  # fmt: skip
