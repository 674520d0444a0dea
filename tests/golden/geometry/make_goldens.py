#!/usr/bin/env python3
"""Reference values of the geometry measures from NumPy, SciPy and scikit-learn.

make_goldens.py            writes goldens.json beside this file
make_goldens.py --check    computes them again and compares with goldens.json (exit 1 on a difference,
                           77 where the Python packages are not installed)

Every value is computed from its textbook definition on the raw arrays, never from a Gram matrix shortcut.
Inputs are multiples of 1/1024, so that single and double precision hold the same numbers.
"""
import json
import os
import sys

try:
    import numpy as np
    import scipy
    import scipy.spatial
    import scipy.stats
    import sklearn
    import sklearn.linear_model
    import sklearn.metrics
    import sklearn.neighbors
except ImportError as problem:
    print("skipped:", problem)
    sys.exit(77)

HERE = os.path.dirname(os.path.abspath(__file__))
FILE = os.path.join(HERE, "goldens.json")


def on_grid(x):
    return np.round(np.asarray(x) * 1024) / 1024


def make_cases():
    rng = np.random.default_rng(20240611)
    cases = {}
    # More probes than units, balanced classes.
    y = np.repeat(np.arange(3), 8)
    centres = rng.normal(size=(3, 7)) * 1.5
    x = centres[y] + rng.normal(size=(24, 7)) + 2.0
    other = x @ rng.normal(size=(7, 5)) / 3 + rng.normal(size=(24, 5))
    cases["tall"] = {"x": on_grid(x), "y": on_grid(other), "labels": y}
    # More units than probes, rectified (exact zeros), classes of different sizes, labels that do not start at 0.
    y = np.array([2] * 4 + [5] * 7 + [6] * 3 + [9] * 6)
    order = rng.permutation(len(y))
    y = y[order]
    centres = {c: rng.normal(size=40) for c in (2, 5, 6, 9)}
    x = np.maximum(0, np.array([centres[c] for c in y]) + rng.normal(size=(20, 40)))
    other = np.maximum(0, x[:, :30] + 0.7 * rng.normal(size=(20, 30)))
    cases["wide"] = {"x": on_grid(x), "y": on_grid(other), "labels": y}
    # A large common mean: single-precision products of raw values would lose everything.
    x = rng.normal(size=(16, 6)) + 1000.0
    other = x[:, :4] @ rng.normal(size=(4, 4)) * 0.25 + rng.normal(size=(16, 4))
    cases["offset"] = {"x": on_grid(x), "y": on_grid(other), "labels": np.arange(16) % 4}
    # Two sets of numbers with ties, and two vectors.
    cases["numbers"] = {"x": on_grid(np.round(rng.normal(size=(30, 1)) * 4) / 4 + 0.5),
                        "y": on_grid(np.round(rng.normal(size=(21, 1)) * 4) / 4), "labels": np.array([], dtype=int)}
    g = rng.normal(size=(6, 9))
    cases["vectors"] = {"x": on_grid(0.4 * g + rng.normal(size=(6, 9))), "y": on_grid(g), "labels": np.array([], dtype=int)}
    scores = rng.normal(size=(40, 4)) + 1.5 * np.eye(4)[np.arange(40) % 4]
    cases["scores"] = {"x": on_grid(scores), "y": np.zeros((0, 0)), "labels": np.arange(40) % 4}
    return cases


def centred(x):
    return x - x.mean(0)


def u_centred(k):
    k = k.copy()
    n = len(k)
    np.fill_diagonal(k, 0)
    rows = k.sum(0) / (n - 2)
    k -= rows[:, None] + rows[None, :]
    k += rows.sum() / (n - 1)
    np.fill_diagonal(k, 0)
    return k


def debiased_hsic(k, l):
    n = len(k)
    return (u_centred(k) * u_centred(l)).sum() / (n * (n - 3))


def cka_debiased(k, l):
    return debiased_hsic(k, l) / np.sqrt(debiased_hsic(k, k) * debiased_hsic(l, l))


def cka_features(x, y):
    x, y = centred(x), centred(y)
    return np.linalg.norm(y.T @ x) ** 2 / (np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y))


def gaussian(x, sigma):
    d = scipy.spatial.distance.squareform(scipy.spatial.distance.pdist(x, "sqeuclidean"))
    upper = np.sort(d[np.triu_indices(len(d), 1)])
    return np.exp(-d / (2 * sigma ** 2 * upper[len(upper) // 2]))


def cka_of_kernels(k, l):
    n = len(k)
    h = np.eye(n) - 1 / n
    k, l = h @ k @ h, h @ l @ h
    return (k * l).sum() / (np.linalg.norm(k) * np.linalg.norm(l))


def distances(x, kind):
    metric = {"euclidean": "euclidean", "squared_euclidean": "sqeuclidean", "cosine": "cosine", "correlation": "correlation"}[kind]
    return scipy.spatial.distance.pdist(x, metric)


def snap(values):
    """Equal distances differ in the last bit; ranks must not."""
    return np.round(values, 9)


def compare(v, w, how):
    if how == "pearson":
        return scipy.stats.pearsonr(v, w)[0]
    v, w = snap(v), snap(w)
    if how == "spearman":
        return scipy.stats.spearmanr(v, w)[0]
    if how == "kendall_b":
        return scipy.stats.kendalltau(v, w)[0]
    sign = np.sign(v[:, None] - v[None, :]) * np.sign(w[:, None] - w[None, :])
    m = len(v)
    return sign.sum() / (m * (m - 1))


def erank(w):
    q = w[w > 1e-12 * w.max()] / w.sum()
    return np.exp(-(q * np.log(q)).sum())


def two_nn(x):
    d, _ = sklearn.neighbors.NearestNeighbors(n_neighbors=3).fit(x).kneighbors(x)
    mu = np.sort(d[:, 2] / d[:, 1])
    n = len(mu)
    keep = 9 * n // 10
    f = np.arange(1, n + 1) / n
    a, b = np.log(mu[:keep]), -np.log(1 - f[:keep])
    return (a * b).sum() / (a * a).sum(), (n - 1) / np.log(mu).sum(), mu


def loo_ridge(x, labels, rho):
    classes = np.unique(labels)
    onehot = (labels[:, None] == classes).astype(float)
    lam = rho * (centred(x) ** 2).sum() / len(x)
    predictions = np.zeros_like(onehot)
    for i in range(len(x)):
        rest = np.arange(len(x)) != i
        model = sklearn.linear_model.Ridge(alpha=lam, solver="cholesky").fit(x[rest], onehot[rest])
        predictions[i] = model.predict(x[i:i + 1])[0]
    inside = sklearn.linear_model.Ridge(alpha=lam, solver="cholesky").fit(x, onehot).predict(x)
    hit = classes[predictions.argmax(1)] == labels
    return hit, predictions, (classes[inside.argmax(1)] == labels).mean(), lam


def nearest_mean(x, labels):
    classes = np.unique(labels)
    means = np.array([x[labels == c].mean(0) for c in classes])
    inside = classes[scipy.spatial.distance.cdist(x, means).argmin(1)] == labels
    hits = []
    for i in range(len(x)):
        rest = np.arange(len(x)) != i
        held = np.array([x[rest & (labels == c)].mean(0) for c in classes])
        hits.append(classes[((held - x[i]) ** 2).sum(1).argmin()] == labels[i])
    return inside.mean(), np.mean(hits)


def scatter(x, labels):
    classes = np.unique(labels)
    means = np.array([x[labels == c].mean(0) for c in classes])
    within = np.zeros((x.shape[1], x.shape[1]))
    for c, m in zip(classes, means):
        within += (x[labels == c] - m).T @ (x[labels == c] - m)
    within /= len(x)
    spread = means - means.mean(0)
    return within, spread.T @ spread / len(classes), means, spread, classes


def collapse(x, labels):
    within, between, means, spread, classes = scatter(x, labels)
    count = len(classes)
    nc1 = np.trace(within @ np.linalg.pinv(between, rcond=1e-10, hermitian=True)) / count
    variance = [((x[labels == c] - m) ** 2).sum(1).mean() for c, m in zip(classes, means)]
    pairs = [(a, b) for a in range(count) for b in range(a)]
    cdnv = np.mean([(variance[a] + variance[b]) / (2 * ((means[a] - means[b]) ** 2).sum()) for a, b in pairs])
    norms = np.linalg.norm(spread, axis=1)
    unit = spread / norms[:, None]
    cosines = unit @ unit.T
    angular = np.mean([abs(cosines[a, b] + 1 / (count - 1)) for a, b in pairs])
    gram = spread @ spread.T
    target = (np.eye(count) - 1 / count) / np.sqrt(count - 1)
    simplex = np.linalg.norm(gram / np.linalg.norm(gram) - target)
    return nc1, {"nc1": nc1, "cdnv": cdnv, "nc2_equinorm": norms.std() / norms.mean(), "nc2_equiangular": angular,
                 "nc2_simplex": simplex}, cosines


def make_entries(cases):
    entries = []

    def add(case, measure, value, params=None, details=None, table=None):
        entries.append({"case": case, "measure": measure, "params": params or {}, "value": float(value),
                        "details": {k: float(v) for k, v in (details or {}).items()},
                        "table": None if table is None else np.asarray(table, float).tolist()})

    for name in ("tall", "wide", "offset"):
        x, y, labels = (cases[name][k] for k in ("x", "y", "labels"))
        k, l = centred(x) @ centred(x).T, centred(y) @ centred(y).T
        n, p = x.shape
        debiased, biased = cka_debiased(x @ x.T, y @ y.T) if name != "offset" else cka_debiased(k, l), cka_features(x, y)
        add(name, "cka", debiased, details={"biased": biased, "debiased": debiased,
                                            "chance": np.sqrt(p * y.shape[1] / ((n + p) * (n + y.shape[1])))})
        add(name, "cka", biased, {"estimator": "biased"})
        for sigma in (0.5, 1.0):
            gx, gy = gaussian(x, sigma), gaussian(y, sigma)
            add(name, "cka", cka_debiased(gx, gy), {"kernel": "gaussian", "sigma": sigma},
                {"biased": cka_of_kernels(gx, gy)})
        nuclear = np.linalg.svd(centred(x).T @ centred(y), compute_uv=False).sum()
        s = nuclear / (np.linalg.norm(centred(x)) * np.linalg.norm(centred(y)))
        width = max(x.shape[1], y.shape[1])
        disparity = scipy.spatial.procrustes(np.pad(x, ((0, 0), (0, width - x.shape[1]))),
                                             np.pad(y, ((0, 0), (0, width - y.shape[1]))))[2]
        add(name, "procrustes", np.arccos(s), details={"similarity": s, "chordal": np.sqrt(2 - 2 * s), "disparity": disparity})
        for kind in ("euclidean", "squared_euclidean", "cosine", "correlation"):
            d = distances(x, kind)
            add(name, "rdm", d.mean(), {"distance": kind},
                table=scipy.spatial.distance.squareform(d) if kind == "correlation" or name == "tall" else None)
            if name == "offset" and kind in ("cosine", "correlation"):
                continue  # distances of a millionth: their ranks are rounding
            for how in ("spearman", "pearson", "kendall_a", "kendall_b"):
                add(name, "rsa", compare(d, distances(y, kind), how), {"distance": kind, "comparison": how})
        model = scipy.spatial.distance.pdist(labels[:, None], lambda a, b: float(a[0] != b[0]))
        for how in ("kendall_a", "kendall_b", "spearman"):
            add(name, "rsa_labels", compare(distances(x, "euclidean"), model, how), {"comparison": how})
        sigma = np.linalg.svd(centred(x), compute_uv=False)
        lam = sigma ** 2 / (n - 1)
        lam = lam[lam > 1e-10 * lam[0]]
        plain = lam.sum() ** 2 / (lam ** 2).sum()
        add(name, "participation_ratio", plain, details={"plain": plain})
        unbiased = (np.trace(k) / (n - 1)) ** 2 / debiased_hsic(k, k)
        if 1 <= unbiased <= p:
            add(name, "participation_ratio", unbiased, {"debiased": True})
        share = np.cumsum(lam) / lam.sum()
        add(name, "spectrum", 1 + np.argmax(share >= 0.95),
            details={"k90": 1 + np.argmax(share >= 0.9), "k99": 1 + np.argmax(share >= 0.99)},
            table=np.stack([lam, share], 1))
        add(name, "effective_rank", erank(np.sqrt(lam)),
            details={"erank_sigma": erank(np.sqrt(lam)), "erank_lambda": erank(lam), "stable_rank": lam.sum() / lam[0]})
        fit, likelihood, mu = two_nn(x)
        add(name, "two_nn", fit, details={"fit": fit, "likelihood": likelihood,
                                          "low": likelihood * (1 - 1.96 / np.sqrt(n))}, table=mu[:, None])
        u, sv, _ = np.linalg.svd(centred(x), full_matrices=False)
        score = u[:, :3] * sv[:3]
        score = score * np.sign(score[np.abs(score).argmax(0), np.arange(3)])
        add(name, "pca", (sv[:3] ** 2).sum() / (sv ** 2).sum(), {"components": 3},
            {"share_1": sv[0] ** 2 / (sv ** 2).sum()}, score)
        for rho in (0.01, 1.0):
            hit, predictions, inside, absolute = loo_ridge(x, labels, rho)
            interval = scipy.stats.binomtest(int(hit.sum()), n).proportion_ci(method="wilson")
            add(name, "linear_probe", hit.mean(), {"ridge": rho},
                {"in_sample": inside, "lambda": absolute, "low": interval.low, "high": interval.high}, predictions)
        inside, held = nearest_mean(x, labels)
        add(name, "nearest_mean", held, details={"in_sample": inside})
        add(name, "silhouette", sklearn.metrics.silhouette_score(x, labels),
            table=sklearn.metrics.silhouette_samples(x, labels)[:, None])
        within, between, _, _, _ = scatter(x, labels)
        add(name, "fisher", np.trace(between) / np.trace(within))
        ridge = 0.01
        # The ridge is relative to the mean variance of the components that exist.
        rank = len(lam)
        basis = np.linalg.svd(centred(x), full_matrices=False)[2][:rank]
        w, b = basis @ within @ basis.T, basis @ between @ basis.T
        add(name, "fisher", np.trace(np.linalg.solve(w + ridge * np.trace(w) / rank * np.eye(rank), b)),
            {"form": "discriminant", "ridge": ridge})
        nc1, details, cosines = collapse(x, labels)
        add(name, "neural_collapse", nc1, details=details, table=cosines)

    a, b = cases["numbers"]["x"].ravel(), cases["numbers"]["y"].ravel()
    add("numbers", "d_prime", (a.mean() - b.mean()) / np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2))
    add("numbers", "auc", sklearn.metrics.roc_auc_score(np.r_[np.ones(len(a)), np.zeros(len(b))], np.r_[a, b]))
    u, g = cases["vectors"]["x"].ravel(), cases["vectors"]["y"].ravel()
    cosine = 1 - scipy.spatial.distance.cosine(u, g)
    add("vectors", "alignment", cosine, details={"degrees": np.degrees(np.arccos(cosine)),
                                                 "norm_ratio": np.linalg.norm(u) / np.linalg.norm(g),
                                                 "sign_agreement": (np.sign(u) == np.sign(g))[(u * g) != 0].mean(),
                                                 "null_deviation": 1 / np.sqrt(u.size)})
    scores, labels = cases["scores"]["x"], cases["scores"]["labels"]
    add("scores", "confusion", sklearn.metrics.accuracy_score(labels, scores.argmax(1)),
        details={"balanced_accuracy": sklearn.metrics.balanced_accuracy_score(labels, scores.argmax(1))},
        table=sklearn.metrics.confusion_matrix(labels, scores.argmax(1)))
    return entries


def build():
    cases = make_cases()
    return {
        "authority": "NumPy %s, SciPy %s, scikit-learn %s; make_goldens.py"
                     % (np.__version__, scipy.__version__, sklearn.__version__),
        "cases": {name: {k: v.tolist() for k, v in case.items()} for name, case in cases.items()},
        "entries": make_entries(cases),
    }


def differences(found, wanted, path=""):
    if isinstance(wanted, dict):
        if not isinstance(found, dict) or found.keys() != wanted.keys():
            return [path + ": different keys"]
        return [d for k in wanted for d in differences(found[k], wanted[k], path + "/" + k)]
    if isinstance(wanted, list):
        if not isinstance(found, list) or len(found) != len(wanted):
            return [path + ": different length"]
        return [d for i in range(len(wanted)) for d in differences(found[i], wanted[i], "%s/%d" % (path, i))]
    if isinstance(wanted, float) or isinstance(found, float):
        return [] if abs(found - wanted) <= 1e-8 * max(1.0, abs(wanted)) else ["%s: %r is not %r" % (path, found, wanted)]
    return [] if found == wanted else ["%s: %r is not %r" % (path, found, wanted)]


def main():
    made = build()
    if "--check" in sys.argv:
        with open(FILE) as f:
            kept = json.load(f)
        for side in (made, kept):
            side.pop("authority")
        found = differences(made, kept)
        print("\n".join(found[:20]) or "%d values agree" % len(kept["entries"]))
        sys.exit(1 if found else 0)
    with open(FILE, "w") as f:
        json.dump(made, f, indent=None, separators=(",", ":"))
        f.write("\n")


if __name__ == "__main__":
    main()
