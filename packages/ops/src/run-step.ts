// Drives a step from yield to yield, and frees what it leaves behind.
import { type Tensor, type TensorContainer, tensor, tidy, Variable } from '@tensorflow/tfjs-core';
import type { HostArray, Readable } from './capturing.ts';

/**
 * What is made at each step, in synchronous parts. What it yields, the host may read before the step goes on, and is there
 * until the step's end; what it returns is the caller's; every other tensor of a part is freed at the part's end. Yields
 * and returns only what it made itself, and variables to be read.
 */
export type Step<Inputs extends readonly Tensor[]> = (...inputs: Inputs) => Parts;

/** A step that has begun. */
export type Parts = Iterator<readonly Tensor[], readonly Tensor[], void> | Iterator<readonly Tensor[], void, void>;

/** An input, as an array or a tensor. A tensor stays the caller's. */
export type StepInput = HostArray | Tensor;

/** Looks at what the step yielded; `cut` counts from 0. What it throws ends the step, and what comes after is not done. */
export type Inspect = (readings: readonly Readable[], cut: number) => void | Promise<void>;

/** Runs a step that has begun; `segment` runs each of its parts. */
export async function runSegments(
  parts: Parts,
  inspect: Inspect,
  segment: (work: () => readonly Tensor[]) => readonly Tensor[],
): Promise<readonly Tensor[]> {
  const yielded = new Set<Tensor>();
  let outputs: readonly Tensor[] = [];
  try {
    for (let cut = 0; ; cut++) {
      let done = false;
      const handed = segment(() => {
        const part = nextPart(parts);
        done = part.done;
        return part.tensors;
      });
      if (done) {
        outputs = handed;
        return outputs;
      }
      for (const one of handed) yielded.add(one);
      const waiting = inspect(handed, cut);
      if (waiting) await waiting;
    }
  } finally {
    parts.return?.();
    for (const one of yielded) if (!outputs.includes(one) && !(one instanceof Variable)) one.dispose();
  }
}

function nextPart(parts: Parts): { readonly done: boolean; readonly tensors: readonly Tensor[] } {
  let done = false;
  const tensors = tidy(() => {
    const part = parts.next();
    done = part.done === true;
    return [...(part.value ?? [])] as TensorContainer;
  });
  return { done, tensors: tensors as unknown as readonly Tensor[] };
}

/** Arrays become tensors for as long as the work takes. */
export async function withTensors<T>(
  inputs: readonly StepInput[],
  work: (tensors: readonly Tensor[]) => Promise<T>,
): Promise<T> {
  const made: Tensor[] = [];
  const toTensor = (input: StepInput): Tensor => {
    if (!isHostArray(input)) return input;
    const one = tensor(input.data, [...input.shape], dtypeOf(input));
    made.push(one);
    return one;
  };
  try {
    return await work(inputs.map(toTensor));
  } finally {
    for (const one of made) one.dispose();
  }
}

/** Types and shapes: `int32[2,3],float32[]`. */
export function signatureOf(inputs: readonly StepInput[]): string {
  return inputs.map((input) => `${isHostArray(input) ? dtypeOf(input) : input.dtype}[${input.shape}]`).join();
}

function isHostArray(input: StepInput): input is HostArray {
  return typeof input.data !== 'function';
}

function dtypeOf({ data }: HostArray): 'int32' | 'float32' | 'bool' {
  if (data instanceof Int32Array) return 'int32';
  return data instanceof Float32Array ? 'float32' : 'bool';
}
