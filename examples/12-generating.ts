// 12 Generating: the likeliest text instead of a drawn one, each token read once, and how well a text was expected.
import { useBackend } from '@hornbook/backends';
import { documents, loadCorpus } from '@hornbook/datasets';
import { beamSearch, generate, generateTokens, scoreTokens, streamText } from '@hornbook/generation';
import { gpt } from '@hornbook/models';
import { manualSeed } from '@hornbook/random';
import { characters, textStream } from '@hornbook/tokenizers';
import { gather, type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';

await useBackend();

// A model is any function from ids to scores. This one has counted which letter follows which in a list of names.
const text = `.${documents(await loadCorpus('names')).join('.')}.`;
const tokenizer = characters(text);
const { vocabSize } = tokenizer;
const ids = tokenizer.encode(text);
const counts = new Float32Array(vocabSize * vocabSize).fill(1); // one more of each: nothing is impossible
for (let i = 0; i + 1 < ids.length; i++) counts[ids[i] * vocabSize + ids[i + 1]]++;
const counted = {
  parameters: tensor2d(counts.map(Math.log), [vocabSize, vocabSize]),
  forward: (table: Tensor2D, rows: Tensor2D) => gather(table, rows),
  prompt: tokenizer.encode('.'),
  contextLength: 1,
  maxTokens: 12,
  stop: (id: number) => id === ids[0],
};

// Greed takes the likeliest letter each time. A beam follows several names at once, and may find likelier ones.
let greedy = 0;
let name = '';
for await (const token of generateTokens({ ...counted, temperature: 0, generator: manualSeed(1) })) {
  name += tokenizer.tokenOf(token.id);
  greedy += token.logProbability;
}
console.log(`greed: "${name}", ln p ${greedy.toFixed(3)}, its end not counted`);
for (const beam of await beamSearch({ ...counted, beams: 4, lengthPenalty: 0 })) {
  console.log(`beam: "${tokenizer.decode(beam.ids)}", ln p ${beam.logProbability.toFixed(3)}`);
}

// How well was a name expected? The mean of −ln p over its letters, here counted over all pairs of letters.
for (const known of ['anna', 'xqzj']) {
  const scores = await scoreTokens({ ...counted, ids: tokenizer.encode(`.${known}.`), stride: 1 });
  console.log(`${known}: ${scores?.loss.toFixed(3)} nats a letter`);
}

// A mask says which letters may come: here no vowel. A stop string ends the text wherever it appears.
const vowels = new Set(tokenizer.encode('aeiou'));
const drawn = generate({ ...counted, maxTokens: 60, allow: (id) => !vowels.has(id), generator: manualSeed(3) });
let consonants = '';
for await (const piece of streamText(drawn, { text: textStream(tokenizer), stop: ['th', 'nd'] })) consonants += piece;
console.log(`without vowels: ${consonants}`);

// A GPT that reads everything anew for each letter does the same work again and again. One that advances from what it
// remembers reads each letter once, and says the same.
const sizes = { vocabSize, contextLength: 40, embedDim: 32, numHeads: 4, numLayers: 2 };
const model = gpt(sizes);
const parameters = model.initialize(manualSeed(42));
let read = 0;
const forward: typeof model.forward = (tree, rows) => {
  read += rows.size;
  return model.forward(tree, rows);
};
// An engine that records steps runs this a few times and then repeats what it did: so the memory itself says how much it read.
let memory: ReturnType<typeof model.advance>['state'] | undefined;
const advance: typeof model.advance = (tree, rows, before) => {
  const next = model.advance(tree, rows, before);
  memory = next.state;
  return next;
};
const stories: string[] = [];
for (const functions of [{ forward }, { forward, advance }]) {
  const letters: number[] = [];
  const options = { parameters, prompt: [0], contextLength: 40, maxTokens: 40, generator: manualSeed(7) };
  for await (const id of generate({ ...functions, ...options })) letters.push(id);
  stories.push(tokenizer.decode(letters));
}
console.log(`without a memory: ${read} letters read to write ${stories[0].length}`);
console.log(`with a memory: ${memory?.length} letters read to write ${stories[1].length}`);
console.log(`the same text: ${stories[0] === stories[1]}`);
