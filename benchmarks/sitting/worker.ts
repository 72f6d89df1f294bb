// A contestant's side of a sitting: waits for the name of a workload on each line, runs it, answers with its times.
import { createInterface } from 'node:readline';

/** One run of the workload. Gives a loss where it has one, to see that the work was done. */
export type Run = () => unknown;

/** Makes a workload ready. */
export type Workloads = Readonly<Record<string, () => Run | Promise<Run>>>;

/** What a line asks for. */
export type Request = { readonly workload: string; readonly seconds: number };

/** Nothing of a workload that is not known here. */
export type Answer = {
  /** For one run, measured over several at a time. */
  readonly milliseconds?: readonly number[];
  /** What the processor did for one run meanwhile, all threads together: it is the same on a busy machine. */
  readonly processor?: readonly number[];
  readonly loss?: number;
  readonly versions?: object;
};

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

/** Milliseconds from which one run is all that a contestant is asked for. */
export const slow = 5000;

async function measure(run: Run, seconds: number): Promise<Answer> {
  const once = async () => {
    const begin = performance.now();
    await run();
    return performance.now() - begin;
  };
  const first = await once();
  if (first > slow) return { milliseconds: [first] };
  for (let i = 0; i < 4 && first < 1000; i++) await run(); // what takes seconds needs no five to warm up
  const repeats = Math.max(1, Math.round(50 / (await once())));
  const milliseconds: number[] = [];
  const processor: number[] = [];
  let last: unknown;
  for (const end = performance.now() + seconds * 1000; performance.now() < end || milliseconds.length === 0; ) {
    const [start, used] = [performance.now(), process.cpuUsage()];
    for (let i = 0; i < repeats; i++) last = await run();
    milliseconds.push((performance.now() - start) / repeats);
    const { user, system } = process.cpuUsage(used);
    processor.push((user + system) / 1000 / repeats);
  }
  return { milliseconds, processor, ...(typeof last === 'number' && { loss: last }) };
}
