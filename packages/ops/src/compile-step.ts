// A step made again and again: where the engine can, recorded once and then replayed without running its JavaScript.
import { getBackend, type Tensor, type TypedArray } from '@tensorflow/tfjs-core';
import { type Capturing, capturing, type Replay } from './capturing.ts';
import { type Inspect, runSegments, type Step, type StepInput, signatureOf, withTensors } from './run-step.ts';

export type CompiledStep = {
  /**
   * Makes one step.
   *
   * @param inspect told of each yield, as it comes
   * @returns what the step returned: new tensors, the caller's
   * @throws what the step and `inspect` throw, or Error if the run before has not ended
   */
  run(inputs: readonly StepInput[], inspect?: Inspect): Promise<readonly Tensor[]>;
  /** Why the step runs as it stands; undefined where it is recorded, or may yet be. */
  readonly reason: string | undefined;
  /** How many of the runs were replays. */
  readonly replays: number;
  /** Bytes that the recordings hold between runs. */
  readonly bytes: number;
  /** Bytes that a replay needs besides, for what it computes on the way; the most of all recordings. */
  readonly workingBytes: number;
  /** Frees the recordings. A run afterwards begins to record anew. */
  dispose(): void;
};

/** What is known of the steps with inputs of the same shapes. */
type Recording = { rehearsed: boolean; constants?: readonly TypedArray[]; replay?: Replay; replays: number };

/** Recordings kept for different shapes; of more, the one not used for longest goes. */
const mostRecordings = 4;

/** Recordings in a row that went stale before they were worth their making, after which no more are made. */
const mostWasted = 3;

/**
 * Compiles a step. On an engine that records (`simd`), each new set of input shapes runs once as it stands, twice while
 * it is recorded, and is replayed from then on: the same numbers, bit for bit, without the cost of JavaScript, and in
 * less memory. On every other engine, and where a step cannot be recorded, it runs as it stands.
 *
 *     const step = compileStep(function* (inputs, targets) {
 *       const { value, grads } = variableGrads(() => loss(parameters, inputs, targets));
 *       yield [value, ...Object.values(grads)];
 *       update(parameters, grads);
 *     });
 *     await step.run([batch.inputs, batch.targets], async ([loss]) => console.log((await loss.data())[0]));
 *
 * A replay follows variables, inputs and `hostInput`s. Whatever else JavaScript computes keeps the value that it had in
 * the recording; a step whose recordings differ in that stays as it stands. A number that changes seldom, such as a rate
 * that drops after a thousand steps, must therefore be an input or a `hostInput`. And the step must change nothing but
 * variables, and read nothing between its yields.
 *
 * @param options.record false to run the step as it stands on every engine
 */
export function compileStep<Inputs extends Tensor[]>(
  step: Step<Inputs>,
  { record = true }: { readonly record?: boolean } = {},
): CompiledStep {
  const recordings = new Map<string, Recording>();
  let reason = record ? undefined : 'Expected leave to record, got record: false';
  let running = false;
  let replays = 0;
  let wasted = 0;

  const dispose = () => {
    for (const { replay } of recordings.values()) replay?.dispose();
    recordings.clear();
  };

  /** The recording for inputs like these; a new one takes the place of the one not used for longest. */
  const recordingFor = (inputs: readonly StepInput[]): Recording => {
    const signature = signatureOf(inputs);
    const found = recordings.get(signature) ?? { rehearsed: false, replays: 0 };
    recordings.delete(signature);
    recordings.set(signature, found); // last in the map's order
    const [[oldest, { replay }]] = recordings;
    if (recordings.size > mostRecordings) {
      replay?.dispose();
      recordings.delete(oldest);
    }
    return found;
  };

  const discardStale = (recording: Recording) => {
    if (!recording.replay?.stale) return;
    wasted = recording.replays < 2 ? wasted + 1 : 0;
    recording.replay.dispose();
    recording.replay = undefined;
    recording.replays = 0;
    recording.rehearsed = false; // a variable that shares its memory gets its own before the next recording
    if (wasted < mostWasted) return;
    reason = `Expected variables that keep their memory between steps, got ${wasted} recordings in vain: assign them inside`;
  };

  const runEager = (inputs: readonly StepInput[], inspect: Inspect) =>
    withTensors(inputs, (tensors) => runSegments(step(...(tensors as Inputs)), inspect, (work) => work()));

  const runRecording = (engine: Capturing, recording: Recording, inputs: readonly StepInput[], inspect: Inspect) =>
    withTensors(inputs, async (tensors) => {
      const capture = engine.startCapture(tensors);
      if (!capture) return runSegments(step(...(tensors as Inputs)), inspect, (work) => work());
      let finished = false;
      try {
        const parts = step(...(tensors as Inputs));
        const outputs = await runSegments(parts, inspect, (work) => capture.segment(work));
        const before = recording.constants;
        recording.constants = capture.constants;
        if (before && !sameValues(before, capture.constants)) {
          reason =
            'Expected the same numbers from JavaScript at every step, got others: make them inputs or hostInputs';
        } else if (before) {
          finished = true;
          const end = capture.finish();
          if ('reason' in end) reason = end.reason;
          else recording.replay = end;
        }
        return outputs;
      } finally {
        if (!finished) capture.abandon();
      }
    });

  const make = async (inputs: readonly StepInput[], inspect: Inspect): Promise<readonly Tensor[]> => {
    const engine = reason === undefined ? capturing() : undefined;
    if (!engine) return runEager(inputs, inspect);
    const recording = recordingFor(inputs);
    discardStale(recording);
    if (recording.replay) {
      replays++;
      recording.replays++;
      return runReplay(recording.replay, inputs, inspect);
    }
    const rehearsed = recording.rehearsed && reason === undefined;
    const outputs = await (rehearsed ? runRecording(engine, recording, inputs, inspect) : runEager(inputs, inspect));
    recording.rehearsed = true; // to its end: optimizers have made their slots, and caches are filled
    return outputs;
  };

  return {
    async run(inputs, inspect = () => {}) {
      if (running) throw new Error('Expected the run before to have ended, got another: await each run of a step');
      running = true;
      try {
        return await make(inputs, inspect);
      } finally {
        running = false;
        if (reason !== undefined) dispose();
      }
    },
    get reason() {
      return reason ?? (capturing() ? undefined : `Expected an engine that records steps, got ${getBackend()}`);
    },
    get replays() {
      return replays;
    },
    get bytes() {
      return [...recordings.values()].reduce((sum, { replay }) => sum + (replay?.bytes ?? 0), 0);
    },
    get workingBytes() {
      return Math.max(0, ...[...recordings.values()].map(({ replay }) => replay?.workingBytes ?? 0));
    },
    dispose,
  };
}

async function runReplay(replay: Replay, inputs: readonly StepInput[], inspect: Inspect): Promise<readonly Tensor[]> {
  replay.start(inputs);
  for (let cut = 0; cut < replay.cuts; cut++) {
    const waiting = inspect(replay.segment(), cut);
    if (waiting) await waiting;
  }
  return replay.end();
}

/** Bit for bit, so that NaN equals NaN. */
function sameValues(one: readonly TypedArray[], other: readonly TypedArray[]): boolean {
  return one.length === other.length && one.every((values, i) => sameBytes(bytesOf(values), bytesOf(other[i])));
}

function bytesOf({ buffer, byteOffset, byteLength }: TypedArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}
