"""einops: the axes by name."""

from einops import rearrange


def to_nchw(images):
    return rearrange(images, "n h w c -> n c h w")


def to_nhwc(images):
    return rearrange(images, "n c h w -> n h w c")


def image_to_batch(image):
    return rearrange(image, "h w c -> 1 c h w")


def add_channel_axis(images):
    return rearrange(images, "n h w -> n 1 h w")
