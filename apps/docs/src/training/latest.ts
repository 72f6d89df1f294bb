// Work that is wanted again and again, faster than it can be done: the newest wish is always met, those between are not.

/**
 * One run at a time. Called during a run, it runs once more after it. What a run throws goes to `onError`, except that it was
 * broken off (an AbortError), which is nothing wrong.
 */
export function latest(work: () => Promise<void>, onError: (error: Error) => void): () => void {
  let state: 'idle' | 'running' | 'wanted again' = 'idle';
  const run = async () => {
    state = 'running';
    try {
      await work();
    } catch (error) {
      if ((error as Error).name !== 'AbortError') onError(error as Error);
    }
    const again = (state as string) === 'wanted again';
    state = 'idle';
    if (again) void run();
  };
  return () => {
    if (state === 'idle') void run();
    else state = 'wanted again';
  };
}
