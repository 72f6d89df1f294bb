// Whether the engine that was started has the precision that the settings ask for.
import { autocast } from '@hornbook/ops';
import type { Settings } from '../config/settings.ts';
import { UserError } from '../user-error.ts';

/** @throws UserError for half precision on an engine, or a GPU, that has none */
export function expectPrecision({ precision }: Settings): void {
  if (precision !== 'half') return;
  try {
    autocast(() => {});
  } catch (cause) {
    throw new UserError(`${(cause as Error).message} (--backend webgpu, --precision full). See: hornbook doctor`, {
      cause,
    });
  }
}
