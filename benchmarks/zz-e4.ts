import { useBackend } from '@hornbook/backends';
import { randomBatches, randomWindows } from '@hornbook/datasets';
import { crossEntropy } from '@hornbook/losses';
import { bigram, gpt, gptPresets, mlp } from '@hornbook/models';
import { manualSeed } from '@hornbook/random';
import { adamw, sgd, train, trainable } from '@hornbook/training';
import { backend } from '@tensorflow/tfjs-core';
const [what='mlp', threads='1', mode='replay', n='4000'] = process.argv.slice(2);
await useBackend('simd');
(backend() as any).threads = +threads;
const generator = manualSeed(0);
const text = generator.integers(20_000, 0, 65);
const rows = generator.integers(3*4096,0,27);
const triples = { length: 4096, at(i: number) { const input = rows.subarray(3*i,3*i+3); return { input, target: (input[0]+input[2])%27 }; } };
const S: any = {
 mlp: () => [mlp({ vocabSize: 27, contextLength: 3, embedDim: 10, hiddenDim: 200 }), randomBatches(triples, { batchSize: 32, generator }), sgd({ learningRate: 0.1 })],
 bigram: () => [bigram({vocabSize:65}), randomWindows(text, { batchSize: 32, contextLength: 8, generator }), adamw({ learningRate: 1e-3 })],
 gpt: () => [gpt(gptPresets['shakespeare-char-cpu']), randomWindows(text, { batchSize: 12, contextLength: 64, generator }), adamw({ learningRate: 1e-3, beta2: 0.99, weightDecay: 0.1, decays: () => true }), 1],
};
const [model, batches, optimizer, clip] = S[what]();
const events = train({ parameters: trainable(model.initialize(generator)), loss: (p: any, { inputs, targets }) => crossEntropy(model.forward(p, inputs), targets), batches, optimizer, steps: 1e9, compile: mode==='replay', ...(clip&&{clip}) });
for (let i=0;i<Math.min(+n/4,500)+4;i++) await events.next();
const N=+n; let best=1e9, bestw=1e9;
for (let r=0;r<6;r++){ const c=process.cpuUsage(), w=performance.now(); for (let i=0;i<N/6;i++) await events.next(); const u=process.cpuUsage(c); best=Math.min(best,(u.user+u.system)/(N/6)); bestw=Math.min(bestw,(performance.now()-w)*1000/(N/6)); }
console.log(what, threads, mode, 'cpu us/step', best.toFixed(1), 'wall us/step', bestw.toFixed(1));
process.exit(0);
