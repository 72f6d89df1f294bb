// Runs the built command as a user's shell does, for the tests.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

export const main = join(import.meta.dirname, '../../dist/main.js');

export type Result = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

export type Surroundings = {
  readonly cwd: string;
  /** Standard input. */
  readonly input?: string | Uint8Array;
  readonly env?: NodeJS.ProcessEnv;
  /** Sent when the first output has come. */
  readonly signal?: NodeJS.Signals;
  /** Stop reading after the first output, as `| head -1` does. */
  readonly closeEarly?: boolean;
};

/** Runs `hornbook …args` to its end. */
export function hornbook(args: readonly string[], surroundings: Surroundings): Promise<Result> {
  if (!existsSync(main)) throw new Error(`Expected the built command at ${main}: run npm run build first`);
  return execute(process.execPath, [main, ...args], surroundings);
}

/** Runs any command to its end. Its output is a pipe, so without colours and without a bar. */
export function execute(
  command: string,
  args: readonly string[],
  { cwd, input = '', env, signal, closeEarly = false }: Surroundings,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const { FORCE_COLOR: _, NO_COLOR: __, NODE_OPTIONS: ___, ...inherited } = process.env;
    const child = spawn(command, args, { cwd, env: { ...inherited, ...env } });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      if (stdout === '' && signal) child.kill(signal);
      if (stdout === '' && closeEarly) child.stdout.destroy();
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.on('error', reject).on('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin.on('error', () => {}); // a command that has failed no longer reads
    child.stdin.end(input);
  });
}

/** An empty folder that is deleted after the tests of the file. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hornbook-cli-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A disk of its own, with room for so much (`48k`), until the end of the tests. False where this user may not mount. */
export async function mountSmallDisk(folder: string, size: string): Promise<boolean> {
  await mkdir(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'ignore' });
    afterAll(() => execFileSync('umount', [folder]));
    return true;
  } catch {
    return false;
  }
}

/** The objects of `--json`, one a line. */
export function jsonLines(stdout: string): Record<string, unknown>[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Options for models that train in a moment. */
export const tiny = {
  bigram: ['--model', 'bigram', '--steps', '60'],
  'counted-bigram': ['--model', 'counted-bigram'],
  mlp: ['--model', 'mlp', '--steps', '60', '--hidden-dim', '16'],
  hierarchical: ['--model', 'hierarchical', '--steps', '20', '--hidden-dim', '16', '--context-length', '4'],
  gpt: [
    ...['--model', 'gpt', '--steps', '40', '--context-length', '8', '--embed-dim', '8', '--num-heads', '2'],
    ...['--num-layers', '1', '--batch-size', '4', '--dropout', '0.2'],
  ],
} as const;
