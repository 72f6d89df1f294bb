// From a preset, a config and flags to the settings of a run: each overrides those before it, and all must agree.
import { UserError } from '../user-error.ts';
import { modelDefaults } from './model-defaults.ts';
import { nearest } from './nearest.ts';
import { readConfig } from './read-config.ts';
import type { Choices, SettingName, Settings } from './settings.ts';
import { choiceWithout, optionOf, settingNames, table } from './table.ts';

/** Settings that somebody gives, and where: in a file, or as options. */
export type Layer = {
  readonly settings: Readonly<Record<string, unknown>>;
  /** The file's name; without it, settings are named as options. */
  readonly file?: string;
};

/**
 * What is given last counts; what nobody gives is as the model's defaults, or the table, have it. A setting that the model,
 * the optimizer or the schedule does not have is refused, unless the choice came after it: `--optimizer sgd` puts a
 * preset's `beta2` aside.
 *
 * @throws UserError naming the setting that is unknown, of a wrong kind, or in contradiction to another
 */
export function resolveSettings(given: readonly Layer[]): Settings {
  for (const layer of given) checkLayer(layer);
  const model =
    given.findLast(({ settings }) => Object.hasOwn(settings, 'model'))?.settings.model ?? table.model.otherwise;
  const layers: readonly Layer[] = [{ settings: modelDefaults[model as Settings['model']] }, ...given];
  const placeOf = (name: string) => layers.findLastIndex(({ settings }) => Object.hasOwn(settings, name));

  const resolved: Partial<Settings> = { model: model as Settings['model'] }; // which decides about settings before it
  for (const name of settingNames) {
    const place = placeOf(name);
    const { suits } = table[name];
    const without = choiceWithout(name, resolved);
    if (without !== undefined) {
      if (place >= 0 && place >= placeOf(without)) throw contradiction(name, layers[place], without, resolved);
      continue;
    }
    const suited = suits && layers.slice(0, place + 1).findLast(({ settings }) => Object.hasOwn(settings, suits));
    const fits = suits === undefined || (suited?.settings[suits] ?? table[suits].otherwise) === resolved[suits];
    const { otherwise } = table[name];
    const value =
      place >= 0 && fits
        ? layers[place].settings[name]
        : typeof otherwise === 'function'
          ? otherwise(resolved as Settings)
          : otherwise;
    Object.assign(resolved, { [name]: value });
  }
  return checkTogether(resolved as Settings);
}

/** How a setting was given last, `--tokenizer` or `tokenizer in config.json`; undefined if nobody gave it. */
export function saidAs(name: SettingName, layers: readonly Layer[]): string | undefined {
  const layer = layers.findLast(({ settings }) => Object.hasOwn(settings, name));
  return layer && named(name, layer.file);
}

/** @throws UserError if there is no such preset, or the config cannot be read */
export async function layersOf({
  preset,
  config,
  flags,
}: {
  readonly preset?: string;
  readonly config?: string;
  readonly flags: Layer['settings'];
}): Promise<Layer[]> {
  const layers: Layer[] = [];
  if (preset !== undefined) {
    const { presets } = await import('./presets.ts');
    if (!Object.hasOwn(presets, preset)) {
      const meant = nearest(preset, Object.keys(presets));
      throw usage(
        `No such preset: ${preset}. ${meant ? `Did you mean ${meant}?` : 'See: hornbook train --list-presets'}`,
      );
    }
    layers.push({ settings: presets[preset].settings, file: `the preset ${preset}` });
  }
  if (config !== undefined) layers.push(await readConfig(config));
  return [...layers, { settings: flags }];
}

function checkLayer({ settings, file }: Layer): void {
  for (const [name, value] of Object.entries(settings)) {
    if (!Object.hasOwn(table, name)) {
      const meant = nearest(name, settingNames);
      const advice = meant ? `Did you mean ${meant}?` : `There are ${settingNames.join(', ')}`;
      throw usage(`Unknown setting ${JSON.stringify(name)} in ${file}. ${advice}`);
    }
    const { kind } = table[name as SettingName];
    if (kind.holds(value)) continue;
    throw usage(`Expected ${named(name, file)} to be ${kind.expected}, got ${JSON.stringify(value)}`);
  }
}

function contradiction(
  name: SettingName,
  { file }: Layer,
  choice: keyof Choices,
  chosen: Partial<Settings>,
): UserError {
  const having = table[name].of?.[choice] ?? [];
  const what = choice === 'model' ? `The ${chosen.model} model` : `The ${choice} ${chosen[choice] ?? ''}`.trimEnd();
  return usage(
    `${what} has no ${named(name, file)}: only ${having.join(', ')} ${having.length > 1 ? 'have' : 'has'} it. ` +
      'See: hornbook train --list-settings',
  );
}

/** What no setting shows by itself. */
function checkTogether(settings: Settings): Settings {
  const { validationShare, testShare, steps, warmupSteps = 0, decaySteps = 0 } = settings;
  if (validationShare === 0)
    throw usage('Expected a validationShare above 0, got 0: something must be left to judge by');
  if (validationShare + testShare >= 1) {
    throw usage(
      `Expected validationShare and testShare to leave something to train on, got ${validationShare} and ${testShare}`,
    );
  }
  if (warmupSteps + decaySteps > 0 && warmupSteps + decaySteps >= steps + (decaySteps > 0 ? 1 : 0)) {
    const parts =
      decaySteps > 0 ? `warmupSteps ${warmupSteps} and decaySteps ${decaySteps}` : `warmupSteps ${warmupSteps}`;
    throw usage(`Expected steps for more than the warm-up and the fall, got ${steps} steps with ${parts}`);
  }
  return settings;
}

const named = (name: string, file: string | undefined) => (file === undefined ? optionOf(name) : `${name} in ${file}`);

const usage = (message: string) => new UserError(message, { exitCode: 2 });
