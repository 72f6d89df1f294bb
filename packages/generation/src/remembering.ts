// A reader that shows the model only what is new. From one id to the next the same is done each time: an engine that can
// records it, and what the model remembers lies in variables, which a recording changes.
import { compileStep, type HostArray, type ParameterTree } from '@hornbook/ops';
import {
  dispose,
  gather,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  tidy,
  type Variable,
  variable,
} from '@tensorflow/tfjs-core';
import type { GenerativeModel, Reader, See } from './reader.ts';
import { grow, lastPlaces, runReading, toArray } from './rows.ts';
import { formOf, mapTensors, type State, tensorsIn } from './state.ts';

export function remembering<P extends ParameterTree, S extends State>(
  model: GenerativeModel<P, S>,
  advance: NonNullable<GenerativeModel<P, S>['advance']>,
  see: See,
): Reader {
  const { parameters, contextLength, endless = false } = model;
  let rows: number[][] = []; // to read again from, where the model cannot go on
  let state: S | undefined; // of variables
  let length = 0; // ids in the state
  let order: readonly number[] | undefined; // the rows to go on from, where they are not those that were read
  let steady = true; // only the values of tensors differ from reading to reading

  const remember = (next: S | undefined) => {
    const old = state && tensorsIn(state);
    state = next && (mapTensors(next, (tensor) => variable(tensor, false)) as S);
    if (old) dispose(old);
  };

  /** Variables take on what the model remembers now, if it has not changed them itself. */
  const adopt = (next: S) => {
    if (next === state) return;
    if (state === undefined || formOf(next) !== formOf(state)) {
      steady &&= state === undefined;
      remember(next);
      return;
    }
    const fresh = tensorsIn(next);
    for (const [i, kept] of tensorsIn(state).entries()) if (kept !== fresh[i]) (kept as Variable).assign(fresh[i]);
  };

  function* reading(ids: Tensor2D, from?: Tensor1D) {
    if (from) for (const kept of tensorsIn(state as S)) (kept as Variable).assign(gather(kept, from));
    const read = advance.call(model, parameters, ids, state);
    const logits = lastPlaces(read.logits, ids, 'advance');
    adopt(read.state);
    yield see(logits);
  }
  const begin = compileStep<[Tensor2D, Tensor1D]>(reading, { record: false });
  const goOn = compileStep<[Tensor2D, Tensor1D]>(reading);

  return {
    async read(ids) {
      rows = grow(rows, ids, contextLength);
      let fresh = ids;
      if (state !== undefined && !endless && length + ids[0].length > contextLength) {
        remember(undefined);
        order = undefined;
        fresh = rows.map((row) => row.slice(-Math.ceil(contextLength / 2)));
        length = 0;
      }
      const step = state !== undefined && steady && fresh[0].length === 1 ? goOn : begin;
      const inputs: HostArray[] = [toArray(fresh)];
      if (order) inputs.push({ data: Int32Array.from(order), shape: [order.length] });
      order = undefined;
      const values = await runReading(step, inputs);
      length += fresh[0].length;
      return values;
    },
    choose(from) {
      const before = rows.length;
      rows = from.map((row) => [...rows[row]]);
      if (state === undefined) return;
      const chosen = from.map((row) => order?.[row] ?? row);
      const reordered = from.length !== before || chosen.some((row, i) => row !== i);
      order = reordered ? chosen : undefined;
      if (from.length === before) return;
      // Another number of rows: other variables.
      order = undefined;
      tidy(() => {
        const indices = tensor1d(chosen, 'int32');
        remember(mapTensors(state as S, (tensor: Tensor) => gather(tensor, indices)) as S);
      });
    },
    dispose() {
      goOn.dispose();
      remember(undefined);
    },
  };
}
