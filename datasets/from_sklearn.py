#!/usr/bin/python3
"""Writes iris.csv and digits.csv.gz from the data that scikit-learn carries (Debian package python3-sklearn).

Run it in this folder; the same input gives the same bytes. Prints the SHA-256 of both files for README.md.
"""
import gzip
import hashlib

from sklearn.datasets import load_digits, load_iris


def iris():
    data = load_iris()
    lines = [",".join(list(data.feature_names) + ["species"])]
    for row, label in zip(data.data, data.target):
        lines.append(",".join("%.1f" % v for v in row) + "," + data.target_names[label])
    return ("\n".join(lines) + "\n").encode("utf-8")


def digits():
    data = load_digits()
    lines = [",".join(["pixel_%d_%d" % (r, c) for r in range(8) for c in range(8)] + ["digit"])]
    for row, label in zip(data.data, data.target):
        lines.append(",".join("%d" % v for v in row) + ",%d" % label)
    return gzip.compress(("\n".join(lines) + "\n").encode("utf-8"), compresslevel=9, mtime=0)


for name, content in (("iris.csv", iris()), ("digits.csv.gz", digits())):
    with open(name, "wb") as file:
        file.write(content)
    print(hashlib.sha256(content).hexdigest(), name)
