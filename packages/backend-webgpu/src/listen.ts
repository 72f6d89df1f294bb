// A command encoder that does what it is told, and tells of it.

/** A dispatch, with its buffers. */
export type Command = {
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly workgroups: readonly [x: number, y?: number, z?: number];
};

export type Listener = {
  readonly command: (command: Command) => void;
  /** Anything else than a dispatch. */
  readonly other: () => void;
};

/** As much of an encoder as TensorFlow.js and our dispatcher use. */
export function listenTo(encoder: GPUCommandEncoder, { command, other }: Listener): GPUCommandEncoder {
  const told =
    <Args extends unknown[], T>(act: (...args: Args) => T) =>
    (...args: Args) => {
      other();
      return act(...args);
    };
  const listening: Partial<GPUCommandEncoder> = {
    beginComputePass: (descriptor) => listenToPass(encoder.beginComputePass(descriptor), command),
    copyBufferToBuffer: told((...args: Parameters<GPUCommandEncoder['copyBufferToBuffer']>) =>
      encoder.copyBufferToBuffer(...args),
    ) as GPUCommandEncoder['copyBufferToBuffer'],
    copyBufferToTexture: told((...args: Parameters<GPUCommandEncoder['copyBufferToTexture']>) =>
      encoder.copyBufferToTexture(...args),
    ),
    resolveQuerySet: told((...args: Parameters<GPUCommandEncoder['resolveQuerySet']>) =>
      encoder.resolveQuerySet(...args),
    ),
    finish: (descriptor) => encoder.finish(descriptor),
  };
  return listening as GPUCommandEncoder;
}

function listenToPass(pass: GPUComputePassEncoder, command: Listener['command']): GPUComputePassEncoder {
  let pipeline: GPUComputePipeline;
  let bindGroup: GPUBindGroup;
  const listening = {
    setPipeline(next: GPUComputePipeline) {
      pipeline = next;
      pass.setPipeline(next);
    },
    setBindGroup(index: number, next: GPUBindGroup) {
      bindGroup = next;
      pass.setBindGroup(index, next);
    },
    dispatchWorkgroups(...workgroups: Command['workgroups']) {
      pass.dispatchWorkgroups(...workgroups);
      command({ pipeline, bindGroup, workgroups });
    },
    end: () => pass.end(),
  };
  return listening as unknown as GPUComputePassEncoder;
}
