// Shards by number, and by what schedulers say.
import { expect, test } from 'vitest';
import { parseShard } from './shard.ts';

const slurm = (task: number, min = 0, count = 4, step = 1) => ({
  SLURM_ARRAY_TASK_ID: `${task}`,
  SLURM_ARRAY_TASK_MIN: `${min}`,
  SLURM_ARRAY_TASK_COUNT: `${count}`,
  SLURM_ARRAY_TASK_STEP: `${step}`,
});

test.each([
  ['1/1', {}, 1, 1],
  ['8/8', {}, 8, 8],
  ['2/8', slurm(0), 2, 8], // what is said counts
  [true, slurm(0), 1, 4],
  [true, slurm(4, 1), 4, 4],
  [true, slurm(14, 8, 4, 2), 4, 4],
  ['/8', slurm(3), 4, 8],
  ['/8', { JOB_COMPLETION_INDEX: '0' }, 1, 8],
  ['/8', { JOB_COMPLETION_INDEX: '7' }, 8, 8],
] as const)('%s with %o', (value, environment, index, count) => {
  expect(parseShard(value, environment)).toEqual({ index, count });
});

test.each([
  ['0/4', {}, 'Expected a shard from 1/4 to 4/4, got 0/4'],
  ['5/4', {}, 'got 5/4'],
  ['two', {}, 'Expected a shard such as 2/8, got two'],
  ['1/0', {}, 'Expected'],
  ['-1/4', {}, 'got -1/4'],
  [true, {}, 'SLURM_ARRAY_TASK_ID and JOB_COMPLETION_INDEX are not set'],
  ['/4', {}, 'SLURM_ARRAY_TASK_ID and JOB_COMPLETION_INDEX are not set'],
  [true, { JOB_COMPLETION_INDEX: '1' }, 'Kubernetes does not say: give --shard /8'],
  ['/2', slurm(2), 'Expected one of 2 tasks, got the task number 3'],
  [true, slurm(7, 2, 3, 2), 'in even steps, got the task 7'],
] as const)('%s with %o is refused', (value, environment, message) => {
  expect(() => parseShard(value, environment)).toThrow(message);
  expect(() => parseShard(value, environment)).toThrow(expect.objectContaining({ name: 'UserError', exitCode: 2 }));
});
