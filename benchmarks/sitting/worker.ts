// A contestant's side of a sitting: waits for the name of a workload on each line, runs it, answers with its times.
import { createInterface } from 'node:readline';

/** One run of the workload. Gives a loss where it has one, to see that the work was done. */
export type Run = () => unknown;

/** Makes a workload ready. */
export type Workloads = Readonly<Record<string, () => Run | Promise<Run>>>;

/** What a line asks for. */
export type Request = { readonly workload: string; readonly seconds: number };

/** Milliseconds for one run, measured over several at a time, and the last run's loss; nothing if it is not known here. */
export type Answer = { readonly milliseconds?: readonly number[]; readonly loss?: number; readonly versions?: object };

export async function serve(versions: object, workloads: Workloads): Promise<void> {
  const ready = new Map<string, Run>();
  for await (const line of createInterface({ input: process.stdin })) {
    const { workload, seconds } = JSON.parse(line) as Request;
    const make = workloads[workload];
    let answer: Answer = { versions };
    if (make) {
      const run = ready.get(workload) ?? (await make());
      ready.set(workload, run);
      answer = { versions, ...(await measure(run, seconds)) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

async function measure(run: Run, seconds: number): Promise<Answer> {
  const warm = performance.now() + 1000; // a run that takes seconds needs no five to warm up
  for (let i = 0; i < 5 && performance.now() < warm; i++) await run();
  const begin = performance.now();
  await run();
  const repeats = Math.max(1, Math.round(50 / (performance.now() - begin)));
  const milliseconds: number[] = [];
  let last: unknown;
  for (const end = performance.now() + seconds * 1000; performance.now() < end || milliseconds.length === 0; ) {
    const start = performance.now();
    for (let i = 0; i < repeats; i++) last = await run();
    milliseconds.push((performance.now() - start) / repeats);
  }
  return { milliseconds, ...(typeof last === 'number' && { loss: last }) };
}
