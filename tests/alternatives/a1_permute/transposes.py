"""Two swaps one after the other, with swapaxes and transpose; every task builds on the first."""


def to_nchw(images):
    return images.swapaxes(2, 3).swapaxes(1, 2)


def to_nhwc(images):
    return images.transpose(1, 2).transpose(2, 3)


def image_to_batch(image):
    return to_nchw(image.unsqueeze(0))


def add_channel_axis(images):
    return to_nchw(images.unsqueeze(-1))
