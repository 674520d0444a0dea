"""Runs every exported case with PyTorch and compares forward pass and one training step with the lab's, to 1e-5.

Argument: the test program that writes the cases. Exit status 77: PyTorch is not there.
"""
import importlib.util
import inspect
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy
    import torch
except ImportError as missing:
    print("not run:", missing)
    sys.exit(77)

TOLERANCE = 1e-5


def module_at(path):
    spec = importlib.util.spec_from_file_location(path.parent.name.replace("-", "_"), path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def names(model):
    tensors = dict(model.named_parameters())
    tensors.update(model.named_buffers())
    return tensors


def difference(found, wanted):
    """Largest difference, relative to the largest value where that is above 1."""
    return float(numpy.abs(found - wanted).max() / max(1.0, numpy.abs(wanted).max())) if wanted.size else 0.0


def compare(folder):
    module = module_at(folder / "model.py")
    module.check_shapes()
    batch = numpy.load(folder / "batch.npz")
    x, y = torch.from_numpy(batch["x"]), torch.from_numpy(batch["y"]).long()
    model = module.Model()
    module.load(model, folder / "before.npz")
    optimizers = module.make_optimizers(model)
    with torch.no_grad():
        worst = {"forward": difference(model.eval()(x).numpy(), batch["scores"])}
    model.train()
    more = {}
    if "wrong" in inspect.signature(module.train_step).parameters:
        more = {"wrong": torch.from_numpy(batch["wrong"]).long(), "label_height": float(batch["height"][0])}
    worst["loss"] = difference(numpy.float32(module.train_step(model, optimizers, x, y, **more)), batch["loss"])
    before, after, tensors = numpy.load(folder / "before.npz"), numpy.load(folder / "after.npz"), names(model)
    moved, compared = 0.0, 0
    for name, wanted in after.items():
        owned = "own." + name.split(".", 1)[1].replace(".", "_") if "." in name else name
        tensor = tensors.get(name, tensors.get(owned))
        assert tensor is not None, name + " is not in the exported file"
        worst[name] = difference(tensor.detach().numpy().reshape(wanted.shape), wanted)
        moved = max(moved, float(numpy.abs(wanted - before[name]).max()))
        compared += 1
    assert compared > 0 and moved > 1e-4, "the training step moved nothing"
    return {name: value for name, value in worst.items() if not value <= TOLERANCE}, max(worst.values())


def main():
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        keep = os.environ.get("LAB_TORCH_KEEP", folder)
        subprocess.run([sys.argv[1], "everyRuleOnEveryTemplate"], env={**os.environ, "LAB_TORCH_CASES": keep}, check=True,
                       stdout=subprocess.DEVNULL)
        cases = sorted(p for p in pathlib.Path(keep).iterdir() if (p / "model.py").exists())
        failed = 0
        for case in cases:
            try:
                bad, worst = compare(case)
            except Exception as error:  # reported with the case that it belongs to
                bad, worst = {type(error).__name__: str(error)}, float("nan")
            print(f"{case.name:60s} {worst:9.2e}  {'ok' if not bad else bad}")
            failed += bool(bad)
    print(len(cases), "cases,", failed, "failed")
    return 1 if failed or len(cases) < 30 else 0


if __name__ == "__main__":
    sys.exit(main())
