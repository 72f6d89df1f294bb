// `hornbook completion`: a script that lets a shell complete commands, options and their values.
import type { Command, Option } from 'commander';
import { presets } from './config/presets.ts';
import type { SettingName } from './config/settings.ts';
import { table } from './config/table.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

export function completionScript(program: Command, shell: Shell): string {
  const commands = allCommands(program, []);
  if (shell === 'fish') return fishScript(commands);
  const start = shell === 'zsh' ? 'autoload -U +X compinit bashcompinit\ncompinit\nbashcompinit\n' : '';
  return start + bashScript(commands);
}

/** A command with the words that lead to it. */
type Described = {
  readonly path: readonly string[];
  readonly command: Command;
  readonly below: readonly Command[];
  readonly options: readonly Option[];
};

function allCommands(command: Command, path: readonly string[]): Described[] {
  const options = command.createHelp().visibleOptions(command);
  const hidden = command.options.filter((option) => !options.includes(option));
  const own = { path, command, below: command.commands, options: [...options, ...hidden] };
  return [own, ...command.commands.flatMap((one) => allCommands(one, [...path, one.name()]))];
}

/** What an option can be, where that is known. */
function valuesOf(option: Option): readonly string[] {
  if (option.long === '--preset') return Object.keys(presets);
  const name = option.attributeName();
  const known = Object.hasOwn(table, name) ? table[name as SettingName].kind.choices : undefined;
  return known ?? option.argChoices ?? [];
}

const flagsOf = ({ short, long }: Option) => [short, long].filter((flag) => flag !== undefined);

function bashScript(commands: readonly Described[]): string {
  const below = commands.map(({ path, below }) => ({ path, words: below.map((command) => command.name()) }));
  const pattern = (path: readonly string[]) => `"${['', ...path].join(' ')}"`;
  const steps = below
    .flatMap(({ path, words }) => words.map((word) => pattern([...path, word])))
    .map((step) => `      ${step}) path="$path \${COMP_WORDS[i]}" ;;`);
  const values = commands.flatMap(({ path, options }) =>
    options
      .filter((option) => valuesOf(option).length > 0)
      .map((option) => {
        const cases = flagsOf(option).map((flag) => `"${['', ...path].join(' ')}:${flag}"`);
        return `    ${cases.join('|')}) words="${valuesOf(option).join(' ')}" ;;`;
      }),
  );
  const words = commands.map(({ path, below, options }) => {
    const all = [...below.map((command) => command.name()), ...options.flatMap(flagsOf)];
    return `      ${pattern(path)}) words="${all.join(' ')}" ;;`;
  });
  return `_hornbook() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" path="" words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path \${COMP_WORDS[i]}" in
${steps.join('\n')}
    esac
  done
  case "$path:$prev" in
${values.join('\n')}
    *) case "$path" in
${words.join('\n')}
    esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _hornbook hornbook
`;
}

function fishScript(commands: readonly Described[]): string {
  const families = commands
    .filter(({ path, below }) => path.length === 1 && below.length > 0)
    .map(({ path }) => path[0]);
  const quoted = (text: string) => `'${text.replaceAll("'", "\\'")}'`;
  const lines = commands.flatMap(({ path, below, options }) => {
    const names = below.map((command) => command.name());
    const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`);
    // `tokenizer train` is not `train`
    const others = [...names, ...families.filter((family) => path.length > 0 && !path.includes(family))];
    const not = others.length > 0 ? [`not __fish_seen_subcommand_from ${others.join(' ')}`] : [];
    const at = `complete -c hornbook -n ${quoted([...seen, ...not].join('; and ') || 'true')}`;
    return [
      ...below.map((command) => `${at} -a ${command.name()} -d ${quoted(command.description())}`),
      ...options.map((option) => {
        const short = option.short ? ` -s ${option.short.slice(1)}` : '';
        const values = valuesOf(option);
        const takes = values.length > 0 ? ` -x -a ${quoted(values.join(' '))}` : option.required ? ' -r' : '';
        return `${at}${short} -l ${option.long?.slice(2)}${takes} -d ${quoted(option.description)}`;
      }),
    ];
  });
  return `${lines.join('\n')}\n`;
}
