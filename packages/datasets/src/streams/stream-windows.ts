// Next-token windows of documents that come one after the other, joined at boundaries.
import { expectPositiveWhole } from '../positive-whole.ts';
import type { Window } from '../windows.ts';
import { type Stream, streamBy } from './stream.ts';

/** The stream's state before the first document that has ids left, and how many of its ids are used. */
type State = { readonly from: object; readonly used: number };

/** Ids that wait to be used. */
type Waiting = { readonly before: object; readonly ids: Int32Array; used: number };

/**
 * What `windows(joinDocuments(documents, boundary), { contextLength })` gives, for documents that do not fit into memory:
 * a boundary before every document and after the last, and windows side by side that may cross them. Ids past the last
 * whole window are left out.
 *
 *     streamWindows(map(documentStream(sources), ({ text }) => tokenizer.encode(text)), { contextLength, boundary })
 *
 * @throws RangeError if contextLength is not a whole number of 1 or more
 */
export function streamWindows(
  documents: Stream<Int32Array>,
  { contextLength, boundary }: { readonly contextLength: number; readonly boundary: number },
): Stream<Window> {
  expectPositiveWhole('contextLength', contextLength);
  return streamBy<Window, State>('windows', (state) => {
    const reading = documents.open(state?.from);
    const waiting: Waiting[] = [];
    let available = 0; // ids that wait
    let skip = state?.used ?? 0;
    let ended = false;
    const readOne = async () => {
      const before = reading.state();
      const result = await reading.next();
      ended = result.done === true;
      const document = result.done ? new Int32Array() : result.value;
      const ids = new Int32Array(1 + document.length).fill(boundary, 0, 1);
      ids.set(document, 1);
      waiting.push({ before, ids, used: skip });
      available += ids.length - skip;
      skip = 0;
    };
    /** Whether there are ids for a window. */
    const fill = async () => {
      while (available <= contextLength && !ended) await readOne();
      return available > contextLength;
    };
    const next = (): Window => {
      const stretch = new Int32Array(contextLength + 1);
      for (let i = 0, filled = 0; filled <= contextLength; i++) {
        const { ids, used } = waiting[i];
        const part = ids.subarray(used, used + contextLength + 1 - filled);
        stretch.set(part, filled);
        filled += part.length;
      }
      use(contextLength); // the last id of the target is the first of the next input
      return { input: stretch.subarray(0, contextLength), target: stretch.subarray(1) };
    };
    const use = (count: number) => {
      available -= count;
      for (let rest = count; rest > 0; ) {
        const [first] = waiting;
        const taken = Math.min(rest, first.ids.length - first.used);
        first.used += taken;
        rest -= taken;
        if (first.used === first.ids.length) waiting.shift();
      }
    };
    async function* cut() {
      try {
        while (await fill()) yield next();
      } finally {
        await reading.return();
      }
    }
    return {
      items: cut(),
      state() {
        if (waiting.length === 0) return { from: reading.state(), used: skip };
        return { from: waiting[0].before, used: waiting[0].used };
      },
    };
  });
}
