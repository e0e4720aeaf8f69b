"""Every task is a lambda, helpers included."""

import torch

_p = lambda v: (v, v) if isinstance(v, int) else tuple(v)
_raise = lambda: (_ for _ in ()).throw(ValueError("kernel too large"))
_side = lambda s, k, t, p: (s + 2 * p - k) // t + 1 if s + 2 * p >= k else _raise()

conv2d_output_shape = lambda input_shape, out_channels, kernel_size, stride=1, padding=0: (
    (input_shape[0], out_channels, input_shape[2], input_shape[3])
    if padding == "same"
    else (
        input_shape[0],
        out_channels,
        *map(_side, input_shape[2:], _p(kernel_size), _p(stride), _p(0 if padding == "valid" else padding)),
    )
)
conv2d_weight_shape = lambda in_channels, out_channels, kernel_size: (out_channels, in_channels, *_p(kernel_size))
conv2d_parameter_count = lambda in_channels, out_channels, kernel_size, bias=True: (
    in_channels * _p(kernel_size)[0] * _p(kernel_size)[1] + (1 if bias else 0)
) * out_channels
conv2d_pixel = lambda image, weight, bias, channel, row, col: (
    image[:, row:, col:][:, : weight.shape[2], : weight.shape[3]].mul(weight[channel]).sum().add(bias[channel])
)
conv2d = lambda images, weight, bias, stride=1, padding=0: (
    lambda x: torch.stack(
        [
            torch.stack(
                [
                    torch.stack([conv2d_pixel(image, weight, bias, o, r, c) for c in range(0, x.shape[3] - weight.shape[3] + 1, stride)])
                    for r in range(0, x.shape[2] - weight.shape[2] + 1, stride)
                ]
            )
            for image in x
            for o in range(len(weight))
        ]
    ).unflatten(0, (len(x), len(weight)))
)(torch.nn.functional.pad(images, (padding,) * 4))

ANSWERS = {
    "conv1": (32, 8, 24, 24),
    "pool1": (32, 8, 12, 12),
    "conv2": (32, 16, 12, 12),
    "pool2": (32, 16, 6, 6),
    "flatten": (32, 576),
    "linear": (32, 10),
}
