// A trained model as one file: safetensors, with what else is needed in its header. The command line reads it too.
import { readSafetensors, type Safetensors, writeSafetensors } from '@hornbook/formats';
import type { ParameterTree } from '@hornbook/ops';
import type { TokenizerJSON } from '@hornbook/tokenizers';
import { storeParameters } from '@hornbook/training';
import { type ModelSettings, modelKinds } from './language-settings.ts';
import type { Text } from './prepare-text.ts';

const format = 'hornbook checkpoint';
const version = 2; // of the command line's runs, whose metadata this is

export type CheckpointMetadata = {
  readonly version: number;
  /** `bias` is of gpt, whose default is another on the command line. */
  readonly settings: ModelSettings & { readonly seed: number; readonly bias?: boolean };
  readonly tokenizer: TokenizerJSON;
  readonly source: { readonly location: string; readonly kind: Text['kind'] };
};

export async function writeCheckpoint(
  parameters: ParameterTree,
  step: number,
  { settings, tokenizer, source }: Omit<CheckpointMetadata, 'version'>,
): Promise<Uint8Array<ArrayBuffer>> {
  const metadata: CheckpointMetadata = { version, settings: known(settings), tokenizer, source };
  const header = { format, step: String(step), metadata: JSON.stringify(metadata) };
  return writeSafetensors(await storeParameters(parameters), header);
}

export type CheckpointFile = Pick<Safetensors, 'tensors'> & {
  readonly step: number;
  readonly metadata: CheckpointMetadata;
};

/**
 * @throws SafetensorsError if this is no safetensors file, or a damaged one
 * @throws TypeError if it is one of something else
 */
export function readCheckpoint(bytes: Uint8Array<ArrayBuffer>): CheckpointFile {
  const { tensors, metadata: header } = readSafetensors(bytes);
  if (header.format !== format) {
    throw new TypeError(
      'This safetensors file has weights and no settings, as those of other programs: load one that was downloaded here.',
    );
  }
  const metadata = parse(header.metadata);
  if (metadata?.version !== version) {
    throw new TypeError(`Expected version ${version} of a checkpoint, got ${metadata?.version}: train anew.`);
  }
  const model = metadata.settings?.model;
  if (!modelKinds.includes(model)) {
    throw new TypeError(`Expected a model of this page (${modelKinds.join(', ')}), got ${model}.`);
  }
  return { tensors, step: Number(header.step), metadata };
}

function parse(json: string): CheckpointMetadata | null {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new TypeError('The settings in its header cannot be read: the file is damaged.', { cause });
  }
}

/** Only the settings that the model has: the command line refuses others. */
function known(settings: CheckpointMetadata['settings']): CheckpointMetadata['settings'] {
  const having: Partial<Record<keyof ModelSettings, readonly ModelSettings['model'][]>> = {
    embedDim: ['mlp', 'gru', 'gpt'],
    hiddenDim: ['mlp', 'gru'],
    numLayers: ['gru', 'gpt'],
    numHeads: ['gpt'],
  };
  const entries = Object.entries(settings).filter(
    ([name]) => having[name as keyof ModelSettings]?.includes(settings.model) ?? true,
  );
  return {
    ...(Object.fromEntries(entries) as CheckpointMetadata['settings']),
    ...(settings.model === 'gpt' && { bias: false }),
  };
}
