// WebGPU as browsers have it.
import type { Found } from './dawn.ts';

/** The browser's WebGPU, or what to do to have it. */
export async function openGpu(): Promise<GPU | string> {
  return (
    globalThis.navigator?.gpu ??
    'This browser has no WebGPU: use a recent Chrome, Edge, Firefox or Safari, and a page from https or localhost'
  );
}

/** Why there is no adapter. */
export async function noAdapter(): Promise<string> {
  return 'This browser finds no GPU: look at chrome://gpu';
}

/** All adapters. A browser does not list them: it is asked for the kinds that it knows. */
export async function findAll(): Promise<readonly Found[]> {
  const found: Found[] = [];
  const kinds: GPURequestAdapterOptions[] = [
    { powerPreference: 'high-performance' },
    { powerPreference: 'low-power' },
    { forceFallbackAdapter: true },
  ];
  for (const kind of kinds) {
    const adapter = await globalThis.navigator?.gpu?.requestAdapter(kind);
    if (adapter) found.push({ listed: '', adapter });
  }
  return found;
}

/** In Node it puts WebGPU where TensorFlow.js looks for it. Browsers have it there. */
export function installDawn(): void {}
