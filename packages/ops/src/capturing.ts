// What a backend offers that can record a step's commands and run them again, as CUDA graphs do. `compileStep` uses it.
import { backend, type DataId, getBackend, type Tensor, type TypedArray } from '@tensorflow/tfjs-core';

/** Values with a shape, on the host: an Int32Array is int32, a Float32Array float32, a Uint8Array bool. */
export type HostArray = {
  readonly data: Int32Array | Float32Array | Uint8Array;
  readonly shape: readonly number[];
};

/** What can be read. A tensor is, and so is a place in the memory of a replay. */
export type Readable = {
  data(): Promise<TypedArray>;
  dataSync(): TypedArray;
};

/** A backend with these records; one without them runs every step as it comes. */
export type Capturing = {
  /**
   * Begins to record a step whose inputs are given anew at each replay.
   *
   * @returns undefined while another capture has not ended: the step is then run as it stands, and recorded another time
   */
  startCapture(inputs: readonly Tensor[]): Capture | undefined;
  /**
   * Says that the values just uploaded as this data are made anew by `fill`: a replay calls it before it runs the segment
   * in which it was recorded, after those recorded earlier. Outside of a capture's segments it does nothing.
   */
  refill(dataId: DataId, fill: () => TypedArray): void;
  /** True inside of a capture's segment. */
  readonly recording: boolean;
};

/** A step that is being recorded, and computes as it always does. */
export type Capture = {
  /**
   * Runs `work`, which is synchronous, and records its commands as the step's next segment. What it returns can be read
   * at the segment's end in every replay, and is used by later segments. Passes on what `work` throws; then, as after
   * every error, `abandon` follows. Between segments nothing is recorded, and reading is allowed.
   */
  segment<T extends readonly Tensor[]>(work: () => T): T;
  /**
   * What was uploaded so far, inputs and what is refilled left out, in order: a replay uses these values again. If they
   * differ from one recording to the next, the step computes something in JavaScript that a replay would miss. Copies, which
   * outlive the capture.
   */
  readonly constants: readonly TypedArray[];
  /**
   * Ends the recording, or says why the step cannot be replayed: 'Expected no read inside the step, got one of …'.
   * What the last segment returned are the step's outputs.
   */
  finish(): Replay | { readonly reason: string };
  /** Ends the recording without a replay. */
  abandon(): void;
};

/** A recorded step. Variables that the step assigned are assigned by each replay, too. */
export type Replay = {
  /**
   * True once something from outside that the step uses, such as a variable, was given other memory or freed since, or a
   * variable that the step writes shares its memory with a tensor: then the step is to be recorded again.
   */
  readonly stale: boolean;
  /** Bytes held between replays. */
  readonly bytes: number;
  /** Bytes that a run needs besides, for what it computes on the way: the peak of what is there at once. */
  readonly workingBytes: number;
  /** Segments before the last: as many as the step has yields. */
  readonly cuts: number;
  /** Gives the inputs, of the recorded shapes and types, in their order. A tensor is copied. */
  start(inputs: readonly (HostArray | Tensor)[]): void;
  /** Runs the next segment; not called for the last. What it returns is to be read before the next call. */
  segment(): readonly Readable[];
  /** Runs the last segment: new tensors, the caller's. */
  end(): readonly Tensor[];
  dispose(): void;
};

/** The current backend, if it records. */
export function capturing(): Capturing | undefined {
  const engine = backend() as Partial<Capturing>;
  return engine.startCapture && engine.refill ? (engine as Capturing) : undefined;
}

const inOrdinaryMemory = ['cpu', 'wasm', 'simd'];

/** Whether a tensor's values can be looked at in the middle of a step: on a CPU's engines, except while it is recorded. */
export function readsAtOnce(): boolean {
  return inOrdinaryMemory.includes(getBackend()) && !capturing()?.recording;
}
