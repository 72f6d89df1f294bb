// The one error of token files: a file and its description that do not fit each other, or are not whole.

export class TokenFileError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TokenFileError';
  }
}
