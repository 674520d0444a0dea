#!/usr/bin/env python3
"""NumPy reads the weights that the program writes (.npz and the arrays inside .flab), and the program reads NumPy's."""
import io
import os
import subprocess
import sys
import tempfile
import zipfile

try:
    import numpy as np
except ImportError:
    print("NumPy is not installed")
    sys.exit(77)

program = sys.argv[1]
common = ["--circuit", "mlp:144-24-20-10", "--rule", "backprop", "--dataset", "seg7", "--limit", "128", "--batch", "32",
          "--data", "test_limit=50", "--optimizer", "sgd:rate=0.1", "--order", "sequential"]
shapes = {"l1.weight": (24, 144), "l1.bias": (24,), "l2.weight": (20, 24), "l2.bias": (20,), "l3.weight": (10, 20), "l3.bias": (10,)}

with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)

    def run(*arguments):
        subprocess.run([program, *arguments], check=True, stdout=subprocess.DEVNULL)

    run("train", *common, "--steps", "6", "--save", "p.flab", "--save-weights", "w.npz")
    run("export", "p.flab", "--to", "exported.npz")
    weights = np.load("w.npz", allow_pickle=False)
    assert {name: weights[name].shape for name in weights.files} == shapes, weights.files
    assert list(weights.files) == list(shapes), "not in the order of a state_dict"
    exported = np.load("exported.npz", allow_pickle=False)
    with zipfile.ZipFile("p.flab") as project:
        assert project.testzip() is None
        for name in shapes:
            inside = np.load(io.BytesIO(project.read("weights/%s.npy" % name)), allow_pickle=False)
            for array in (weights[name], exported[name]):
                assert array.dtype == np.float32 and array.flags["C_CONTIGUOUS"]
                assert np.array_equal(array, inside), name
    assert all(np.isfinite(weights[name]).all() and weights[name].std() > 0 for name in shapes)

    # Back again, compressed, in double precision and Fortran order: the same training from there.
    np.savez_compressed("numpy.npz", **{name: np.asfortranarray(weights[name].astype(np.float64)) for name in weights.files})
    run("train", *common, "--steps", "3", "--init", "w.npz", "--save-weights", "a.npz")
    run("train", *common, "--steps", "3", "--init", "numpy.npz", "--save-weights", "b.npz")
    a, b = np.load("a.npz"), np.load("b.npz")
    assert all(np.array_equal(a[name], b[name]) for name in shapes)
    assert not np.array_equal(a["l1.weight"], weights["l1.weight"])
print("NumPy %s agrees" % np.__version__)
