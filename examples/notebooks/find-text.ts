// The texts that the notebooks download. This project does not ship them: a step that needs one says so if it is missing.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a text is looked for: in the folder HORNBOOK_DATA, or else in a folder shared/data beside this repository. */
export function pathOf(file: string): string {
  return join(process.env.HORNBOOK_DATA ?? join(import.meta.dirname, '../../../shared/data'), file);
}

/** The text, or undefined after a line that says that a step is skipped. */
export function findText(file: string): string | undefined {
  if (existsSync(pathOf(file))) return readFileSync(pathOf(file), 'utf8');
  console.log(`SKIPPED: needs ${file}, which is not here. Set HORNBOOK_DATA to a folder that has it.`);
  return undefined;
}
