// Sums that are made when they are asked for: until then whoever adds them to a tensor may still give it up, and a tensor
// that nobody else has any more becomes the sum itself. So two gradients of one table take the memory of one.
import type { Entry } from './entry.ts';
import type { Block } from './memory.ts';

export type LateSum = {
  /** What `add` reads. */
  readonly reads: readonly Block[];
  /** Adds to what lies at an address, given where it finds what it reads. */
  readonly add: (reads: readonly number[], to: number) => void;
  /** What the sum begins as; zeros if there is none. */
  readonly base?: Block;
};

/** The sums that are yet to be made, and the pieces of memory that are kept for them. */
export class LateSums {
  readonly #sums = new Map<Entry, LateSum>();
  /** How many sums keep a piece, beside the tensor whose it is; or without it, one less. */
  readonly #kept = new Map<Block, number>();

  set(entry: Entry, sum: LateSum): void {
    this.#sums.set(entry, sum);
    for (const block of piecesOf(sum)) this.#kept.set(block, (this.#kept.get(block) ?? 0) + 1);
  }

  get(entry: Entry): LateSum | undefined {
    return this.#sums.get(entry);
  }

  /** Those that are yet to be made, as they are now. */
  entries(): Entry[] {
    return this.#sums.size > 0 ? [...this.#sums.keys()] : [];
  }

  /** The sum is made, or never will be: its pieces, each of which is to be given back. */
  delete(entry: Entry): readonly Block[] {
    const sum = this.#sums.get(entry);
    this.#sums.delete(entry);
    return sum ? piecesOf(sum) : [];
  }

  /** Whether a piece that is given back stays, because a sum still needs it. */
  keeps(block: Block): boolean {
    const others = this.#kept.get(block);
    if (others === undefined) return false;
    if (others > 1) this.#kept.set(block, others - 1);
    else this.#kept.delete(block);
    return true;
  }

  /** Whether a sum's piece is nobody else's any more. */
  hasAlone(block: Block): boolean {
    return !this.#kept.has(block);
  }
}

function piecesOf({ reads, base }: LateSum): readonly Block[] {
  return base ? [...reads, base] : reads;
}
