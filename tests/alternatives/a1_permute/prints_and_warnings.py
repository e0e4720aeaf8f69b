"""Prints at import and in every call, warns, logs, stops at a breakpoint, draws a demo at module level, and uses the random generator."""

import logging
import sys
import warnings

import torch

torch.manual_seed(0)
print("my solution, version 2")
warnings.warn("this is only a draft", stacklevel=2)
logging.basicConfig(level=logging.DEBUG)


def to_nchw(images):
    print("in:", images.shape, images.dtype)
    result = images.permute(0, 3, 1, 2)
    print("out:", result.shape, file=sys.stderr)
    return result


def to_nhwc(images):
    warnings.warn("I hope that this is the inverse", UserWarning, stacklevel=1)
    logging.getLogger(__name__).warning("permuting back")
    return images.permute(0, 2, 3, 1)


def image_to_batch(image):
    assert image.dim() == 3, "one image only"
    print(image)
    breakpoint()
    return to_nchw(image.unsqueeze(0))


def add_channel_axis(images):
    print(f"{len(images)} images")
    return images.unsqueeze(dim=-3)


demo = torch.rand(1, 100, 50, 3)
print("demo:", to_nchw(demo).shape, to_nhwc(to_nchw(demo)).equal(demo))
assert image_to_batch(demo[0]).shape == (1, 3, 100, 50)
if __name__ == "__main__":
    print("done")
