// 10 Sampling: from scores to a choice, and three dials that make the choice bolder or safer.
import { sampleToken, tokenProbabilities } from '@hornbook/generation';
import { manualSeed } from '@hornbook/random';

const words = ['hat', 'mat', 'house', 'sea', 'moon'];
const logits = Float32Array.of(3, 2, 1, 0, -1); // what a model might say after "the cat in the"

function show(label: string, options = {}): void {
  const shares = Array.from(tokenProbabilities(logits, options), (p) => `${(100 * p).toFixed(1)}%`.padStart(6));
  console.log(`${label.padEnd(16)}${shares.join(' ')}`);
}

console.log(`${' '.repeat(16)}${words.map((word) => word.padStart(6)).join(' ')}`);
show('as they are');
show('temperature 0.5', { temperature: 0.5 }); // sharper: the likely become likelier
show('temperature 2', { temperature: 2 }); // flatter: the unlikely get a chance
show('temperature 0', { temperature: 0 }); // always the best
show('top-k 2', { topK: 2 }); // only the two best
show('top-p 0.9', { topP: 0.9 }); // as few as make up 90%

// The draw itself comes from a generator of ours, so a seed brings the same text back.
for (const seed of [42, 42, 43]) {
  const generator = manualSeed(seed);
  const drawn = Array.from({ length: 10 }, () => words[sampleToken(logits, generator)]);
  console.log(`seed ${seed}: ${drawn.join(' ')}`);
}
