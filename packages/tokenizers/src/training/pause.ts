// Long work in slices: lets the event loop run between them, and stops when a signal says so.

/**
 * A function to call often: most calls return undefined at once; every 40 ms it gives a promise to await.
 *
 * @throws the signal's reason, once it is aborted
 */
export function pacer(signal?: AbortSignal): () => Promise<void> | undefined {
  signal?.throwIfAborted();
  let resumed = performance.now();
  return () => {
    if (performance.now() - resumed < 40) return undefined;
    return new Promise((resolve) => setTimeout(resolve)).then(() => {
      signal?.throwIfAborted();
      resumed = performance.now();
    });
  };
}
