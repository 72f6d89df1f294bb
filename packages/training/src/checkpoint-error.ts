// What saving and loading throw.

/** A checkpoint that cannot be saved, read, or used for these parameters. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}
