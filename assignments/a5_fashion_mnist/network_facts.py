"""What a5_fashion_mnist trains, said once: the checks, `autograder train`, its page and the benchmarks read it here."""

from autograder.course.network import Network

NETWORK = Network(
    data="fashion_mnist",
    preprocess="preprocess",
    model="FashionCNN",
    train="train",
    predict="predict",
    inputs=(1, 28, 28),
    outputs=10,
    scale=1 / 255,
    budget=500_000,
    seconds=90,
    # Each stands three standard deviations (seeds and test images together) below what the recipe that it rewards reaches:
    # a plain one with 250 images, one epoch, two epochs, all six; a residual network. The reference would stand higher, but
    # there every honest network would be up to luck. benchmarks/calibrate.py makes the table.
    bands={0.53: 4, 0.73: 4, 0.77: 4, 0.83: 4, 0.85: 4},
    honest=(0.925, 0.955),  # of at most 500,000 numbers: below 0.91 on the images in data/, below 0.95 on the full set
)
