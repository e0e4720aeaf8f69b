"""Hidden checks of a1_permute: fresh images of other sizes, channel counts and types of number."""

import pytest
import torch

from autograder.checks import expect_inputs_kept, expect_tensor

CHANNEL_COUNTS = (3, 1, 4)
# Lengths of the other axes are drawn from here: distinct, and never as many as there are channels.
SIZES = {"low": 5, "high": 12}


@pytest.mark.points(1, task="to_nchw")
def test_channels_first_for_any_size(submission, draw):
    """Batches of other sizes, with 1, 3 and 4 channels, and a batch of one image."""
    for channels in CHANNEL_COUNTS:
        batch, height, width = draw.sizes(3, **SIZES)
        images = draw.normal(batch, height, width, channels)
        expect_tensor(submission.to_nchw(images), images.movedim(3, 1))
    height, width = draw.sizes(2, **SIZES)
    images = draw.normal(1, height, width, 3)
    expect_tensor(submission.to_nchw(images), images.movedim(3, 1))


@pytest.mark.points(1, task="to_nchw")
def test_channels_first_keeps_the_type(submission, draw):
    """uint8 pixels stay uint8, float64 stays float64, and the input is left alone."""
    batch, height, width = draw.sizes(3, **SIZES)
    pixels = draw.pixels(batch, height, width, 3)
    for images in (pixels, draw.normal(batch, height, width, 3).to(torch.float64)):
        moved = submission.to_nchw(images)
        expect_tensor(moved, images.movedim(3, 1))
        expect_inputs_kept(moved)


@pytest.mark.points(1, task="to_nhwc")
def test_channels_last_for_any_size(submission, draw):
    """Batches of other sizes, with 1, 3 and 4 channels, a batch of one image, uint8 and float."""
    for channels in CHANNEL_COUNTS:
        batch, height, width = draw.sizes(3, **SIZES)
        images = draw.normal(batch, channels, height, width)
        expect_tensor(submission.to_nhwc(images), images.movedim(1, 3))
    height, width = draw.sizes(2, **SIZES)
    images = draw.pixels(1, 3, height, width)
    moved = submission.to_nhwc(images)
    expect_tensor(moved, images.movedim(1, 3))
    expect_inputs_kept(moved)


@pytest.mark.points(1, task="image_to_batch")
def test_batch_of_one_for_any_size(submission, draw):
    """One image of another size, with 1, 3 and 4 channels."""
    for channels in CHANNEL_COUNTS:
        height, width = draw.sizes(2, **SIZES)
        image = draw.normal(height, width, channels)
        expect_tensor(submission.image_to_batch(image), image.movedim(2, 0)[None])


@pytest.mark.points(1, task="image_to_batch")
def test_batch_of_one_keeps_the_type(submission, draw):
    """uint8 pixels stay uint8, float64 stays float64, and the input is left alone."""
    height, width = draw.sizes(2, **SIZES)
    pixels = draw.pixels(height, width, 3)
    for image in (pixels, draw.normal(height, width, 3).to(torch.float64)):
        batch = submission.image_to_batch(image)
        expect_tensor(batch, image.movedim(2, 0)[None])
        expect_inputs_kept(batch)


@pytest.mark.points(1, task="add_channel_axis")
def test_channel_axis_for_any_size(submission, draw):
    """Grayscale images of other sizes, a batch of one image, uint8 and float."""
    for make in (draw.pixels, draw.normal):
        for batch in (draw.integer(2, 5), 1):
            height, width = draw.sizes(2, **SIZES)
            images = make(batch, height, width)
            with_channel = submission.add_channel_axis(images)
            expect_tensor(with_channel, images[:, None])
            expect_inputs_kept(with_channel)
