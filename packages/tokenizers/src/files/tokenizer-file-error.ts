// What every reader of tokenizer files throws: which file is wrong, where in it, and how.

/** `tokenizer.json, model.merges[7]: Expected …, got …` */
export class TokenizerFileError extends Error {
  readonly file: string;
  /** Where in the file: a path such as `model.merges[7]`, or `line 12`. */
  readonly place: string;

  constructor(file: string, place: string, message: string, options?: ErrorOptions) {
    super(`${file}, ${place}: ${message}`, options);
    this.name = 'TokenizerFileError';
    this.file = file;
    this.place = place;
  }
}
