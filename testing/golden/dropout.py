# Raschka's GPT in training, in PyTorch, with the masks that Hornbook's dropout works out: checks its other numbers in
# torch-transformers.json, then writes trainingLogits there. Philox and its places are written anew, from the papers.
#
#     python3 testing/golden/dropout.py
import json
import math
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

path = Path(__file__).parent.parent / 'fixtures' / 'torch-transformers.json'
fixture = json.loads(path.read_text())
gpt = fixture['gpt']
config = gpt['config']


def read(tensor):
    dtype = torch.float32 if tensor['dtype'] == 'float32' else torch.int64
    return torch.tensor([float(v) for v in tensor['v'].split()]).to(dtype).reshape(tensor['shape'])


def philox(counters, seed):
    """[n, 4] counters → [n, 4] words. Salmon et al. 2011."""
    c0, c1, c2, c3 = counters.astype(np.uint64).T
    k0, k1, low = np.uint64(seed), np.uint64(0), np.uint64(0xFFFFFFFF)
    for _ in range(10):
        p0, p1 = np.uint64(0xD2511F53) * c0, np.uint64(0xCD9E8D57) * c2
        c0, c1, c2, c3 = (p1 >> np.uint64(32)) ^ c1 ^ k0, p1 & low, (p0 >> np.uint64(32)) ^ c3 ^ k1, p0 & low
        k0, k1 = (k0 + np.uint64(0x9E3779B9)) & low, (k1 + np.uint64(0xBB67AE85)) & low
    return np.stack([c0, c1, c2, c3], 1)


def mask(places, which, seed, rate):
    """Of places [n, 4] 16 bits each, the which-th of their counter's eight."""
    words = philox(places, seed)[np.arange(len(places)), which // 2]
    bits = np.where(which % 2 == 1, words >> np.uint64(16), words & np.uint64(0xFFFF))
    kept = round((1 - rate) * 65536)
    return torch.from_numpy(np.where(bits < kept, 65536 / kept, 0).astype(np.float32))


class Masks:
    """Dropout with a seed for each call: the raw words of a Mersenne Twister, as Hornbook's generator gives them."""

    def __init__(self, seed):
        self.words = np.random.RandomState(seed)

    def draw(self, x, places, which):
        seed = int(self.words.randint(0, 2**32, dtype=np.uint32))
        return x * mask(places, which, seed, config['dropout']).reshape(x.shape)

    def numbers(self, x):
        i = np.arange(x.numel())
        return self.draw(x, np.stack([i // 8, 0 * i, 0 * i, 0 * i], 1), i % 8)

    def weights(self, x):
        batch, head, query, key = (axis.reshape(-1) for axis in np.indices(x.shape))
        return self.draw(x, np.stack([key // 8, query, head, batch], 1), key % 8)


class Nothing:
    numbers = weights = staticmethod(lambda x: x)


def logits_of(drop):
    p = {name: read(tensor) for name, tensor in gpt['weights'].items()}
    ids = read(fixture['ids'])
    time, width, heads = ids.shape[1], config['embedDim'], config['numHeads']
    linear = lambda x, name: F.linear(x, p[f'{name}.weight'], p.get(f'{name}.bias'))
    norm = lambda x, name: F.layer_norm(x, [width], p[f'{name}.scale'], p[f'{name}.shift'])
    split = lambda x: x.reshape(*ids.shape, heads, width // heads).transpose(1, 2)
    x = drop.numbers(p['tok_emb.weight'][ids] + p['pos_emb.weight'][:time])
    for i in range(config['numLayers']):
        block = f'trf_blocks.{i}'
        normed = norm(x, f'{block}.norm1')
        q, k, v = (split(linear(normed, f'{block}.att.W_{part}')) for part in ('query', 'key', 'value'))
        scores = q @ k.transpose(-1, -2) / math.sqrt(width // heads)
        later = torch.ones(time, time, dtype=torch.bool).triu(1)
        weights = drop.weights(scores.masked_fill(later, -math.inf).softmax(-1))
        attended = (weights @ v).transpose(1, 2).reshape(*ids.shape, width)
        x = x + drop.numbers(linear(attended, f'{block}.att.out_proj'))
        hidden = F.gelu(linear(norm(x, f'{block}.norm2'), f'{block}.ff.layers.0'), approximate='tanh')
        x = x + drop.numbers(linear(hidden, f'{block}.ff.layers.2'))
    return linear(norm(x, 'final_norm'), 'out_head')


assert philox(np.zeros((1, 4)), 0).tolist() == [[0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]]  # Random123's
torch.testing.assert_close(logits_of(Nothing), read(gpt['logits']), rtol=1e-5, atol=2e-6)
values = logits_of(Masks(7))
text = ' '.join(f'{v:.9g}' for v in values.flatten().tolist())
gpt['trainingLogits'] = {'dtype': 'float32', 'shape': list(values.shape), 'v': text}
path.write_text(json.dumps(fixture, separators=(',', ':'), ensure_ascii=False))
