// Starts the engine that --backend names, or the best one.
import { type Backend, type BackendName, backendNames, useBackend } from '@hornbook/backends';
import { UserError } from './user-error.ts';

/** @throws UserError if there is no such engine, or it is not on this machine */
export async function startBackend(name?: string): Promise<Backend> {
  try {
    return await useBackend(name as BackendName | undefined);
  } catch (error) {
    const unknown = name !== undefined && !backendNames.includes(name as BackendName);
    throw new UserError(`${(error as Error).message}. See: hornbook doctor`, {
      exitCode: unknown ? 2 : 1,
      cause: error,
    });
  }
}
