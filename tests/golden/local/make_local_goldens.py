#!/usr/bin/env python3
"""Golden values for backpropagation, feedback alignment, direct feedback alignment, equilibrium propagation and the
NoProp schedule. Authority: PyTorch's automatic differentiation in double (Debian package python3-torch) and NumPy.

    /usr/bin/python3 make_local_goldens.py > Goldens.h
"""
import numpy as np
import torch

torch.set_default_dtype(torch.float64)
SIZES = [7, 6, 5, 4]
B = 9


def numbers(shape, tag, scale):
    n = int(np.prod(shape))
    return torch.tensor(scale * np.sin(1.0 + 0.7 * np.arange(n) + 13.0 * tag)).reshape(shape)


X = numbers((B, SIZES[0]), 50, 1.0)
Y = torch.arange(B) % SIZES[-1]


def parameters():
    out = []
    for l in range(3):
        out.append(numbers((SIZES[l + 1], SIZES[l]), 2 * l, 0.5))
        out.append(numbers((SIZES[l + 1],), 2 * l + 1, 0.1))
    return out


def emit(name, values):
    flat = [v for t in values for v in (t.detach().reshape(-1).tolist() if torch.is_tensor(t) else [float(t)])]
    body = ", ".join(repr(float(v)) for v in flat)
    print(f"inline const std::vector<double> {name} = {{{body}}};\n")


class Transported(torch.autograd.Function):
    """x W^T whose input gradient uses B in place of W."""

    @staticmethod
    def forward(ctx, x, w, b):
        ctx.save_for_backward(x, b)
        return x @ w.T

    @staticmethod
    def backward(ctx, g):
        x, b = ctx.saved_tensors
        return g @ b, g.T @ x, None


def backprop():
    p = [t.clone().requires_grad_() for t in parameters()]
    adam = torch.optim.Adam(p, lr=1e-2)
    losses = []
    for _ in range(3):
        h1 = torch.tanh(X @ p[0].T + p[1])
        h2 = torch.tanh(h1 @ p[2].T + p[3])
        loss = torch.nn.functional.cross_entropy(h2 @ p[4].T + p[5], Y)
        adam.zero_grad()
        loss.backward()
        adam.step()
        losses.append(loss)
    emit("kBackpropLosses", losses)
    emit("kBackpropAfterThreeAdamSteps", p)


def feedback_alignment():
    p = [t.clone().requires_grad_() for t in parameters()]
    b2, b3 = numbers((SIZES[2], SIZES[1]), 20, 0.7), numbers((SIZES[3], SIZES[2]), 21, 0.7)
    h1 = torch.tanh(X @ p[0].T + p[1])
    h2 = torch.tanh(Transported.apply(h1, p[2], b2) + p[3])
    loss = torch.nn.functional.cross_entropy(Transported.apply(h2, p[4], b3) + p[5], Y)
    loss.backward()
    emit("kFeedbackAlignmentGradient", [t.grad for t in p])


def direct_feedback_alignment():
    p = [t.clone().requires_grad_() for t in parameters()]
    d1, d2 = numbers((SIZES[3], SIZES[1]), 30, 0.7), numbers((SIZES[3], SIZES[2]), 31, 0.7)
    h1 = torch.tanh(X @ p[0].T + p[1])
    h2 = torch.tanh(h1.detach() @ p[2].T + p[3])
    scores = h2.detach() @ p[4].T + p[5]
    scores.retain_grad()
    torch.nn.functional.cross_entropy(scores, Y).backward()
    e = scores.grad
    h1.backward(e @ d1)
    h2.backward(e @ d2)
    emit("kDirectFeedbackAlignmentGradient", [t.grad for t in p])


def equilibrium():
    p = [(0.6 * t).requires_grad_() for t in parameters()]
    rho = lambda u: torch.sigmoid(4 * u - 2)
    u = [torch.zeros(B, n) for n in SIZES[1:]]
    for _ in range(500):
        r = [rho(v) for v in u]
        u = [
            X @ p[0].T + p[1] + r[1] @ p[2],
            r[0] @ p[2].T + p[3] + r[2] @ p[4],
            r[1] @ p[4].T + p[5],
        ]
    out = rho(u[2])
    loss = 0.5 * ((out - torch.nn.functional.one_hot(Y, SIZES[-1])) ** 2).sum() / B
    loss.backward()
    emit("kEquilibriumOutput", [out])
    emit("kEquilibriumLoss", [loss])
    emit("kEquilibriumGradient", [t.grad for t in p])


def noprop():
    T, eps, eta = 10, 0.01, 0.1
    t = np.arange(T + 1)
    ab = eps + (1 - 2 * eps) * np.sin(np.pi * t / (2 * T)) ** 2
    snr = ab / (1 - ab)
    alpha = ab[:-1] / ab[1:]
    emit("kScheduleAlphaBar", [torch.tensor(ab)])
    emit("kScheduleA", [torch.tensor(np.sqrt(ab[1:]) * (1 - alpha) / (1 - ab[:-1]))])
    emit("kScheduleB", [torch.tensor(np.sqrt(alpha) * (1 - ab[1:]) / (1 - ab[:-1]))])
    emit("kScheduleC", [torch.tensor((1 - ab[1:]) * (1 - alpha) / (1 - ab[:-1]))])
    emit("kScheduleWeight", [torch.tensor(T / 2 * eta * np.diff(snr))])


print("// Written by make_local_goldens.py; do not edit. Authority: PyTorch", torch.__version__, "and NumPy", np.__version__)
print("#pragma once\n\n#include <vector>\n\nnamespace lab::golden {\n")
backprop()
feedback_alignment()
direct_feedback_alignment()
equilibrium()
noprop()
print("}  // namespace lab::golden")
