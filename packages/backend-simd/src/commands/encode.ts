// Writes commands into memory, in the form that assembly/run.ts reads: 128 bytes [number, flags, up to 30 arguments].
import { type CommandName, commandTables } from './index.ts';
import type { CommandTable, Role } from './table.ts';

export const commandBytes = 128;
export const partitioned = 1;
export const waits = 2;

/** What an argument is, without its name. */
export type Kind = 'in' | 'out' | 'inout' | 'over' | 'int' | 'float' | 'scratch' | 'list';

export type Command = {
  readonly number: number;
  readonly name: CommandName;
  readonly kinds: readonly Kind[];
  /** The kinds of a row of the list, for each argument that is one. */
  readonly rows: readonly (readonly Kind[] | undefined)[];
  /** Pointers and whole numbers alone: such a command is written without a second look. */
  readonly plain: boolean;
  /** Whether it changes what was there before. */
  readonly changes: boolean;
};

const commands = new Map<string, Command>(
  Object.values(commandTables)
    .flatMap((table: CommandTable) => Object.entries(table))
    .map(([name, roles], number) => [name, describe(name as CommandName, number, roles)]),
);

/** A number that another list of kernels, or other arguments, would most likely not have (FNV-1a). */
export function fingerprint(): number {
  let hash = 0x811c9dc5;
  for (const character of JSON.stringify(commandTables)) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return hash >>> 0;
}

export function command(name: CommandName): Command {
  return commands.get(name) as Command;
}

function describe(name: CommandName, number: number, roles: readonly Role[]): Command {
  const kinds = roles.map((role) => (typeof role === 'string' ? kindOf(role) : 'list'));
  const rows = roles.map((role) => (typeof role === 'string' ? undefined : role.list.map(kindOf)));
  const plain = kinds.every((kind) => kind !== 'float' && kind !== 'scratch' && kind !== 'list');
  const changes = [...kinds, ...rows.flatMap((row) => row ?? [])].includes('inout');
  return { number, name, kinds, rows, plain, changes };
}

function kindOf(role: string): Kind {
  return role.slice(0, role.indexOf(' ')) as Kind;
}
