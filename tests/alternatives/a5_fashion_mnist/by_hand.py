"""Parameters and steps by hand: functional convolutions, momentum without an optimizer, logits that are a transposed view."""

import torch
import torch.nn.functional as F


def preprocess(images):
    return torch.einsum("nhw->nhw", images.double()).sub(72.9).div(90.0).float()[:, None]


class FashionCNN(torch.nn.Module):
    def __init__(self):
        super().__init__()
        shapes = {"k1": (16, 1, 5, 5), "k2": (32, 16, 3, 3), "w3": (128, 32 * 49), "w4": (10, 128)}
        for name, shape in shapes.items():
            fan_in = torch.Size(shape[1:]).numel()
            self.register_parameter(name, torch.nn.Parameter(torch.randn(shape) * (2 / fan_in) ** 0.5))
            self.register_parameter("b" + name[1], torch.nn.Parameter(torch.zeros(shape[0])))

    def forward(self, x):
        x = F.conv2d(x, self.k1, self.b1, stride=2, padding=2).clamp(min=0)
        x = F.max_pool2d(F.conv2d(x, self.k2, self.b2, padding=1), 2).clamp(min=0)
        x = F.dropout(x.flatten(1), 0.3, self.training)
        x = (x @ self.w3.T + self.b3).clamp(min=0)
        return (self.w4 @ x.T + self.b4[:, None]).T


def train(model, images, labels):
    model.train()
    x, losses, epochs, size = preprocess(images), [], 12, 50
    model.to(memory_format=torch.channels_last)
    x = x.contiguous(memory_format=torch.channels_last)
    speed = [torch.zeros_like(p) for p in model.parameters()]
    for epoch in range(epochs):
        rate, total = 0.04 * (1 - epoch / epochs), 0.0
        order = torch.randperm(len(x))
        for start in range(0, len(x), size):
            i = order[start : start + size]
            batch = x[i].flip(3) if start // size % 2 else x[i]
            loss = F.cross_entropy(model(batch), labels[i])
            gradients = torch.autograd.grad(loss, list(model.parameters()))
            with torch.no_grad():
                for p, v, g in zip(model.parameters(), speed, gradients):
                    v.mul_(0.9).add_(g).add_(p, alpha=1e-4)
                    p.sub_(rate * v)
            total += loss.item() * len(i)
        losses.append(total / len(x))
    model.eval()
    return losses


def predict(model, images):
    model.eval()
    return model(preprocess(images)).detach().sort(dim=1).indices[:, -1]
