// WebGPU for Node: Dawn, from the optional npm package `webgpu`.

/** Kept as long as the process: Dawn aborts the process if it is collected while a device still lives. */
let dawn: { readonly gpu: GPU; readonly globals: object } | undefined;

/** Dawn's WebGPU, or what to do to have it. Fetches the package only when called. */
export async function openDawn(): Promise<GPU | string> {
  if (dawn) return dawn.gpu;
  const name = 'webgpu'; // not a literal in the import, so that bundlers for browsers leave it out
  let module: typeof import('webgpu');
  try {
    module = await import(/* @vite-ignore */ /* webpackIgnore: true */ name);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_MODULE_NOT_FOUND') return 'WebGPU in Node needs the npm package webgpu: npm install webgpu';
    return `The npm package webgpu does not load: ${message}`;
  }
  if (process.platform === 'linux' && !hasVulkan()) {
    return 'The Vulkan loader libvulkan.so.1 is missing: apt-get install libvulkan1, and the driver of the GPU';
  }
  dawn = { gpu: module.create([]), globals: module.globals };
  return dawn.gpu;
}

/** Puts an open Dawn where browsers have WebGPU: TensorFlow.js looks nowhere else. Node 20 has no navigator at all. */
export function installDawn(): void {
  if (!dawn || globalThis.navigator?.gpu === dawn.gpu) return;
  Object.assign(globalThis, dawn.globals); // GPUBufferUsage and the like
  if (!globalThis.navigator) {
    const value = { userAgent: `Node.js/${process.versions.node}` };
    Object.defineProperty(globalThis, 'navigator', { value, configurable: true });
  }
  Object.defineProperty(globalThis.navigator, 'gpu', { value: dawn.gpu, configurable: true });
}

/** Asked of the system first, for Dawn would write its own complaint to the terminal. */
function hasVulkan(): boolean {
  try {
    process.dlopen({ exports: {} }, 'libvulkan.so.1');
  } catch (error) {
    return (error as Error).message.startsWith('Module did not self-register'); // found, and as expected no Node addon
  }
  return true;
}
