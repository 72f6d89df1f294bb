// The GPU of this machine, and whether it is a real one.
import { env } from '@tensorflow/tfjs-core';
import { openDawn } from './dawn.ts';

export type Adapter = {
  /** Such as 'NVIDIA GeForce RTX 4090'. */
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  /** A processor posing as a GPU: right, and slower than wasm. */
  readonly software: boolean;
};

/** The fastest adapter of this environment, or what to do to have one. */
export async function findAdapter(): Promise<GPUAdapter | string> {
  const inNode = env().getBool('IS_NODE');
  const gpu = inNode ? await openDawn() : globalThis.navigator?.gpu;
  if (typeof gpu === 'string') return gpu;
  if (!gpu) {
    return 'This browser has no WebGPU: use a recent Chrome, Edge, Firefox or Safari, and a page from https or localhost';
  }
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return inNode ? adviceForNode(process.platform) : 'This browser finds no GPU: look at chrome://gpu';
  return adapter;
}

/** What an adapter says about itself, in a form for people. */
export function describeAdapter({ info }: { readonly info: GPUAdapterInfo }): Adapter {
  const { vendor, architecture, device, description, isFallbackAdapter } = info;
  const said = [vendor, architecture, device, description].join(' ');
  return {
    name: description || device || [vendor, architecture].filter(Boolean).join(' ') || 'unnamed GPU',
    vendor,
    architecture,
    software: isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|software|basic render/i.test(said),
  };
}

function adviceForNode(platform: string): string {
  if (platform !== 'linux') return 'No GPU was found: update the graphics driver';
  return (
    "No GPU was found: install its Vulkan driver (AMD, Intel: apt-get install mesa-vulkan-drivers; NVIDIA: NVIDIA's own). " +
    'A container needs the GPU passed in, for NVIDIA with NVIDIA_DRIVER_CAPABILITIES=all'
  );
}
