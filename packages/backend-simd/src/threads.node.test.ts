// Helpers that die, before a list and in the middle of one; workers and processes of the user's own; Ctrl-C.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import { SimdBackend } from './backend.ts';
import { helper, Team } from './threads.ts';
import { instantiate, pickVariant } from './variants.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const workers: Worker[] = [];
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.terminate()));
});

/** A backend with helpers that the test can reach. */
async function start(cores: number) {
  const instance = await instantiate(pickVariant(true));
  const program = `${helper}\nhelp(require('node:worker_threads').workerData);`;
  const team = new Team(instance, {
    cores,
    spawn(workerData) {
      const worker = new Worker(program, { eval: true, workerData, execArgv: [] });
      workers.push(worker);
      return () => void worker.terminate();
    },
  });
  return { ...instance, backend: new SimdBackend(instance.memory, team), team };
}

/** y = √(1, 2, 3, …), by the kernel itself. */
function roots({ backend, memory }: Awaited<ReturnType<typeof start>>, count: number): number[] {
  const x = backend.makeTensorInfo(
    [count],
    'float32',
    Float32Array.from({ length: count }, (_, i) => i + 1),
  );
  const y = backend.output([count], 'float32');
  backend.emit('sqrt', [backend.pointer(x), backend.pointer(y), count], 1e8);
  const values = backend.readSync(y.dataId) as Float32Array;
  for (const { dataId } of [x, y]) backend.disposeData(dataId);
  expect(memory.used).toBe(0);
  return [values[0], values[3], values[count - 1]];
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const expected = [1, 2, 500];

describe('a team', () => {
  test('goes on without a helper that has died, and has no wrong values', async () => {
    const engine = await start(3);
    for (let i = 0; i < 5; i++) {
      expect(roots(engine, 250_000)).toEqual(expected);
      await pause(10);
    }
    expect(workers.length).toBe(2);
    await workers[0].terminate();
    for (let i = 0; i < 5; i++) expect(roots(engine, 250_000)).toEqual(expected);
    await workers[1].terminate();
    for (let i = 0; i < 5; i++) expect(roots(engine, 250_000)).toEqual(expected);
  });

  test('says so when a thread stops in the middle of a list, and goes on alone', async () => {
    const engine = await start(2);
    for (let i = 0; i < 5; i++) {
      roots(engine, 250_000);
      await pause(10);
    }
    const outside = engine.memory.size;
    expect(() => engine.backend.emit('sqrt', [outside, outside, 2 ** 20], 1e8)).toThrow(
      /^A thread of the CPU engine has stopped in the middle of its work .*goes on with one thread$/,
    );
    expect(engine.backend.threads).toBe(1);
    expect(roots(engine, 250_000)).toEqual(expected);
    engine.backend.threads = 2; // with others
    for (let i = 0; i < 5; i++) {
      expect(roots(engine, 250_000)).toEqual(expected);
      await pause(10);
    }
    expect(workers.length).toBe(2);
  });

  test('has as many threads as it is told, and no senseless number', async () => {
    const { backend } = await start(20);
    expect(backend.threads).toBe(8);
    backend.threads = 3;
    expect(backend.threads).toBe(3);
    for (const count of [0, -1, 1.5, Number.NaN, 101]) {
      expect(() => {
        backend.threads = count;
      }).toThrow(`Expected a number of threads from 1 to 100, got ${count}`);
    }
  });
});

const program = `
  import '@hornbook/backend-simd';
  import { compileStep } from '@hornbook/ops';
  import { matMul, ones, setBackend, backend, variable, tidy, mul, add } from '@tensorflow/tfjs-core';
  await setBackend('simd');
  backend().threads = 2;
  const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const product = async () => {
    const x = ones([300, 300]);
    for (let i = 0; i < 5; i++) { matMul(x, x).dispose(); await pause(5); }
    return (await matMul(x, x).data())[7];
  };
`;

/** Runs a module in a process of its own, from the sources. */
const inProcess = (body: string) => [
  ...['--conditions=development', '--input-type=module', '--eval'],
  `${program}\n${body}`,
];

describe('a process', () => {
  const run = (body: string) =>
    promisify(execFile)(process.execPath, inProcess(body), { cwd: here, timeout: 30_000, env: { ...process.env } });

  test('ends by itself after its threads have worked', async () => {
    expect(await run('console.log(await product());')).toEqual({ stdout: '300\n', stderr: '' });
  });

  test('may have worker threads and child processes of its own that use the engine, too', async () => {
    const { stdout } = await run(`
      const { Worker } = await import('node:worker_threads');
      const { fork } = await import('node:child_process');
      const { once } = await import('node:events');
      const source = ${JSON.stringify(program)};
      const asModule = (body) => 'data:text/javascript,' + encodeURIComponent(body.replaceAll(/from '(.*?)'|import '(.*?)'/g,
        (whole, a, b) => whole.replace(a ?? b, import.meta.resolve(a ?? b))));
      const threads = [1, 2].map(() => new Promise((resolve) => {
        const body = source + "const { parentPort } = await import('node:worker_threads'); parentPort.postMessage(await product());";
        new Worker(new URL(asModule(body))).on('message', resolve);
      }));
      const child = fork('./index.ts', { execArgv: ['--conditions=development', '--import',
        asModule(source + 'process.send(await product(), () => process.disconnect());')] });
      const [answer, end] = [once(child, 'message'), once(child, 'exit')];
      console.log(await product(), await Promise.all(threads), await answer, await end);
    `);
    expect(stdout).toBe('300 [ 300, 300 ] [ 300, undefined ] [ 0, null ]\n');
  });

  const training = `
    const weights = tidy(() => variable(ones([300, 300])));
    const step = compileStep(function* (x) {
      yield [];
      weights.assign(tidy(() => mul(matMul(x, weights), 1 / 300)));
    });
    const input = { data: new Float32Array(90_000).fill(1), shape: [300, 300] };
    let steps = 0;
    const make = async () => {
      await step.run([input]);
      if (++steps === 50) console.log('on its way', step.replays);
    };
  `;

  test('is ended by Ctrl-C in the middle of a replay', async () => {
    const child = spawn(process.execPath, inProcess(`${training} while (true) await make();`), { cwd: here });
    const [output] = await once(child.stdout, 'data');
    expect(String(output)).toBe('on its way 47\n');
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([null, 'SIGINT']);
  });

  test('that listens for Ctrl-C hears it between two steps, and its values are whole', async () => {
    const body = `${training}
      let going = true;
      process.once('SIGINT', () => { going = false; });
      while (going) { await make(); await pause(0); }
      const values = await weights.data();
      console.log(values.every((value) => Math.abs(value - 1) < 1e-4));
    `;
    const child = spawn(process.execPath, inProcess(body), { cwd: here });
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    const [output] = await once(child.stdout, 'data');
    expect(String(output)).toBe('true\n');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
