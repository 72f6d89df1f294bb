// Ctrl-C: the first asks the work to come to an end and save, the second leaves at once.

const interrupted = 130; // 128 + SIGINT, as shells report it

/** Runs work that ends soon after its signal is aborted. Exit code 130 if it was. */
export async function interruptible(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(interrupted);
    controller.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    await work(controller.signal);
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
  if (controller.signal.aborted) process.exitCode = interrupted;
}
