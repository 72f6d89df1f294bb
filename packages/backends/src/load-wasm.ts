// The engine in WebAssembly, on one thread.
import { env, findBackendFactory, registerBackend, removeBackend } from '@tensorflow/tfjs-core';
import { repairCumulativeAxis } from './repairs/cumulative-axis.ts';
import { repairSegmentSum } from './repairs/segment-sum.ts';
import { repairMatMul } from './repairs/wasm-matmul.ts';
import { repairSum } from './repairs/wasm-sum.ts';

/** Addresses of tfjs-backend-wasm-simd.wasm and tfjs-backend-wasm.wasm, of @tensorflow/tfjs-backend-wasm. */
export type WasmFiles = { readonly simd: string; readonly plain: string };

/** @throws Error if the .wasm file cannot be had */
export async function loadWasm(files?: WasmFiles): Promise<void> {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', false); // its threads hang in minified bundles, and are no faster
  if (files || !env().getBool('IS_NODE')) {
    const { simd, plain } = files ?? bundledFiles();
    setWasmPaths({
      'tfjs-backend-wasm-simd.wasm': simd,
      'tfjs-backend-wasm.wasm': plain,
      'tfjs-backend-wasm-threaded-simd.wasm': simd, // named because it must be; never fetched
    });
  }
  repairSegmentSum('wasm');
  repairCumulativeAxis('wasm');
  repairMatMul();
  repairSum();

  const backend = await start();
  removeBackend('wasm');
  registerBackend('wasm', () => backend);
}

/** Started here and not by TensorFlow.js, which keeps the reason of a failure to itself. */
async function start() {
  const restoreListeners = env().getBool('IS_NODE') ? rememberListeners() : () => {};
  try {
    return await findBackendFactory('wasm')();
  } catch (error) {
    throw new Error(
      `TensorFlow.js's wasm engine does not start: ${(error as Error).message}. ` +
        'If its .wasm files are not where the bundle looks for them, name them: useBackend("wasm", { wasmFiles })',
      { cause: error },
    );
  } finally {
    restoreListeners();
  }
}

/** Emscripten makes itself the judge of all uncaught errors of a Node process; its listeners are taken off again. */
function rememberListeners(): () => void {
  const errors = process.listeners('uncaughtException');
  const rejections = process.listeners('unhandledRejection');
  return () => {
    for (const listener of process.listeners('uncaughtException')) {
      if (!errors.includes(listener)) process.off('uncaughtException', listener);
    }
    for (const listener of process.listeners('unhandledRejection')) {
      if (!rejections.includes(listener)) process.off('unhandledRejection', listener);
    }
  };
}

/** In this form vite, webpack and Parcel see that the files belong to the page, and put their own addresses in. */
function bundledFiles(): WasmFiles {
  return {
    simd: new URL('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm', import.meta.url).href,
    plain: new URL('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.wasm', import.meta.url).href,
  };
}
