// Starts the engine that --backend names, or the best one.
import { type Backend, type BackendName, backendNames, useBackend } from '@hornbook/backends';
import { UserError } from './user-error.ts';

/** What --adapter says, for every command that starts an engine. */
let adapterName: string | undefined;

/** @throws UserError if the engine that --backend names has no adapters */
export function takeAdapter(adapter: string | undefined, backend: string | undefined): void {
  if (adapter !== undefined && backend !== undefined && backend !== 'webgpu') {
    throw new UserError(`Expected --backend webgpu with --adapter, got ${backend}: only webgpu runs on an adapter`, {
      exitCode: 2,
    });
  }
  adapterName = adapter;
}

/** @throws UserError if there is no such engine, or it is not on this machine */
export async function startBackend(given?: string): Promise<Backend> {
  const name = given ?? (adapterName === undefined ? undefined : 'webgpu');
  try {
    return await useBackend(name as BackendName | undefined, { adapter: adapterName });
  } catch (error) {
    const unknown = name !== undefined && !backendNames.includes(name as BackendName);
    throw new UserError(`${(error as Error).message}. See: hornbook doctor`, {
      exitCode: unknown ? 2 : 1,
      cause: error,
    });
  }
}
