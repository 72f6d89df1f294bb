// A sitting: every contestant does every workload in turn, round after round, so that all see the same busy machine.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Contestant } from './contestants.ts';
import { type Answer, type Request, slow } from './worker.ts';

export type Sitting = {
  /** For one run, of all rounds, by contestant and workload. */
  readonly times: ReadonlyMap<string, ReadonlyMap<string, Measured>>;
  readonly versions: Readonly<Record<string, string>>;
};

export type Measured = {
  readonly milliseconds: readonly number[];
  /** Milliseconds of the processor, all threads together. */
  readonly processor: readonly number[];
  readonly loss?: number;
};

export type SittingOptions = {
  readonly contestants: readonly Contestant[];
  readonly workloads: readonly string[];
  readonly rounds: number;
  /** For each contestant's turn. */
  readonly seconds: number;
};

export async function hold({ contestants, workloads, rounds, seconds }: SittingOptions): Promise<Sitting> {
  const seated = contestants.map(seat);
  const times = new Map(contestants.map(({ name }) => [name, new Map<string, Measured>()]));
  const versions: Record<string, string> = {};
  try {
    for (const workload of workloads) {
      const here = new Set(seated);
      const resting = new Set<Seated>();
      for (let round = 0; round < rounds; round++) {
        for (const one of rotated([...here], round)) {
          if (resting.has(one)) continue;
          const answer = await one.ask({ workload, seconds });
          Object.assign(versions, answer?.versions);
          if (!answer?.milliseconds) {
            here.delete(one);
            continue;
          }
          const before = times.get(one.name)?.get(workload);
          times.get(one.name)?.set(workload, {
            milliseconds: [...(before?.milliseconds ?? []), ...answer.milliseconds],
            processor: [...(before?.processor ?? []), ...(answer.processor ?? [])],
            loss: answer.loss,
          });
          if (answer.milliseconds[0] > slow) resting.add(one);
        }
      }
      console.log(`${workload}: ${here.size} contestants`);
    }
  } finally {
    for (const one of seated) one.leave();
  }
  return { times, versions };
}

type Seated = {
  readonly name: string;
  /** Undefined once the contestant has gone. */
  ask(request: Request): Promise<Answer | undefined>;
  leave(): void;
};

function seat({ name, command, args }: Contestant): Seated {
  const child: ChildProcess = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr?.on('data', (text) => {
    complaints += text;
  });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  let gone = false;
  child.stdin?.on('error', () => {}); // a contestant that has gone is told of below
  return {
    name,
    async ask(request) {
      if (gone) return undefined;
      child.stdin?.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await lines.next();
      if (!done) return JSON.parse(value) as Answer;
      gone = true;
      console.warn(
        `SKIPPED: ${name} broke off at ${request.workload}:\n${complaints.split('\n').slice(-12).join('\n')}`,
      );
      return undefined;
    },
    leave: () => child.kill(),
  };
}

function rotated<Item>(items: readonly Item[], by: number): Item[] {
  const start = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
