"""Logits of exported models by PyTorch, as JSON, one model a line; or of random models, for ours to have the same.

    python3 logits.py '[[1, 2, 3]]' FOLDER...              of the models in the folders, which hold a train.py each
    python3 logits.py '[[1, 2, 3]]' FOLDER... --random 7   first fills each model.safetensors with random weights

Needs torch and nothing else: safetensors are read and written by train.py itself.
"""
import argparse, importlib.util, json, os, sys

import torch

parser = argparse.ArgumentParser()
parser.add_argument("ids", type=json.loads)
parser.add_argument("folders", nargs="+")
parser.add_argument("--random", type=int)
options = parser.parse_args()

sys.dont_write_bytecode = True
for folder in options.folders:
    spec = importlib.util.spec_from_file_location("train", os.path.join(folder, "train.py"))
    train = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(train)
    weights = os.path.join(folder, "model.safetensors")
    tensors, metadata = train.read_safetensors(weights)
    if options.random is not None:
        torch.manual_seed(options.random)
        tensors = {name: torch.randn_like(tensor) * 0.3 for name, tensor in tensors.items()}
        train.write_safetensors(weights, tensors, metadata)
    with open(os.path.join(folder, "config.json")) as file:
        model = train.Model(json.load(file), tensors).eval()
    with torch.no_grad():
        print(json.dumps(model(torch.tensor(options.ids)).tolist()))
