// Node 20 has fused multiply-add in WebAssembly behind a flag of V8, which counts if it is set before anything is compiled.
import { env } from '@tensorflow/tfjs-core';

export async function askForRelaxed(): Promise<void> {
  if (!env().getBool('IS_NODE') || !process.versions.node.startsWith('20.')) return;
  const v8 = 'node:v8'; // not a literal in the import, so that bundlers for browsers leave it out
  const { setFlagsFromString }: typeof import('node:v8') = await import(
    /* @vite-ignore */ /* webpackIgnore: true */ v8
  );
  setFlagsFromString('--experimental-wasm-relaxed-simd');
}
