// The documents of sources as a stream, which goes on from any document without reading those before it again.
import type { Document, Position } from '../sources/document.ts';
import { type DocumentOptions, readDocuments } from '../sources/read-documents.ts';
import type { Source } from '../sources/source.ts';
import { type Stream, streamBy } from './stream.ts';

/** `readDocuments` as a stream. The sources must be ones that can be read more than once, if it is opened again. */
export function documentStream(
  sources: Source | readonly Source[],
  options: Omit<DocumentOptions, 'from'> = {},
): Stream<Document> {
  return streamBy<Document, { readonly from: Position }>('documents', (state) => {
    let from = state?.from ?? { source: 0, offset: 0, index: 0 };
    async function* rest() {
      for await (const document of readDocuments(sources, { ...options, from })) {
        from = document.after;
        yield document;
      }
    }
    return { items: rest(), state: () => ({ from }) };
  });
}
