// Presets and settings as lists to read.
import { colors } from '../colors.ts';
import { presets } from './presets.ts';
import type { SettingName, Settings } from './settings.ts';
import { groups, optionOf } from './table.ts';

/** A line for each preset: its name and what it is. */
export function describePresets(): string {
  const width = Math.max(...Object.keys(presets).map((name) => name.length));
  const lines = Object.entries(presets).map(([name, { about }]) => `  ${colors.bold(name.padEnd(width))}  ${about}`);
  return `${lines.join('\n')}

Numbers at the end are validation losses, on the story, makemore's names.txt and tinyshakespeare.txt.
Train one: hornbook train --preset shakespeare-char-cpu --data tinyshakespeare.txt
`;
}

/** What a run would have, in groups: each setting as an option, with its value and what it is. */
export function describeSettings(settings: Settings): string {
  const value = (name: string) => String(settings[name as SettingName]);
  const shown = (name: string) => {
    const option = settings[name as SettingName] === false ? `--no-${optionOf(name).slice(2)}` : optionOf(name);
    return typeof settings[name as SettingName] === 'boolean' ? option : `${option} ${value(name)}`;
  };
  const all = Object.entries(groups).map(([group, table]) => {
    const present = Object.entries(table).filter(([name]) => Object.hasOwn(settings, name));
    return { group, rows: present.map(([name, { help }]) => ({ text: shown(name), help })) };
  });
  const width = Math.max(...all.flatMap(({ rows }) => rows.map(({ text }) => text.length)));
  const block = ({ group, rows }: (typeof all)[number]) =>
    `${group}:\n${rows.map(({ text, help }) => `  ${text.padEnd(width)}  ${help}`).join('\n')}\n`;
  return all
    .filter(({ rows }) => rows.length > 0)
    .map(block)
    .join('\n');
}
