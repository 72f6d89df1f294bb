// The four variants of assembly/, and which of them runs here: with or without fused multiply-add, with shared memory or not.
import { fingerprint } from './commands/encode.ts';
import { Memory } from './memory.ts';

export type Variant = 'plain' | 'relaxed' | 'plain-threads' | 'relaxed-threads';

/** What assembly/exports.ts exports. */
export type Kernels = {
  /** Runs a list with at most so many helpers, which must come within so many turns; returns how many threads ran it. */
  readonly start: (list: number, count: number, helpers: number, patience: number) => number;
  readonly serve: () => void;
};

export type Instance = {
  readonly variant: Variant;
  readonly module: WebAssembly.Module;
  readonly memory: Memory;
  readonly kernels: Kernels;
};

/** `(func (result v128) …)` with an instruction of each proposal: engines without it find the binary invalid. */
const probes = {
  simd: [0x41, 0x00, 0xfd, 0x0f], // i8x16.splat
  relaxed: [0x41, 0x00, 0xfd, 0x0f, 0x41, 0x00, 0xfd, 0x0f, 0x41, 0x00, 0xfd, 0x0f, 0xfd, 0x85, 0x02], // f32x4.relaxed_madd
};

/** @throws Error where WebAssembly or its SIMD instructions are missing */
export function pickVariant(sharedMemory: boolean): Variant {
  if (typeof WebAssembly !== 'object') throw new Error('WebAssembly is switched off here');
  if (!understands(probes.simd)) {
    throw new Error('This JavaScript engine has no WebAssembly SIMD: use a newer one (Node 18, browsers since 2023)');
  }
  const base = understands(probes.relaxed) ? 'relaxed' : 'plain';
  return sharedMemory ? `${base}-threads` : base;
}

export async function instantiate(variant: Variant): Promise<Instance> {
  const module = await WebAssembly.compile(await binary(variant));
  const memory = openMemory(variant.endsWith('-threads'));
  const { exports } = await WebAssembly.instantiate(module, { env: { memory: memory.wasm } });
  return { variant, module, memory, kernels: exports as Kernels };
}

function understands(body: readonly number[]): boolean {
  const code = [0, ...body, 0x0b];
  const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const types = [1, 5, 1, 0x60, 0, 1, 0x7b];
  const functions = [3, 2, 1, 0];
  return WebAssembly.validate(
    new Uint8Array([...header, ...types, ...functions, 10, code.length + 2, 1, code.length, ...code]),
  );
}

/** Shared memory must reserve its addresses beforehand: less where 4 GB are refused. */
function openMemory(shared: boolean): Memory {
  for (let maximum = 65536; ; maximum /= 2) {
    try {
      return new Memory(new WebAssembly.Memory({ initial: 16, maximum, shared }), maximum);
    } catch (error) {
      if (maximum <= 4096) throw error;
    }
  }
}

async function binary(variant: Variant): Promise<Uint8Array<ArrayBuffer>> {
  const { wasm, tables } = variant.startsWith('relaxed')
    ? await import('./wasm/relaxed.ts')
    : await import('./wasm/plain.ts');
  if (tables !== fingerprint()) {
    throw new Error('Expected WebAssembly made from these tables of commands, got older: node scripts/build-wasm.mjs');
  }
  const deflated = Uint8Array.from(atob(wasm), (character) => character.charCodeAt(0));
  const stream = new Blob([deflated]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  return variant.endsWith('-threads') ? bytes : unshare(bytes);
}

/** A bit says that the memory is shared. Without it the atomic instructions work as well, and nobody waits. */
function unshare(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const memory = [...'\x03env\x06memory\x02\x03'].map((character) => character.charCodeAt(0));
  const at = bytes.findIndex((_, i) => memory.every((byte, j) => bytes[i + j] === byte));
  if (at < 0) throw new Error('Expected a binary that takes its memory from outside, got another: build it again');
  bytes[at + memory.length - 1] = 1;
  return bytes;
}
