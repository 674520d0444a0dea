#!/usr/bin/python3
"""Writes the files of this folder that NumPy, gzip and scikit-learn are the authority for.

Debian 12 packages python3-numpy 1.24.2 and python3-sklearn 1.2.1. Run it in this folder.
files/*.npy hold the same 3 x 4 values in many types and orders; expected.json says what they are.
"""
import json
import os

import numpy as np
from sklearn.datasets import load_digits, load_iris

os.makedirs("files", exist_ok=True)
base = np.array([[0, 1, 2, 3], [10, 11, 12, 13], [100, 101, 102, 127]])
expected = {}


def save(name, array, version=None):
    with open("files/" + name, "wb") as file:
        np.lib.format.write_array(file, array, version=version, allow_pickle=False)
    expected[name] = {"shape": list(array.shape), "values": [float(v) for v in np.asarray(array, dtype="f8").ravel(order="C")]}


for code in ["|u1", "|i1", "<i2", ">i2", "<u2", ">u4", "<i4", "<i8", ">i8", "<u8", "<f2", ">f2", "<f4", ">f4", "<f8", ">f8"]:
    signed = code[1] != "u"
    values = (base - 20 if signed else base).astype(code)
    if code[1] == "f":
        values = ((base - 20) / 8).astype(code)
    plain = code.replace("<", "le_").replace(">", "be_").replace("|", "")
    save(plain + "_c.npy", values)
    save(plain + "_f.npy", np.asfortranarray(values))
save("bool_c.npy", base % 2 == 0)
save("cube_f.npy", np.asfortranarray(np.arange(24, dtype="<f4").reshape(2, 3, 4)))
save("scalar.npy", np.array(2.5))
save("vector.npy", np.arange(5, dtype="<f4"))
save("empty.npy", np.zeros((0, 3), "<f4"))
save("version2.npy", base.astype("<f4"), version=(2, 0))
save("version3.npy", base.astype("<f4"), version=(3, 0))

# Archives: what numpy.savez writes today (zip64 entries), stored and deflated.
np.savez("files/weights.npz", **{"0.weight": (base / 8).astype("<f4"), "0.bias": np.arange(3, dtype="<f8") / 3})
np.savez_compressed("files/weights_deflated.npz", **{"0.weight": (base / 8).astype("<f4"), "0.bias": np.arange(3, dtype="<f8") / 3})
expected["weights.npz"] = {
    "0.weight": {"shape": [3, 4], "values": [float(v) for v in (base / 8).ravel()]},
    "0.bias": {"shape": [3], "values": [float(np.float32(v)) for v in np.arange(3) / 3]},
}

# Images for the data set readers: bytes, four samples, two classes.
images = (np.arange(4 * 2 * 3) * 10).astype("u1").reshape(4, 2, 3)
np.savez_compressed("files/images.npz", x_train=images, y_train=np.array([0, 1, 0, 1]), x_test=images[:2], y_test=np.array([[1], [0]]))

iris, digits = load_iris(), load_digits()
expected["iris"] = {"sums": [float(v) for v in iris.data.sum(0)], "counts": [50, 50, 50], "first": [float(v) for v in iris.data[0]]}
expected["digits"] = {
    "sum": float(digits.data.sum()),
    "counts": [int(v) for v in np.bincount(digits.target)],
    "weighted": float((digits.data * (1 + np.arange(64))).sum()),
    "labels": int((digits.target * (1 + np.arange(1797))).sum()),
}
with open("expected.json", "w") as file:
    json.dump({"authority": "NumPy " + np.__version__ + ", scikit-learn (load_iris, load_digits)", "files": expected}, file, indent=1, sort_keys=True)
    file.write("\n")
