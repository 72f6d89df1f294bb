// Keeps the process alive to others while training computes: signals, timers, drawing, input.

/**
 * A function to await between pieces of work: once a frame's time (16 ms) has passed it lets the event loop turn, and
 * until then it costs next to nothing.
 */
export function pauses(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < 16) return;
    await nextTask();
    last = performance.now();
  };
}

/** Resolves in a task of its own. `setTimeout` would do too, but browsers stretch its zero to 4 ms. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
