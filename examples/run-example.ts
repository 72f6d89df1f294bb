// Runs an example as a reader would: in a process of its own, on the engine that it finds.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * What the example prints. `file` is relative to this folder.
 *
 * @throws Error if it fails, or has anything to say on stderr
 */
export async function runExample(file: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const args = ['--conditions=development', join(import.meta.dirname, file)];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, ...env } });
  if (stderr !== '') throw new Error(`Expected nothing on stderr, got ${stderr}`);
  return stdout;
}
