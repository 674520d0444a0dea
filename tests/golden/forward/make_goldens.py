#!/usr/bin/env python3
"""Repeats the golden numbers of ForwardLosses.cpp and ForwardTrajectories.cpp in NumPy (double precision).

Needs python3-numpy. Prints every number; with --check compares them with those below and exits 1 on a difference.
"""
import sys

try:
    import numpy as np
except ImportError:
    print("NumPy is missing (Debian: python3-numpy)")
    sys.exit(77)


def fill(r, c, s):
    i, j = np.indices((r, c))
    return ((31 * i + 17 * j + 7 * s) % 23) / 23.0 - 0.5


def rms(x):
    return x / (np.sqrt((x * x).mean(axis=1, keepdims=True)) + 1e-8)


def softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def sigma(x):
    return 1 / (1 + np.exp(-x))


def softmax(s):
    e = np.exp(s - s.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


Y = np.eye(3)


def ff(xp, xn, w, b, theta, mean=False):
    d = w.shape[1]
    k = d if mean else 1
    hp, hn = np.maximum(xp @ w + b, 0), np.maximum(xn @ w + b, 0)
    gp, gn = (hp ** 2).sum(1) / k, (hn ** 2).sum(1) / k
    n = len(xp)
    loss = (softplus(theta - gp).sum() + softplus(gn - theta).sum()) / (2 * n)
    dp, dn = (-sigma(theta - gp) / (n * k))[:, None] * hp, (sigma(gn - theta) / (n * k))[:, None] * hn
    return loss, xp.T @ dp + xn.T @ dn, (dp.sum(0) + dn.sum(0))[None], hp, hn


def mf(x, y, w, b, m):
    a = np.maximum(x @ w + b, 0)
    p = softmax(a @ m.T)
    loss = -np.log(p[np.arange(len(y)), y]).mean()
    q = (p - Y[y]) / len(y)
    delta = (q @ m) * (a > 0)
    return loss, x.T @ delta, delta.sum(0)[None], q.T @ a, a


class Adam:
    def __init__(self, rate=0.01):
        self.rate, self.t, self.m, self.v = rate, 0, {}, {}

    def step(self, params, grads):
        self.t += 1
        for k, (p, g) in enumerate(zip(params, grads)):
            self.m[k] = 0.9 * self.m.get(k, 0) + 0.1 * g
            self.v[k] = 0.999 * self.v.get(k, 0) + 0.001 * g * g
            p -= self.rate * (self.m[k] / (1 - 0.9 ** self.t)) / (np.sqrt(self.v[k] / (1 - 0.999 ** self.t)) + 1e-8)


results = []


def say(name, found, wanted, tolerance=1e-9):
    results.append(abs(found - wanted) <= tolerance)
    print(f"{'ok ' if results[-1] else 'BAD'} {name:44s} {found:.10f}")


def layer1():
    return fill(4, 6, 3), 0.1 * fill(1, 6, 4)


XP, XN, LABELS = rms(fill(3, 4, 1)), rms(fill(3, 4, 2)), np.array([0, 1, 2])


def singles():
    w, b = layer1()
    loss, dw, db, hp, _ = ff(XP, XN, w, b, 6)
    say("FF sum loss", loss, 2.3833545991)
    say("FF sum |dW|", np.linalg.norm(dw), 1.1436689615)
    say("FF sum |db|", np.linalg.norm(db), 0.8507543734)
    loss, dw, db, _, _ = ff(XP, XN, w, b, 2, mean=True)
    say("FF mean loss", loss, 1.0466274424)
    say("FF mean |dW|", np.linalg.norm(dw), 0.1468540494)
    m = 0.45 + 0.1 * hp.mean(0)
    say("peer variance loss", ((m - m.mean()) ** 2).mean(), 0.0001197849)
    signal = np.tile((2 / 6) * (m - m.mean()) * 0.1 / 3, (3, 1))
    say("peer variance |dW| gated", np.linalg.norm(XP.T @ (signal * (hp > 0))), 0.0006714045)
    say("peer variance |dW| ungated", np.linalg.norm(XP.T @ signal), 0.0006623502)
    loss, dw, _, dm, _ = mf(XP, LABELS, w, b, fill(3, 6, 5))
    say("MF loss", loss, 0.9103914796)
    say("MF |dW|", np.linalg.norm(dw), 0.5305863190)
    say("MF |dM|", np.linalg.norm(dm), 0.3489388674)
    bk = fill(3, 6, 10)
    bk /= np.linalg.norm(bk, axis=1, keepdims=True)
    z = XP @ w + b
    say("feedback block |dW|", np.linalg.norm(XP.T @ ((fill(3, 3, 11) @ bk) * (z > 0) / 3)), 0.5110952874)


def predictors():
    f, y, p = fill(5, 6, 6), np.array([0, 1, 2, 0, 1]), fill(6, 3, 7)
    s = softmax(f @ p)
    say("CaFo CE loss", -np.log(s[np.arange(5), y]).mean(), 1.1650591698)
    say("CaFo CE |dP|", np.linalg.norm(f.T @ (s - Y[y]) / 5), 0.4196474774)
    r = np.linalg.solve(f.T @ f + 1e-3 * np.eye(6), f.T @ Y[y])
    say("CaFo ridge |P|", np.linalg.norm(r), 3.4579701872)
    z = 3 * f @ p
    loss, q = 0.0, np.zeros_like(z)
    for i in range(5):
        u = np.sort(z[i])[::-1]
        k = max(j for j in range(1, 4) if 1 + j * u[j - 1] > u[:j].sum())
        tau = (u[:k].sum() - 1) / k
        q[i] = np.maximum(z[i] - tau, 0)
        loss += -z[i, y[i]] + 0.5 * ((z[i] ** 2 - tau ** 2) * (q[i] > 0)).sum() + 0.5
    say("CaFo sparsemax loss", loss / 5, 0.7251641855)
    say("CaFo sparsemax |dP|", np.linalg.norm(3 * f.T @ (q - Y[y]) / 5), 1.4505333728)


def trajectories():
    w, b = layer1()
    w2, b2 = fill(6, 5, 13), 0.1 * fill(1, 5, 15)
    one, two = Adam(), Adam()
    wanted = {0: (2.3833545991, 2.1581851966), 1: (2.3165381565, 2.0972894408), 10: (1.6273323202, 1.2315025783)}
    for k in range(11):
        loss, dw, db, hp, hn = ff(XP, XN, w, b, 6)
        loss2, dw2, db2, _, _ = ff(rms(hp), rms(hn), w2, b2, 5)
        if k in wanted:
            say(f"FF Adam layer 1 after {k}", loss, wanted[k][0])
            say(f"FF Adam layer 2 after {k}", loss2, wanted[k][1])
        one.step([w, b], [dw, db])
        two.step([w2, b2], [dw2, db2])

    w, b = layer1()
    w2, b2 = fill(6, 5, 13), 0.1 * fill(1, 5, 15)
    m, m2 = fill(3, 6, 5), fill(3, 5, 22)
    one, two = Adam(), Adam()
    wanted = {0: (0.9103914796, 1.1639292727), 1: (0.8701894167, 1.1342160020), 10: (0.5563474360, 1.0279469742)}
    for k in range(11):
        loss, dw, db, dm, a = mf(XP, LABELS, w, b, m)
        loss2, dw2, db2, dm2, _ = mf(a, LABELS, w2, b2, m2)
        if k in wanted:
            say(f"MF Adam layer 1 after {k}", loss, wanted[k][0])
            say(f"MF Adam layer 2 after {k}", loss2, wanted[k][1])
        one.step([w, b, m], [dw, db, dm])
        two.step([w2, b2, m2], [dw2, db2, dm2])

    w, b = layer1()
    mean, vw, vb = np.full(6, 0.5), 0, 0
    wanted = {0: 2.3833545991, 1: 2.3813459804, 10: 2.2956754289}
    for k in range(11):
        loss, dw, db, hp, _ = ff(XP, XN, w, b, 6)
        if k in wanted:
            say(f"FF Hinton after {k}", loss, wanted[k])
        mean = 0.9 * mean + 0.1 * hp.mean(0)
        signal = np.tile(-(0.03 / 3) * (mean.mean() - mean), (3, 1))
        vw = 0.9 * vw - 0.1 * (dw + XP.T @ signal)
        vb = 0.9 * vb - 0.1 * (db + signal.sum(0))
        b += 0.01 * vb
        w += 0.01 * (vw - 0.002 * w)


def inference():
    w, b = layer1()
    w2, b2 = fill(6, 5, 13), 0.1 * fill(1, 5, 15)
    wanted = [[(.30929127, .49699144), (.89381221, 2.00981586), (.71441620, 1.57590159)],
              [(1.12846573, .49763269), (1.12508202, 2.39519642), (.49019698, 1.91352908)]]
    for i in range(2):
        for c in range(3):
            x = fill(2, 4, 16)[i:i + 1].copy()
            x[0, :3] = Y[c]
            h = np.maximum(rms(x) @ w + b, 0)
            h2 = np.maximum(rms(h) @ w2 + b2, 0)
            say(f"goodness row {i} class {c} layer 1", (h ** 2).sum(), wanted[i][c][0], 1e-8)
            say(f"goodness row {i} class {c} layer 2", (h2 ** 2).sum(), wanted[i][c][1], 1e-8)


singles()
predictors()
trajectories()
inference()
if "--check" in sys.argv:
    sys.exit(0 if all(results) else 1)
