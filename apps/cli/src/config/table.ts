// All settings in one table, by the groups in which the help shows them.
import { modelSettings } from './model-settings.ts';
import type { Choices, SettingName, Settings, SettingTable } from './settings.ts';
import { textSettings } from './text-settings.ts';
import { measuringSettings, trainingSettings } from './training-settings.ts';

export const groups = {
  Text: textSettings,
  Model: modelSettings,
  Training: trainingSettings,
  Measuring: measuringSettings,
} as const;

export const table: SettingTable<SettingName> = {
  ...textSettings,
  ...modelSettings,
  ...trainingSettings,
  ...measuringSettings,
};

export const settingNames = Object.keys(table) as SettingName[];

/** The choice that has no such setting, if one does not: `numHeads` and the model mlp → 'model'. */
export function choiceWithout(name: SettingName, chosen: Partial<Settings>): keyof Choices | undefined {
  const choices = Object.entries(table[name].of ?? {}) as [keyof Choices, readonly string[]][];
  return choices.find(([choice, having]) => !having.includes(chosen[choice] as string))?.[0];
}

/** `batchSize` → `--batch-size` */
export function optionOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
