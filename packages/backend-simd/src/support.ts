// What the engine would find here, for those who choose among engines. Light: loads and registers nothing.
import { askForRelaxed } from './ask-for-relaxed.ts';
import { findThreading } from './find-threading.ts';
import { mostThreads } from './threads.ts';
import { pickVariant } from './variants.ts';

export type SimdSupport = {
  /** As many as it uses unless told otherwise: the cores, at most 8; 1 where memory may not be shared. */
  readonly threads: number;
  /** Whether a product and a sum are one instruction (relaxed SIMD). */
  readonly fusedMultiplyAdd: boolean;
};

/** @throws Error, saying what is missing, where the engine cannot run */
export async function simdSupport(): Promise<SimdSupport> {
  await askForRelaxed();
  const threading = await findThreading();
  const variant = pickVariant(threading !== undefined);
  return { threads: Math.min(mostThreads, threading?.cores ?? 1), fusedMultiplyAdd: variant.startsWith('relaxed') };
}
