// 02 Windows and batches: how a row of ids becomes questions and answers for a model.
import { contexts, loader, randomWindows, windows } from '@hornbook/datasets';
import { manualSeed } from '@hornbook/random';
import { characters } from '@hornbook/tokenizers';

const text = 'to be or not to be';
const tokenizer = characters(text);
const ids = tokenizer.encode(text);
const show = (list: ArrayLike<number>) => JSON.stringify(tokenizer.decode(Array.from(list)));

// A window and the same window one place later. At every place the question is "what comes next?", and the answer
// stands right below it, so four tokens hold four lessons.
const cut = windows(ids, { contextLength: 4 });
console.log(`windows of 4: ${cut.length}`);
for (let i = 0; i < cut.length; i++) console.log(`  ${show(cut.at(i).input)} → ${show(cut.at(i).target)}`);

const { input, target } = cut.at(0);
console.log('the lessons of the first:');
for (let i = 0; i < 4; i++) console.log(`  ${show(input.slice(0, i + 1))} → ${show([target[i]])}`);

// With a stride below the context length the windows overlap: more of them, and less new in each.
console.log(`windows of 4 with stride 1: ${windows(ids, { contextLength: 4, stride: 1 }).length}`);

// Names have nothing to do with each other, so each begins on its own, with dots for the letters that are not there.
const letters = characters({ vocabulary: '.abcdefghijklmnopqrstuvwxyz' });
const names = contexts([letters.encode('ann'), letters.encode('bo')], { contextLength: 3 });
console.log('contexts of 3:');
for (let i = 0; i < names.length; i++) {
  const { input, target } = names.at(i);
  console.log(`  ${letters.decode(input)} → ${letters.decode([target])}`);
}

// A batch is several questions in one block of numbers. One pass over all of them is an epoch, and each epoch has an
// order of its own. The seed decides it: the same seed, the same order, here and in PyTorch.
const batches = loader(cut, { batchSize: 2, shuffle: true, generator: manualSeed(42) });
for (const epoch of [1, 2]) {
  console.log(`epoch ${epoch}:`);
  for (const { inputs } of batches) {
    const [rows, time] = inputs.shape;
    const shown = Array.from({ length: rows }, (_, row) => show(inputs.data.slice(row * time, (row + 1) * time)));
    console.log(`  [${inputs.shape}] ${shown.join(' ')}`);
  }
}

// The other way to feed a long text: windows that start anywhere, for as long as you ask.
const [first] = randomWindows(ids, { batchSize: 2, contextLength: 4, generator: manualSeed(42) });
console.log(
  `anywhere: [${first.inputs.shape}] ${show(first.inputs.data.slice(0, 4))} ${show(first.inputs.data.slice(4))}`,
);
