// What the person at the keyboard can mend: shown as one line, without a stack.

/** Exit code 1: the input or the machine; 2: the command line itself. */
export class UserError extends Error {
  readonly exitCode: 1 | 2;

  constructor(message: string, { exitCode = 1, cause }: { exitCode?: 1 | 2; cause?: unknown } = {}) {
    super(message, { cause });
    this.name = 'UserError';
    this.exitCode = exitCode;
  }
}
