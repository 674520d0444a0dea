#!/usr/bin/python3
"""The same training steps in PyTorch, for `forward-lab bench speed --peer builtin`.

usage: torch_peer.py --rule bp|fa|dfa|ff|mf|cafo|cnn --widths 784,1000,1000,10 --batch B --threads T

Prints one line of JSON when it is ready. Then every line read from standard input is a number of seconds: it trains for
about that long and answers with one line, "STEPS SECONDS". Between two lines it sleeps, so that it can be interleaved with
other measurements. The arithmetic of a step is that of the lab's rule of the same name: the same products, no more.
Gradients of the local rules are written out by hand, which is faster than autograd for them; backpropagation uses autograd.
"""
import argparse
import gzip
import json
import os
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("--rule", required=True)
parser.add_argument("--widths", default="784,1000,1000,1000,10")
parser.add_argument("--batch", type=int, default=128)
parser.add_argument("--threads", type=int, default=1)
args = parser.parse_args()

# OpenBLAS has a pool of its own. Threads of OpenMP that spin while it works cost most of the speed: let them sleep.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = str(args.threads)
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
import numpy as np  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

torch.set_num_threads(args.threads)
torch.manual_seed(1)
FOLDER = "/usr/share/datasets/fashion-mnist/"
if os.path.isdir(FOLDER):
    pixels = np.frombuffer(gzip.open(FOLDER + "train-images-idx3-ubyte.gz").read(), np.uint8, offset=16).reshape(-1, 784)
    marks = np.frombuffer(gzip.open(FOLDER + "train-labels-idx1-ubyte.gz").read(), np.uint8, offset=8)
    X = (torch.tensor(pixels.astype(np.float32) / 255) - 0.2860) / 0.3530
    Y = torch.tensor(marks.astype(np.int64))
else:
    X, Y = torch.randn(60000, 784), torch.randint(0, 10, (60000,))

W = [int(v) for v in args.widths.split(",")]
HIDDEN, CLASSES = W[1:-1], W[-1]


def batches():
    while True:
        order = torch.randperm(len(X))
        for i in range(0, len(X) - args.batch + 1, args.batch):
            rows = order[i:i + args.batch]
            yield X[rows], Y[rows]


def linears(sizes):
    return [torch.nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:])]


def adam(parameters):
    return torch.optim.Adam(list(parameters), lr=1e-3)


def put(layer, delta, x):
    layer.weight.grad, layer.bias.grad = delta.t() @ x, delta.sum(0)


def error_of(scores, y):
    e = F.softmax(scores, 1)
    e[torch.arange(len(y)), y] -= 1
    return e / len(y)


def make_bp():
    layers = linears(W)
    net = torch.nn.Sequential(*[m for l in layers[:-1] for m in (l, torch.nn.ReLU())], layers[-1])
    optimiser = adam(net.parameters())

    def step(x, y):
        optimiser.zero_grad(set_to_none=True)
        F.cross_entropy(net(x), y).backward()
        optimiser.step()
    return step


def make_feedback(direct):
    layers = linears(W)
    optimiser = adam(p for l in layers for p in l.parameters())
    back = [torch.randn(CLASSES, l.out_features) for l in layers[:-1]] if direct else [torch.randn_like(l.weight) for l in layers]

    def step(x, y):
        with torch.no_grad():
            h = [x]
            for l in layers[:-1]:
                h.append(F.relu(l(h[-1])))
            error = delta = error_of(layers[-1](h[-1]), y)
            for k in range(len(layers) - 1, -1, -1):
                put(layers[k], delta, h[k])
                if k > 0:
                    delta = (error @ back[k - 1] if direct else delta @ back[k]) * (h[k] > 0)
        optimiser.step()
    return step


def make_ff():
    layers = linears(W[:-1])
    optimisers = [adam(l.parameters()) for l in layers]
    height = float(X.max())

    def paint(x, y):
        x = x.clone()
        x[:, :CLASSES] = 0
        x[torch.arange(len(y)), y] = height
        return x

    def norm(h):
        return h / (h.pow(2).mean(1, keepdim=True).sqrt() + 1e-8)

    def step(x, y):
        with torch.no_grad():
            n = len(y)
            h = torch.cat([paint(x, y), paint(x, (y + torch.randint(1, CLASSES, y.shape)) % CLASSES)])
            for layer, optimiser in zip(layers, optimisers):
                x_in = norm(h)
                z = F.relu(layer(x_in))
                u = z.pow(2).sum(1) - z.shape[1]
                error = torch.cat([-torch.sigmoid(-u[:n]), torch.sigmoid(u[n:])]) / n
                put(layer, z * error[:, None], x_in)
                optimiser.step()
                h = z
    return step


def make_mf():
    layers = linears(W[:-1])
    heads = [torch.nn.Linear(w, CLASSES, bias=False) for w in HIDDEN]
    optimisers = [adam(list(l.parameters()) + list(m.parameters())) for l, m in zip(layers, heads)]

    def step(x, y):
        with torch.no_grad():
            h = x
            for layer, head, optimiser in zip(layers, heads, optimisers):
                z = F.relu(layer(h))
                q = error_of(head(z), y)
                put(layer, (q @ head.weight) * (z > 0), h)
                head.weight.grad = q.t() @ z
                optimiser.step()
                h = z
    return step


def make_cafo():
    """Blocks trained by direct feedback from an auxiliary classifier on the last one."""
    layers = linears(W[:-1])
    top = torch.nn.Linear(HIDDEN[-1], CLASSES, bias=False)
    back = [torch.randn(CLASSES, w) for w in HIDDEN[:-1]]
    optimiser = adam([p for l in layers for p in l.parameters()] + [top.weight])

    def step(x, y):
        with torch.no_grad():
            h = [x]
            for l in layers:
                h.append(F.relu(l(h[-1])))
            e = error_of(top(h[-1]), y)
            top.weight.grad = e.t() @ h[-1]
            for k, l in enumerate(layers):
                feedback = top.weight if k + 1 == len(layers) else back[k]
                put(l, (e @ feedback) * (h[k + 1] > 0), h[k])
        optimiser.step()
    return step


def make_cnn():
    net = torch.nn.Sequential(torch.nn.Conv2d(1, 8, 3, padding=1), torch.nn.ReLU(), torch.nn.MaxPool2d(2),
                              torch.nn.Conv2d(8, 16, 3, padding=1), torch.nn.ReLU(), torch.nn.MaxPool2d(2), torch.nn.Flatten(),
                              torch.nn.Linear(784, 10))
    optimiser = adam(net.parameters())

    def step(x, y):
        optimiser.zero_grad(set_to_none=True)
        F.cross_entropy(net(x.view(-1, 1, 28, 28)), y).backward()
        optimiser.step()
    return step


step = {"bp": make_bp, "fa": lambda: make_feedback(False), "dfa": lambda: make_feedback(True), "ff": make_ff, "mf": make_mf,
        "cafo": make_cafo, "cnn": make_cnn}[args.rule]()
source = batches()
for _ in range(5):
    step(*next(source))
print(json.dumps({"peer": "PyTorch " + torch.__version__, "rule": args.rule, "threads": args.threads}), flush=True)
for line in sys.stdin:
    seconds = float(line)
    steps, start = 0, time.perf_counter()
    while True:
        step(*next(source))
        steps += 1
        spent = time.perf_counter() - start
        if spent >= seconds:
            break
    print(steps, spent, flush=True)
