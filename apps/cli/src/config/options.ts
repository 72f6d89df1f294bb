// The settings as options of a command, from the table.
import { type Command, Option } from 'commander';
import { parser } from '../numbers.ts';
import { modelDefaults } from './model-defaults.ts';
import { groups, optionOf, settingNames } from './table.ts';

const short: Readonly<Record<string, string>> = { data: '-d, ', model: '-m, ' };

/** An option for each setting. The help shows the usual ones, in groups. */
export function addSettings(command: Command): void {
  for (const [group, settings] of Object.entries(groups)) {
    for (const [name, { kind, help, usual, otherwise }] of Object.entries(settings)) {
      const fixed =
        typeof otherwise !== 'function' &&
        name !== 'tokenizer' &&
        !Object.values(modelDefaults).some((own) => name in own);
      const fallback = fixed ? ` (${otherwise})` : '';
      const options = kind.placeholder
        ? [
            new Option(`${short[name] ?? ''}${optionOf(name)} <${kind.placeholder}>`, help + fallback).argParser(
              parser(kind),
            ),
          ]
        : [new Option(optionOf(name), help), new Option(`--no-${optionOf(name).slice(2)}`)];
      for (const option of options) command.addOption(option.helpGroup(`${group}:`).hideHelp(!usual));
    }
  }
}

/** The settings among a command's options. */
export function givenSettings(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    settingNames.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]),
  );
}
