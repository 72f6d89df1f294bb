// Reads ids row by row and tells what the model expects next: anew each time, or on from what it remembers.
import type { ParameterTree } from '@hornbook/ops';
import {
  dispose,
  gather,
  keep,
  reshape,
  slice,
  Tensor,
  type Tensor2D,
  tensor1d,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';

/** What a model remembers: tensors, each with the rows of a batch along its first axis, and numbers. */
export type State = Tensor | number | readonly State[] | { readonly [name: string]: State | undefined };

/** A model as generation sees it: one function, and a second where it can go on from what it has read. */
export type GenerativeModel<P extends ParameterTree, S extends State> = {
  readonly parameters: P;
  /** ids [batch, time] → logits [batch, vocabSize], or [batch, time, vocabSize], of which only the last place is used. */
  forward(parameters: P, ids: Tensor2D): Tensor;
  /** The same from a state and to a state, which share no tensor: what came before need not be read again. */
  advance?(parameters: P, ids: Tensor2D, state?: S): { readonly logits: Tensor; readonly state: S };
  /** Whether `advance` goes on past the context, one id at a time. If not, half of the context is then read anew. */
  readonly endless?: boolean;
  /** The most ids that the model reads: it is shown the last so many. */
  readonly contextLength: number;
  /** Where it says its vocabulary, prompts are checked before the model sees them. */
  readonly config?: { readonly vocabSize?: number };
};

/** Rows of ids, all of one length, that grow together. */
export type Reader = {
  /** Adds ids to each row, [batch][time], and gives the logits of what comes next, [batch][vocabSize]. */
  read(ids: readonly (readonly number[])[]): Promise<Float32Array[]>;
  /** Row i goes on from what row `rows[i]` has read; any row may be taken several times, or never. */
  choose(rows: readonly number[]): void;
  /** Frees what is remembered. */
  dispose(): void;
};

/** A reader for any model, with the means that it has. */
export function makeReader<P extends ParameterTree, S extends State>(model: GenerativeModel<P, S>): Reader {
  return model.advance ? remembering(model, model.advance) : forgetful(model);
}

/** Shows the model all rows again, whenever they have grown. */
function forgetful<P extends ParameterTree, S extends State>(model: GenerativeModel<P, S>): Reader {
  const { parameters, contextLength } = model;
  let rows: number[][] = [];
  return {
    read(ids) {
      rows = grow(rows, ids, contextLength);
      return readOff(tidy(() => lastPlaces(model.forward(parameters, toTensor(rows)), rows, 'forward')));
    },
    choose(from) {
      rows = from.map((row) => [...rows[row]]);
    },
    dispose() {},
  };
}

/** Shows the model only what is new. */
function remembering<P extends ParameterTree, S extends State>(
  model: GenerativeModel<P, S>,
  advance: NonNullable<GenerativeModel<P, S>['advance']>,
): Reader {
  const { parameters, contextLength, endless = false } = model;
  let rows: number[][] = []; // to read again from, where the model cannot go on
  let state: S | undefined;
  let length = 0; // ids in the state

  const remember = (next: S | undefined) => {
    if (state !== undefined) dispose(tensorsIn(state));
    state = next;
  };
  return {
    read(ids) {
      rows = grow(rows, ids, contextLength);
      let fresh = ids;
      if (state !== undefined && !endless && length + ids[0].length > contextLength) {
        remember(undefined);
        fresh = rows.map((row) => row.slice(-Math.ceil(contextLength / 2)));
        length = 0;
      }
      const last = tidy(() => {
        const read = advance.call(model, parameters, toTensor(fresh), state);
        const logits = lastPlaces(read.logits, fresh, 'advance');
        for (const tensor of tensorsIn(read.state)) keep(tensor);
        remember(read.state);
        return logits;
      });
      length += fresh[0].length;
      return readOff(last);
    },
    choose(from) {
      rows = from.map((row) => [...rows[row]]);
      if (state === undefined) return;
      const indices = tensor1d(from as number[], 'int32');
      const chosen = mapTensors(state, (tensor) => gather(tensor, indices)) as S;
      indices.dispose();
      remember(chosen);
    },
    dispose: () => remember(undefined),
  };
}

/** Rows with more ids at their ends, and no more than the context holds. */
function grow(rows: number[][], ids: readonly (readonly number[])[], contextLength: number): number[][] {
  if (rows.length === 0) return ids.map((row) => row.slice(-contextLength));
  for (const [i, row] of rows.entries()) {
    row.push(...ids[i]);
    if (row.length > contextLength) row.splice(0, row.length - contextLength);
  }
  return rows;
}

function toTensor(rows: readonly (readonly number[])[]): Tensor2D {
  return tensor2d(rows.flat(), [rows.length, rows[0].length], 'int32');
}

/** [batch, vocabSize] or [batch, time, vocabSize] → [batch, vocabSize]. */
function lastPlaces(logits: Tensor, rows: readonly (readonly number[])[], source: string): Tensor2D {
  const { shape } = logits;
  const [batch, time, vocabSize] = [rows.length, rows[0].length, shape[shape.length - 1]];
  if (String(shape) === String([batch, vocabSize])) return reshape(logits, [batch, vocabSize]);
  if (String(shape) === String([batch, time, vocabSize])) {
    return reshape(slice(logits, [0, time - 1, 0], [batch, 1, vocabSize]), [batch, vocabSize]);
  }
  throw new RangeError(
    `Expected logits [${batch}, vocabSize] or [${batch}, ${time}, vocabSize] from ${source}, got [${shape}]`,
  );
}

async function readOff(logits: Tensor2D): Promise<Float32Array[]> {
  const [batch, vocabSize] = logits.shape;
  try {
    const values = (await logits.data()) as Float32Array;
    return Array.from({ length: batch }, (_, row) => values.slice(row * vocabSize, (row + 1) * vocabSize));
  } finally {
    logits.dispose();
  }
}

function tensorsIn(state: State): Tensor[] {
  const tensors: Tensor[] = [];
  mapTensors(state, (tensor) => {
    tensors.push(tensor);
    return tensor;
  });
  return tensors;
}

function mapTensors(state: State, f: (tensor: Tensor) => Tensor): State {
  if (typeof state === 'number') return state;
  if (state instanceof Tensor) return f(state);
  if (isArray(state)) return state.map((part) => mapTensors(part, f));
  return Object.fromEntries(Object.entries(state).map(([name, part]) => [name, part && mapTensors(part, f)]));
}

/** Array.isArray, which does not narrow readonly arrays. */
function isArray(state: State): state is readonly State[] {
  return Array.isArray(state);
}
