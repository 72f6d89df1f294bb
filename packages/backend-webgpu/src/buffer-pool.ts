// The GPU's memory: buffers, which are kept for reuse when they are given back. It takes the place of TensorFlow.js's own,
// which never shrinks, and knows what belongs to recorded steps.

/** Tensors up to this size can be bound as constants, too. */
const mostConstantBytes = 1024;

type Entry = {
  readonly key: string;
  epoch: number;
  /** The sweep after which it was last used. */
  seen: number;
  used: boolean;
  /** Of the recorded step that it goes to when it is given back. */
  loan?: Loan;
};

export class BufferPool {
  numBytesUsed = 0;
  numBytesAllocated = 0;
  readonly #device: GPUDevice;
  readonly #free = new FreeBuffers();
  readonly #entries = new Map<GPUBuffer, Entry>();
  #numUsed = 0;
  #sweeps = 0;
  /** Of the step that is being recorded, in its segments. */
  #loan: Loan | undefined;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /**
   * A buffer with whatever lies in it, of at least 4 bytes.
   *
   * @throws RangeError if the GPU has no buffers as large
   */
  acquireBuffer(size: number, usage: GPUBufferUsageFlags, mappedAtCreation = false, reuse = true): GPUBuffer {
    const { STORAGE, UNIFORM } = GPUBufferUsage;
    const bytes = Math.max(4, size);
    const uses = usage & STORAGE && bytes <= mostConstantBytes ? usage | UNIFORM : usage;
    const key = `${bytes} ${uses}`;
    const found = reuse ? (this.#loan?.free.take(key) ?? this.#free.take(key)) : undefined;
    const buffer = found ?? this.#create(key, { size: bytes, usage: uses, mappedAtCreation });
    this.#use(buffer);
    this.#loan?.adopt(buffer);
    return buffer;
  }

  /** One that no command uses which is not submitted yet, and that belongs to no recording. */
  acquireApart(size: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const loan = this.#loan;
    this.#loan = undefined;
    try {
      return this.acquireBuffer(size, usage);
    } finally {
      this.#loan = loan;
    }
  }

  releaseBuffer(buffer: GPUBuffer, reuse = true): void {
    const entry = this.#entries.get(buffer);
    if (!entry?.used) return; // the pool was disposed
    entry.used = false;
    entry.epoch++;
    entry.seen = this.#sweeps;
    this.#numUsed--;
    this.numBytesUsed -= buffer.size;
    if (!reuse) this.#destroy(buffer);
    else if (entry.loan) entry.loan.gaveBack(buffer);
    else if (this.#loan) this.#loan.found.add(buffer);
    else this.#free.add(entry.key, buffer);
  }

  /** Changes whenever the buffer is given back: what was in it may be gone. */
  epochOf(buffer: GPUBuffer): number {
    return this.#entries.get(buffer)?.epoch ?? -1;
  }

  isUsed(buffer: GPUBuffer): boolean {
    return this.#entries.get(buffer)?.used ?? false;
  }

  /** Gives what nobody uses back to the GPU. */
  trim(): void {
    for (const buffer of this.#free.drain()) this.#destroy(buffer);
  }

  /** Gives back what nobody has used since the sweep before the last, as after an evaluation of other shapes. */
  sweep(): void {
    this.#sweeps++;
    for (const buffer of this.#free.drain()) {
      const { key, seen } = this.#entries.get(buffer) as Entry;
      if (seen < this.#sweeps - 1) this.#destroy(buffer);
      else this.#free.add(key, buffer);
    }
  }

  getNumUsedBuffers(): number {
    return this.#numUsed;
  }

  getNumFreeBuffers(): number {
    return this.#entries.size - this.#numUsed;
  }

  dispose(): void {
    for (const buffer of this.#entries.keys()) buffer.destroy();
    this.#entries.clear();
    this.#free.drain();
    this.#numUsed = 0;
    this.numBytesUsed = 0;
    this.numBytesAllocated = 0;
  }

  /** Memory for a step that is to be recorded. */
  lend(): Loan {
    return new Loan({
      attach: (loan) => {
        this.#loan = loan;
      },
      entryOf: (buffer) => this.#entries.get(buffer),
      use: (buffer) => this.#use(buffer),
      giveBack: (buffer, { key }) => this.#free.add(key, buffer),
    });
  }

  #use(buffer: GPUBuffer): void {
    (this.#entries.get(buffer) as Entry).used = true;
    this.#numUsed++;
    this.numBytesUsed += buffer.size;
  }

  #create(key: string, descriptor: GPUBufferDescriptor): GPUBuffer {
    const { size, usage } = descriptor;
    const { maxBufferSize, maxStorageBufferBindingSize } = this.#device.limits;
    checkLimit('maxBufferSize', maxBufferSize, size);
    if (usage & GPUBufferUsage.STORAGE) checkLimit('maxStorageBufferBindingSize', maxStorageBufferBindingSize, size);
    const buffer = this.#device.createBuffer(descriptor);
    this.#entries.set(buffer, { key, epoch: 0, seen: this.#sweeps, used: false });
    this.numBytesAllocated += size;
    return buffer;
  }

  #destroy(buffer: GPUBuffer): void {
    this.numBytesAllocated -= buffer.size;
    this.#entries.delete(buffer);
    buffer.destroy();
  }
}

/** What a loan needs of its pool. */
type Lender = {
  readonly attach: (loan: Loan | undefined) => void;
  readonly entryOf: (buffer: GPUBuffer) => Entry | undefined;
  readonly use: (buffer: GPUBuffer) => void;
  readonly giveBack: (buffer: GPUBuffer, entry: Entry) => void;
};

/** The buffers of one recorded step: while it is recorded they are reused among its commands, and then by each replay. */
export class Loan {
  readonly free = new FreeBuffers();
  /** From outside, and given back during the recording. */
  readonly found = new Set<GPUBuffer>();
  readonly #lender: Lender;
  readonly #own = new Set<GPUBuffer>();
  /** Those with contents that the step begins with: no command may reuse them. */
  readonly #fixed = new Set<GPUBuffer>();

  constructor(lender: Lender) {
    this.#lender = lender;
  }

  /** Bytes that stay with the step. */
  get bytes(): number {
    return [...this.#own].reduce((sum, { size }) => sum + size, 0);
  }

  owns(buffer: GPUBuffer): boolean {
    return this.#own.has(buffer);
  }

  /** From now on what is acquired is the step's. */
  open(): void {
    this.#lender.attach(this);
  }

  close(): void {
    this.#lender.attach(undefined);
  }

  /** Makes a buffer that is in use the step's, from when it is given back. */
  adopt(buffer: GPUBuffer): void {
    this.#own.add(buffer);
    const { STORAGE, UNIFORM } = GPUBufferUsage;
    if (buffer.usage & UNIFORM && !(buffer.usage & STORAGE)) this.#fixed.add(buffer);
    (this.#lender.entryOf(buffer) as Entry).loan = this;
  }

  /** As `adopt`; its contents belong to the step, too. */
  fix(buffer: GPUBuffer): void {
    this.adopt(buffer);
    this.#fixed.add(buffer);
  }

  gaveBack(buffer: GPUBuffer): void {
    const entry = this.#lender.entryOf(buffer) as Entry;
    if (!this.#fixed.has(buffer)) this.free.add(entry.key, buffer);
  }

  /** A buffer that was given back is in use by a tensor again, as before the recording. */
  restore(buffer: GPUBuffer): void {
    this.found.delete(buffer);
    this.#lender.use(buffer);
  }

  /** Leaves what tensors use to them. Nothing is reused from now on. */
  settle(): void {
    this.free.drain();
    for (const buffer of this.#own) {
      const entry = this.#lender.entryOf(buffer);
      if (entry && !entry.used) continue;
      if (entry) entry.loan = undefined;
      this.#own.delete(buffer);
    }
    for (const buffer of this.found) this.#own.add(buffer);
    this.found.clear();
  }

  /** Gives all back to the pool. */
  end(): void {
    this.settle();
    for (const buffer of this.#own) {
      const entry = this.#lender.entryOf(buffer);
      if (!entry) continue;
      entry.loan = undefined;
      this.#lender.giveBack(buffer, entry);
    }
    this.#own.clear();
  }
}

/** Buffers that can be used again, by size and usage. */
class FreeBuffers {
  readonly #byKey = new Map<string, GPUBuffer[]>();

  add(key: string, buffer: GPUBuffer): void {
    const buffers = this.#byKey.get(key);
    if (buffers) buffers.push(buffer);
    else this.#byKey.set(key, [buffer]);
  }

  take(key: string): GPUBuffer | undefined {
    return this.#byKey.get(key)?.pop();
  }

  drain(): GPUBuffer[] {
    const all = [...this.#byKey.values()].flat();
    this.#byKey.clear();
    return all;
  }
}

function checkLimit(limit: string, most: number, bytes: number): void {
  if (bytes <= most) return;
  const megabytes = (count: number) => `${(count / 2 ** 20).toLocaleString('en', { maximumFractionDigits: 1 })} MB`;
  throw new RangeError(
    `Expected tensors of at most ${megabytes(most)} (${limit} of this GPU), got one of ${megabytes(bytes)}: ` +
      'take smaller batches, a shorter context or a smaller vocabulary',
  );
}
