// Makes a backend: the best binary for this machine, and as many threads as it has cores.
import { askForRelaxed } from './ask-for-relaxed.ts';
import { SimdBackend } from './backend.ts';
import { findThreading } from './find-threading.ts';
import { Team } from './threads.ts';
import { instantiate, pickVariant } from './variants.ts';

/** @throws Error where there is no WebAssembly with SIMD */
export async function start(): Promise<SimdBackend> {
  await askForRelaxed();
  const threading = await findThreading();
  const instance = await instantiate(pickVariant(threading !== undefined));
  return new SimdBackend(instance.memory, new Team(instance, threading));
}
