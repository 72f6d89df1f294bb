// Which part of the work this process does: said on the command line, or by the scheduler of a cluster.
import type { Shard } from '@hornbook/datasets';
import { UserError } from '../user-error.ts';

/**
 * `2/8` is the second of eight. Without the number, as `/8`, it is that of this process in a Slurm array or an indexed
 * Kubernetes job; `true`, the option without a value, takes the count from Slurm too.
 *
 * @throws UserError if the number is not one of the count, or nobody tells it
 */
export function parseShard(value: string | true, environment: NodeJS.ProcessEnv = process.env): Shard {
  const [, number, total] = /^(\d*)\/(\d+)$/.exec(value === true ? '/0' : value) ?? [];
  if (total === undefined) throw wrong(`Expected a shard such as 2/8, got ${value}`);
  const task = number === '' ? scheduledTask(environment) : undefined;
  const count = Number(total) || task?.count;
  if (count === undefined) {
    throw wrong('Expected to know how many shards there are, but Kubernetes does not say: give --shard /8 for eight');
  }
  const index = task ? task.index : Number(number);
  if (index >= 1 && index <= count) return { index, count };
  throw wrong(
    task
      ? `Expected one of ${count} tasks, got the task number ${index}: are there as many tasks in the array?`
      : `Expected a shard from 1/${count} to ${count}/${count}, got ${index}/${count}`,
  );
}

type Task = { readonly index: number; readonly count?: number };

/** Counted from 1 on, whatever the scheduler begins with. */
function scheduledTask(environment: NodeJS.ProcessEnv): Task {
  const { SLURM_ARRAY_TASK_ID: id, JOB_COMPLETION_INDEX: completion } = environment;
  if (id !== undefined) {
    const [task, min, step, count] = [
      id,
      environment.SLURM_ARRAY_TASK_MIN ?? '0',
      environment.SLURM_ARRAY_TASK_STEP ?? '1',
      environment.SLURM_ARRAY_TASK_COUNT ?? '',
    ].map(Number);
    const index = (task - min) / step + 1;
    if (!Number.isInteger(index)) throw wrong(`Expected a Slurm array in even steps, got the task ${id}: give I/N`);
    return { index, ...(count > 0 && { count }) };
  }
  if (completion !== undefined) return { index: Number(completion) + 1 };
  throw wrong(
    'Expected a number such as 2/8, or a task of a Slurm array or of an indexed Kubernetes job, got neither: ' +
      'SLURM_ARRAY_TASK_ID and JOB_COMPLETION_INDEX are not set',
  );
}

const wrong = (message: string) => new UserError(message, { exitCode: 2 });
