// Where what was downloaded is kept.
import { homedir } from 'node:os';
import { join } from 'node:path';

/** `$HORNBOOK_CACHE`, else `$XDG_CACHE_HOME/hornbook`, else `~/.cache/hornbook`. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { HORNBOOK_CACHE, XDG_CACHE_HOME } = environment;
  return HORNBOOK_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'hornbook');
}
