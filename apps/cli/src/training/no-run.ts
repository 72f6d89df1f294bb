// What to say of a place where somebody expected a run.
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { nearest } from '../config/nearest.ts';
import { UserError } from '../user-error.ts';

/** @throws UserError where there is nothing, a file, or a folder of runs; what is damaged, reading it tells */
export async function expectRun(place: string): Promise<void> {
  const found = await stat(place).catch(() => undefined);
  if (!found) {
    const meant = nearest(basename(place), await runsIn(dirname(place)));
    const advice = meant ? `Did you mean ${join(dirname(place), meant)}?` : 'See: hornbook runs list';
    throw new UserError(`No such run: ${place}. ${advice}`);
  }
  if (!found.isDirectory()) {
    const advice = isRun(dirname(place)) ? `: give ${dirname(place)}` : '';
    throw new UserError(`Expected the folder of a run, got a file, ${place}${advice}`);
  }
  const [run] = isRun(place) ? [] : await runsIn(place);
  if (run === undefined) return;
  throw new UserError(
    `Expected the folder of a run, got one with runs in it, ${place}: give one, such as ${join(place, run)}`,
  );
}

/** Their names; none where there is no such folder. */
async function runsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => !name.startsWith('.') && isRun(join(folder, name))).sort();
}

const isRun = (folder: string) => ['latest', 'next', 'previous'].some((name) => existsSync(join(folder, name)));
