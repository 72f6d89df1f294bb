// Half precision: what is computed on the way is kept in 16 bits where the engine can.
import { backend, getBackend } from '@tensorflow/tfjs-core';

/** What a backend offers that can keep float32 tensors in 16 bits. */
export type Halving = {
  /** Why this device cannot, and what to do; undefined where it can. */
  readonly halfRefusal: string | undefined;
  /** Runs `work` with activations in 16 bits. */
  inHalf<T>(work: () => T): T;
};

/**
 * Runs a forward pass, and with it the gradients, in half precision: the activations that it makes, and their gradients,
 * take 16 bits instead of 32, while sums, statistics and the gradients of weights stay in 32. Tensors are float32 as ever;
 * an operation that knows no 16 bits is given 32, and so is whoever reads. Gradients below 6e-8 are lost: scale the loss.
 *
 *     const { value, grads } = autocast(() => variableGrads(() => loss(parameters, batch)));
 *
 * As torch.autocast(dtype=torch.float16), but that the sums between the blocks of a model take 16 bits, too.
 *
 * @param work synchronous
 * @throws Error, with what to do, if the current engine cannot
 */
export function autocast<T>(work: () => T): T {
  const engine = backend() as Partial<Halving>;
  if (!engine.inHalf) {
    throw new Error(
      `Expected the engine webgpu for half precision, got ${getBackend()}: take webgpu, or leave half precision out`,
    );
  }
  if (engine.halfRefusal !== undefined) throw new Error(engine.halfRefusal);
  return engine.inHalf(work);
}
