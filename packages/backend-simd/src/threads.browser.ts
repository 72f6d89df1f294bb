// Helpers as workers of a browser: only where memory may be shared, and this thread may wait for others.
import { helper, type Threading } from './threads.ts';

/** Undefined on a page that is not isolated (it needs the headers COOP and COEP), and on a page's main thread. */
export function browserThreading(): Threading | undefined {
  if (!globalThis.crossOriginIsolated || typeof document === 'object') return undefined;
  const program = `${helper}\nonmessage = ({ data }) => help(data);`;
  return {
    cores: navigator.hardwareConcurrency,
    spawn(data) {
      const address = URL.createObjectURL(new Blob([program], { type: 'text/javascript' }));
      const worker = new Worker(address);
      worker.postMessage(data);
      return () => {
        worker.terminate();
        URL.revokeObjectURL(address);
      };
    },
  };
}
