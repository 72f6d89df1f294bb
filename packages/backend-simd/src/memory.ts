// Hands out pieces of the WebAssembly memory, takes them back, and grows it only when nothing fits.

/** A piece of memory. Its neighbours are known, so that free ones join. */
export type Block = {
  /** In bytes; a multiple of 64, as is the size. */
  pointer: number;
  size: number;
  free: boolean;
  /** How often it was given back: whoever remembers the number sees whether it is still the same tensor's. */
  epoch: number;
  before: Block | undefined;
  after: Block | undefined;
  previousFree: Block | undefined;
  nextFree: Block | undefined;
};

const pageBytes = 65536;
const mostAtOnce = 2 ** 26; // bytes beyond what is needed
const grain = 64; // a cache line
export const marginBytes = 64; // at the end, never handed out: kernels load whole vectors at the ends of rows

/** The words that threads share, the record of a command that runs at once, and from 1024 on the constants of assembly/. */
export const reservedBytes = 4096;

/**
 * Free pieces lie in lists by size, eight to an octave. A piece is taken from the first list where every piece is large
 * enough, and what is left over goes back, so that both take the same short time however many pieces there are.
 */
export class Memory {
  readonly wasm: WebAssembly.Memory;
  /** Views of all of it, made anew when it grows. */
  bytes!: Uint8Array;
  words!: Int32Array;
  floats!: Float32Array;
  /** Bytes in use, and the most that ever were. */
  used = 0;
  peak = 0;

  #lists: (Block | undefined)[] = new Array(8 * 28).fill(undefined);
  #last: Block | undefined;

  readonly #limit: number;

  /** `maximum` is the most that it can grow to, in pages of 64 KB. */
  constructor(wasm: WebAssembly.Memory, maximum: number) {
    this.wasm = wasm;
    this.#limit = maximum * pageBytes;
    this.#view();
    this.#append(reservedBytes, this.bytes.length - reservedBytes - marginBytes);
  }

  /** The size of the WebAssembly memory. It never shrinks. */
  get size(): number {
    return this.bytes.length;
  }

  /** @throws RangeError, and everything stays as it was, where there is no more memory */
  allocate(numBytes: number): Block {
    const size = Math.max(grain, Math.ceil(numBytes / grain) * grain);
    const block = this.#find(size) ?? this.#grow(size);
    this.#unlink(block);
    if (block.size > size) this.#split(block, size);
    block.free = false;
    this.used += block.size;
    if (this.used > this.peak) this.peak = this.used;
    return block;
  }

  release(block: Block): void {
    this.used -= block.size;
    block.free = true;
    block.epoch++;
    const { before, after } = block;
    if (after?.free) {
      this.#unlink(after);
      this.#join(block, after);
    }
    if (before?.free) {
      this.#unlink(before);
      this.#join(before, block);
      this.#link(before);
    } else {
      this.#link(block);
    }
  }

  /** The piece in use that holds an address. Slow: walks all pieces. */
  holder(address: number): Block | undefined {
    for (let block = this.#last; block; block = block.before) {
      if (address >= block.pointer) return !block.free && address < block.pointer + block.size ? block : undefined;
    }
    return undefined;
  }

  #find(size: number): Block | undefined {
    const grains = size / grain;
    const exact = this.#lists[listOf(grains)];
    if (exact && exact.size >= size) return exact;
    const octave = 31 - Math.clz32(grains);
    const from = octave < 3 ? listOf(grains) : listOf(grains + (1 << (octave - 3)) - 1);
    for (let i = from; i < this.#lists.length; i++) {
      const block = this.#lists[i];
      if (block) return block;
    }
    return undefined;
  }

  /** The last piece, made large enough. Somewhat more is asked for, so that many small tensors do not grow it one by one. */
  #grow(size: number): Block {
    const last = this.#last as Block;
    if (last.free && last.size >= size) return last;
    const missing = Math.ceil((last.free ? size - last.size : size) / pageBytes);
    const generous = Math.max(missing, Math.min(this.size / 8, mostAtOnce) / pageBytes);
    if (!this.#tryGrow(Math.ceil(generous)) && !this.#tryGrow(missing)) throw this.#outOfMemory(size);
    const end = last.pointer + last.size;
    this.#view();
    this.#append(end, this.size - end - marginBytes);
    return this.#last as Block;
  }

  #tryGrow(pages: number): boolean {
    try {
      this.wasm.grow(pages);
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  }

  #outOfMemory(size: number): RangeError {
    const megabytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20).toLocaleString('en')} MB`;
    return new RangeError(
      `Expected memory for a tensor of ${megabytes(size)}, got none: ${megabytes(this.used)} of at most ` +
        `${megabytes(this.#limit)} are in use. A smaller batch, a shorter context or a smaller model would help, ` +
        'or to dispose tensors that are not needed',
    );
  }

  #view(): void {
    const { buffer } = this.wasm;
    this.bytes = new Uint8Array(buffer);
    this.words = new Int32Array(buffer);
    this.floats = new Float32Array(buffer);
  }

  #append(pointer: number, size: number): void {
    const block: Block = {
      ...{ pointer, size, free: false, epoch: 0, before: this.#last, after: undefined },
      ...{ previousFree: undefined, nextFree: undefined },
    };
    if (this.#last) this.#last.after = block;
    this.#last = block;
    this.used += size;
    this.release(block);
  }

  #split(block: Block, size: number): void {
    const rest: Block = {
      ...{
        pointer: block.pointer + size,
        size: block.size - size,
        free: true,
        epoch: 0,
        before: block,
        after: block.after,
      },
      ...{ previousFree: undefined, nextFree: undefined },
    };
    if (block.after) block.after.before = rest;
    else this.#last = rest;
    block.after = rest;
    block.size = size;
    this.#link(rest);
  }

  #join(block: Block, after: Block): void {
    block.size += after.size;
    block.after = after.after;
    if (after.after) after.after.before = block;
    else this.#last = block;
  }

  #link(block: Block): void {
    const list = listOf(block.size / grain);
    const first = this.#lists[list];
    block.previousFree = undefined;
    block.nextFree = first;
    if (first) first.previousFree = block;
    this.#lists[list] = block;
  }

  #unlink(block: Block): void {
    if (block.previousFree) block.previousFree.nextFree = block.nextFree;
    else this.#lists[listOf(block.size / grain)] = block.nextFree;
    if (block.nextFree) block.nextFree.previousFree = block.previousFree;
  }
}

/** 1 to 7 grains have lists of their own, then every octave has eight. */
function listOf(grains: number): number {
  const octave = 31 - Math.clz32(grains);
  return octave < 3 ? grains : (octave - 2) * 8 + ((grains >>> (octave - 3)) & 7);
}
