// The one error of downloads: what a server, a network or a disk did not give.

export class DownloadError extends Error {
  /** The server could not be asked at all: there is no network, or no such server. */
  readonly unreachable: boolean;

  constructor(message: string, { unreachable = false, cause }: { unreachable?: boolean; cause?: unknown } = {}) {
    super(message, { cause });
    this.name = 'DownloadError';
    this.unreachable = unreachable;
  }
}
