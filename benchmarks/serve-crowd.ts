// A thousand requests at once: does the server answer each, and each with its own text?
//
//   hornbook serve runs/book --port 8000
//   node --conditions development benchmarks/serve-crowd.ts http://127.0.0.1:8000/v1 1000
//
// Every seed is asked for by several requests at once, whole and streamed; all must get the text that the seed gets alone.
const [address = 'http://127.0.0.1:8000/v1', count = '1000'] = process.argv.slice(2);
if (new URL(address).hostname !== '127.0.0.1') throw new Error(`Expected an address on 127.0.0.1, got ${address}`);
const seeds = 50;

async function ask(seed: number, stream: boolean): Promise<string> {
  const body = JSON.stringify({ prompt: 'a', max_tokens: 16, seed, stream });
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${address}/completions`, { method: 'POST', headers, body });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  if (!stream) return (await response.json()).choices[0].text;
  const events = (await response.text()).split('\n\n').filter((event) => event.startsWith('data: {'));
  return events.map((event) => JSON.parse(event.slice('data: '.length)).choices[0].text).join('');
}

const alone: string[] = [];
for (let seed = 0; seed < seeds; seed++) alone.push(await ask(seed, false));
const began = performance.now();
const answers = await Promise.allSettled(Array.from({ length: Number(count) }, (_, i) => ask(i % seeds, i % 3 === 0)));
const seconds = (performance.now() - began) / 1000;
const lost = answers.filter(({ status }) => status === 'rejected');
const mixed = answers.filter((answer, i) => answer.status === 'fulfilled' && answer.value !== alone[i % seeds]);
console.log(`${answers.length} requests in ${seconds.toFixed(1)} s: ${lost.length} lost, ${mixed.length} mixed up`);
console.log(`${new Set(alone).size} different texts of ${seeds} seeds`);
for (const one of lost.slice(0, 3)) console.error((one as PromiseRejectedResult).reason);
if (lost.length + mixed.length > 0) process.exitCode = 1;
