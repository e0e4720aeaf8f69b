"""Public checks of a1_permute: where do the channels go?

Each check says with indices what has to hold: which number of the input stands at each place of the output. The images
are of whole numbers from 0 to 255 (uint8), as files have them, and every pixel has another one.
"""

import pytest
import torch

from autograder.checks import counting_images, expect_inputs_kept, expect_pixels, expect_shape

NCHW = ("image", "channel", "row", "column")  # what lies along the axes
NHWC = ("image", "row", "column", "channel")


@pytest.mark.points(1, task="to_nchw")
def test_moves_the_channels_first(submission):
    """NHWC (2, 5, 7, 3) becomes NCHW (2, 3, 5, 7), pixel for pixel, and uint8 stays uint8."""
    images = counting_images(2, 5, 7, 3, dtype=torch.uint8)
    moved = submission.to_nchw(images)
    expect_pixels(moved, lambda n, c, h, w: images[n, h, w, c], shape=(2, 3, 5, 7), axes=NCHW)
    expect_inputs_kept(moved)


@pytest.mark.points(1, task="to_nhwc")
def test_moves_the_channels_last(submission):
    """NCHW (2, 3, 5, 7) becomes NHWC (2, 5, 7, 3), pixel for pixel, and uint8 stays uint8."""
    images = counting_images(2, 3, 5, 7, dtype=torch.uint8)
    moved = submission.to_nhwc(images)
    expect_pixels(moved, lambda n, h, w, c: images[n, c, h, w], shape=(2, 5, 7, 3), axes=NHWC)
    expect_inputs_kept(moved)


@pytest.mark.points(1, task="image_to_batch")
def test_makes_a_batch_of_one_image(submission):
    """One image (5, 7, 3) becomes (1, 3, 5, 7), pixel for pixel, and the lecture's RGB image (1, 3, 100, 50)."""
    image = counting_images(5, 7, 3, dtype=torch.uint8)
    batch = submission.image_to_batch(image)
    expect_pixels(batch, lambda n, c, h, w: image[h, w, c], shape=(1, 3, 5, 7), axes=NCHW)
    expect_inputs_kept(batch)
    expect_shape(submission.image_to_batch(counting_images(100, 50, 3)), (1, 3, 100, 50))


@pytest.mark.points(1, task="add_channel_axis")
def test_gives_gray_images_their_channel(submission):
    """Grayscale images (2, 5, 7) become (2, 1, 5, 7), pixel for pixel, and Fashion-MNIST's (4, 28, 28) fit as well."""
    images = counting_images(2, 5, 7, dtype=torch.uint8)
    with_channel = submission.add_channel_axis(images)
    expect_pixels(with_channel, lambda n, c, h, w: images[n, h, w], shape=(2, 1, 5, 7), axes=NCHW)
    expect_inputs_kept(with_channel)
    expect_shape(submission.add_channel_axis(counting_images(4, 28, 28)), (4, 1, 28, 28))
