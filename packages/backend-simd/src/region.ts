// A tensor's memory as a recording sees it: one piece, from when it is taken until it is given back.
import type { TypedArray, Variable } from '@tensorflow/tfjs-core';
import type { Block } from './memory.ts';
import type { NumericType } from './values.ts';

export type Region = {
  readonly block: Block;
  /** Of the block, when the region began. */
  readonly epoch: number;
  /** In bytes. */
  readonly size: number;
  /** Taken before the recording: a variable, an input, or a tensor that the step found. */
  readonly outside: boolean;
  released: boolean;
  /** The commands that use it. */
  first: number;
  last: number;
  /** Whether a command writes to it. */
  written: boolean;
  /** Values from JavaScript that it began with, and in which segment. */
  contents?: { readonly values: TypedArray; readonly segment: number; fill?: () => TypedArray };
};

/** An argument of a command that points into a region. */
export type Use = {
  /** The word of the record, or of the list. */
  readonly at: number;
  readonly region: Region;
  readonly offset: number;
  readonly writes: boolean;
  /** Whether it may be written where the command reads something else. */
  readonly over: boolean;
};

/** A command as it was run, with pointers that are to be moved. */
export type Recorded = {
  readonly words: Int32Array;
  readonly uses: readonly Use[];
  readonly lists: readonly { readonly at: number; readonly words: Int32Array; readonly uses: readonly Use[] }[];
  readonly work: number;
};

/** A tensor that a segment handed out, or an input. */
export type Result = {
  readonly region: Region;
  readonly shape: number[];
  readonly dtype: NumericType;
};

/** A variable that has another value at the end of a segment. */
export type Assignment = { readonly from: Region; readonly home: Block };

export type Segment = {
  /** Commands up to here. */
  readonly end: number;
  readonly results: readonly Result[];
  readonly assigned: readonly Assignment[];
};

/** What a recording has found out, for src/replay.ts to make a program of. */
export type Recording = {
  readonly commands: readonly Recorded[];
  readonly segments: readonly Segment[];
  readonly inputs: readonly Result[];
  /** Regions that began with values from JavaScript, in their order. */
  readonly contents: readonly Region[];
  /** Variables that the step writes to or assigns. */
  readonly changed: readonly Variable[];
  /** Pieces that the step finds outside, and where they lie now: an assigned variable's has moved. */
  readonly found: ReadonlyMap<Region, Block>;
};

export function newRegion(block: Block, outside: boolean): Region {
  const { epoch, size } = block;
  return { block, epoch, size, outside, released: false, first: Infinity, last: -1, written: false };
}

/** All uses of a command, those in its lists, too. */
export function usesOf({ uses, lists }: Recorded): Use[] {
  return [...uses, ...lists.flatMap((list) => list.uses)];
}

/** Whether a region is read when a segment has ended. */
export function handsOut({ results, assigned }: Pick<Segment, 'results' | 'assigned'>, region: Region): boolean {
  return results.some((result) => result.region === region) || assigned.some(({ from }) => from === region);
}
