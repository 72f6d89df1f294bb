// What a GPU can do wrong.

/**
 * An error of the GPU; `kind` says which. All that was computed on the device is lost with it: `useBackend('webgpu')` then
 * takes a new device, and parameters are loaded again from the last checkpoint.
 */
export class GpuError extends Error {
  override readonly name = 'GpuError';
  /** A command that is not allowed, no more memory, or the device is gone: unplugged, reset, or its driver was updated. */
  readonly kind: 'invalid' | 'memory' | 'lost';

  constructor(kind: GpuError['kind'], what: string, options?: ErrorOptions) {
    super(`${what.trim()}${advice[kind]}`, options);
    this.kind = kind;
  }
}

const again =
  "\nWhat was computed on it is lost: call useBackend('webgpu') for a new device, and load the parameters again";
const advice = { invalid: again, memory: `. Take smaller batches or a smaller model.${again}`, lost: again };
