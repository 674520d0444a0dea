#!/usr/bin/python3
"""Golden values of networks and optimisers. Authority: PyTorch (its version stands in the file).

Usage: make_goldens.py [OUT.json]     writes the goldens (default: goldens.json beside this script)
       make_goldens.py --check        computes them again and compares with the committed file; exit 77 without PyTorch

Inputs and initial parameters come from a counter-based generator (SplitMix64), so that both sides draw the same numbers.
"""
import json
import os
import sys

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    print("PyTorch is not installed: nothing to compare with")
    sys.exit(77)

HERE = os.path.dirname(os.path.abspath(__file__))
MASK = (1 << 64) - 1


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def draw(key, count, scale):
    """count numbers in [-scale, scale), exactly representable in float32."""
    values = []
    for i in range(count):
        top = mix((key + (i + 1) * 0x9E3779B97F4A7C15) & MASK) >> 48
        values.append((top / 32768.0 - 1.0) * scale)
    return values


def tensor(key, shape, scale):
    count = 1
    for n in shape:
        count *= n
    return torch.tensor(draw(key, count, scale), dtype=torch.float64).reshape(shape)


class Parameters:
    """Parameters by name; the key of block i is 100 + i."""

    def __init__(self):
        self.names, self.values = [], []

    def add(self, name, shape, trained=True, scale=0.5, shift=0.0):
        t = tensor(100 + len(self.names), shape, scale) + shift
        self.names.append(name)
        self.values.append(t.clone().requires_grad_(trained))
        return self.values[-1]


def mlp(p, x, training):
    h = torch.tanh(F.linear(x, p[0], p[1]))
    h = F.gelu(F.linear(h, p[2], p[3]))
    h = F.softplus(F.linear(h, p[4], p[5]))
    h = F.selu(F.linear(h, p[6], p[7]))
    h = torch.sigmoid(F.linear(h, p[8], p[9]))
    return F.linear(h, p[10], p[11])


def mlp_parameters():
    p = Parameters()
    widths = [5, 7, 6, 6, 7, 5, 3]
    for i in range(6):
        p.add("l%d.weight" % (i + 1), [widths[i + 1], widths[i]])
        p.add("l%d.bias" % (i + 1), [widths[i + 1]])
    return p


def cnn(p, x, training):
    h = F.conv2d(x, p[0], p[1], stride=2, padding=1)
    h = F.relu(F.batch_norm(h, p[4].clone(), p[5].clone(), p[2], p[3], training=training, eps=1e-5))
    h = F.max_pool2d(h, 3, stride=2, padding=1)
    h = F.relu(F.conv2d(h, p[6], p[7], padding=1))
    h = F.avg_pool2d(h, 2)
    return F.linear(h.flatten(1), p[8], p[9])


def cnn_parameters():
    p = Parameters()
    p.add("c1.weight", [4, 2, 3, 3])
    p.add("c1.bias", [4])
    p.add("n1.weight", [4], shift=1.0)
    p.add("n1.bias", [4])
    p.add("n1.running_mean", [4], trained=False)
    p.add("n1.running_var", [4], trained=False, shift=1.0)
    p.add("c2.weight", [3, 4, 3, 3])
    p.add("c2.bias", [3])
    p.add("l1.weight", [4, 3 * 1 * 1])
    p.add("l1.bias", [4])
    return p


def residual(p, x, training):
    h = F.linear(x, p[0], p[1])
    b = F.layer_norm(h, [6], p[2], p[3], eps=1e-5)
    h = h + torch.tanh(F.linear(b, p[4], p[5]))
    return F.linear(h, p[6], p[7])


def residual_parameters():
    p = Parameters()
    p.add("l1.weight", [6, 5])
    p.add("l1.bias", [6])
    p.add("n1.weight", [6], shift=1.0)
    p.add("n1.bias", [6])
    p.add("l2.weight", [6, 6])
    p.add("l2.bias", [6])
    p.add("l3.weight", [3, 6])
    p.add("l3.bias", [3])
    return p


NETWORKS = {
    "mlp": (mlp, mlp_parameters, [5], 3),
    "cnn": (cnn, cnn_parameters, [2, 8, 8], 4),
    "residual": (residual, residual_parameters, [5], 3),
}
ROWS = 4


def case(name):
    forward, parameters, shape, classes = NETWORKS[name]
    p = parameters()
    x = tensor(7, [ROWS] + shape, 1.0).requires_grad_(True)
    labels = torch.arange(ROWS) % classes
    scores = forward(p.values, x, True)
    loss = F.cross_entropy(scores, labels)
    loss.backward()
    evaluated = forward(p.values, x, False)
    return {
        "blocks": [{"name": n, "shape": list(v.shape)} for n, v in zip(p.names, p.values)],
        "scores": scores.detach().flatten().tolist(),
        "evaluated": evaluated.detach().flatten().tolist(),
        "loss": loss.item(),
        "input_gradient": x.grad.flatten().tolist(),
        "gradients": {n: v.grad.flatten().tolist() for n, v in zip(p.names, p.values) if v.requires_grad},
    }


OPTIMISERS = {
    "sgd": (lambda q: torch.optim.SGD(q, lr=0.1), {"rate": 0.1}),
    "sgd with decay": (lambda q: torch.optim.SGD(q, lr=0.1, weight_decay=0.05), {"rate": 0.1, "decay": 0.05}),
    "momentum": (lambda q: torch.optim.SGD(q, lr=0.05, momentum=0.9, weight_decay=0.01), {"rate": 0.05, "decay": 0.01}),
    "nesterov": (lambda q: torch.optim.SGD(q, lr=0.05, momentum=0.8, nesterov=True), {"rate": 0.05, "momentum": 0.8}),
    "adam": (lambda q: torch.optim.Adam(q, lr=0.01), {"rate": 0.01}),
    "adam with decay": (lambda q: torch.optim.Adam(q, lr=0.01, weight_decay=0.1), {"rate": 0.01, "decay": 0.1}),
    "adamw": (lambda q: torch.optim.AdamW(q, lr=0.01, weight_decay=0.1), {"rate": 0.01, "decay": 0.1}),
}


def trajectory(name):
    make, held = OPTIMISERS[name]
    p = tensor(50, [9], 1.0).requires_grad_(True)
    optimiser = make([p])
    points = []
    for step in range(10):
        p.grad = tensor(60 + step, [9], 1.0)
        optimiser.step()
        points.append(p.detach().tolist())
    return {"id": name.split()[0], "held": held, "points": points}


def goldens():
    return {
        "authority": "PyTorch " + torch.__version__.split("+")[0] + ", double precision",
        "command": "make_goldens.py",
        "networks": {name: case(name) for name in NETWORKS},
        "optimisers": {name: trajectory(name) for name in OPTIMISERS},
    }


def compare(a, b, path=""):
    if isinstance(a, dict):
        assert a.keys() == b.keys(), path
        for k in a:
            if path or k not in ("authority", "command"):
                compare(a[k], b[k], path + "/" + k)
    elif isinstance(a, list):
        assert len(a) == len(b), path
        for i, (u, v) in enumerate(zip(a, b)):
            compare(u, v, path + "/%d" % i)
    elif isinstance(a, float):
        assert abs(a - b) <= 1e-9 * (1 + abs(b)), "%s: %r now, %r committed" % (path, a, b)
    else:
        assert a == b, path


def main():
    if len(sys.argv) > 1 and sys.argv[1] == "--check":
        with open(os.path.join(HERE, "goldens.json")) as f:
            compare(goldens(), json.load(f))
        print("the committed goldens are those of PyTorch " + torch.__version__)
        return
    out = sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "goldens.json")
    with open(out, "w") as f:
        json.dump(goldens(), f, indent=1, sort_keys=True)
        f.write("\n")


if __name__ == "__main__":
    main()
