// What ends work before its time: Ctrl-C, a request to terminate, or a reader that has seen enough (hornbook … | head).

/** Exit codes as shells report them: 128 and the number of the signal. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/** Runs work that saves and ends soon after its signal is aborted. A second Ctrl-C leaves at once. */
export async function interruptible(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  const onSignal = (name: keyof typeof exitCodes) => {
    process.exitCode = exitCodes[name];
    if (controller.signal.aborted) process.exit();
    controller.abort();
  };
  const onClosed = () => controller.abort();
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  process.stdout.on('error', onClosed);
  try {
    await work(controller.signal);
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    process.stdout.off('error', onClosed);
  }
}
