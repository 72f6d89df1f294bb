// 01 Tokens: four ways to cut a text into pieces, and to give every piece a number.
import { bytes, characters, encoding, words } from '@hornbook/tokenizers';

const text = 'the cat in the hat';

// The first two learn their vocabulary from the text. Bytes need none. GPT-2's 50,257 pieces were learned by OpenAI.
const tokenizers = [characters(text), words(text), bytes(), await encoding('gpt2')];

for (const tokenizer of tokenizers) {
  const ids = tokenizer.encode(text);
  const pieces = Array.from(ids, (id) => `[${tokenizer.tokenOf(id)}]`);
  console.log(`${tokenizer.kind}: ${ids.length} tokens out of ${tokenizer.vocabSize} possible ones`);
  console.log(`  ids    ${ids.join(' ')}`);
  console.log(`  pieces ${pieces.join('')}`);
  console.log(`  back   ${tokenizer.decode(ids)}`);
}

// Small pieces make long rows and small vocabularies; large pieces the other way round. And what of a text that was not
// there to learn from? A word that is not in the vocabulary is lost. Bytes and byte pairs can spell anything.
const [, byWord, , byPair] = tokenizers;
const other = 'the cät in the hat';
console.log(`${other} → words → ${byWord.decode(byWord.encode(other))}`);
console.log(`${other} → gpt2 → ${byPair.decode(byPair.encode(other))}`);
