// A few steps of a small GPT, with dropout, on whatever engine is the current one: the same losses everywhere, to float32's end.
import { crossEntropy } from '@hornbook/losses';
import { gpt } from '@hornbook/models';
import { manualSeed } from '@hornbook/random';
import { adamw, train, trainable } from '@hornbook/training';

export async function shortRun(): Promise<number[]> {
  const model = gpt({ vocabSize: 65, contextLength: 16, embedDim: 32, numHeads: 2, numLayers: 2, dropout: 0.2 });
  const parameters = trainable(model.initialize(manualSeed(1)));
  const generator = manualSeed(2);
  const ids = () => ({ data: generator.integers(64, 0, 65), shape: [4, 16] });
  const batches = Array.from({ length: 4 }, () => ({ inputs: ids(), targets: ids() }));
  const losses: number[] = [];
  for await (const { loss } of train({
    parameters,
    batches,
    optimizer: adamw({ learningRate: 1e-2 }),
    steps: 8,
    clip: 1,
    loss: (tree, { inputs, targets }) => crossEntropy(model.forward(tree, inputs, { generator }), targets),
  })) {
    losses.push(loss);
  }
  return losses;
}
