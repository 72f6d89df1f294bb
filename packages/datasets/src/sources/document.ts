// What comes out of sources: documents, each with the place where it stands and where reading goes on.

/** A text with a name that stays: its source and its number there. */
export type Document = {
  readonly text: string;
  /** The name of its source. */
  readonly source: string;
  /** Its number in its source, from 0. Those that were passed over count, so that line 8 of a file is number 7. */
  readonly index: number;
  /** Where reading goes on after it: `from` of `readDocuments`. */
  readonly after: Position;
  /** The next item goes on with the same document. Only where `partBytes` is given. */
  readonly continued?: true;
};

/** A place between two documents. JSON keeps it. */
export type Position = {
  /** Which of the sources, from 0. */
  readonly source: number;
  /** Bytes before it, unpacked and with any byte order mark; rows in Parquet. */
  readonly offset: number;
  /** Documents of this source before it. */
  readonly index: number;
};

/** Something without text in it, which was passed over. */
export type Skip = {
  readonly source: string;
  /** The document's number; none where the whole source is empty. */
  readonly index?: number;
  readonly reason: 'blank document' | 'empty source';
};

/** A document as its format's reader finds it; `offset` stands after it. */
export type Found = Pick<Document, 'text' | 'index' | 'continued'> & { readonly offset: number };

/** Reads the documents of one kind of source from a place on, blank ones too. */
export type Reader = (from: Omit<Position, 'source'>) => AsyncIterable<Found>;
