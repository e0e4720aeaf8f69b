import torch


class Line(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.slope = torch.nn.Parameter(torch.ones(1))
        self.offset = torch.nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return self.slope * x + self.offset


def fit(x, y, steps):
    line = Line()
    optimizer = torch.optim.SGD(line.parameters(), 0.3)
    for _ in range(steps):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(line(x), y).backward()
        optimizer.step()
    return line.slope.item(), line.offset.item()
