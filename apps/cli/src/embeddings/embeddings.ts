// `hornbook embeddings`: the vectors that a run has learned for its tokens.
import { join } from 'node:path';
import { writeMetadata, writeVectors } from '@hornbook/formats';
import { colors } from '../colors.ts';
import { quote } from '../tokenizer/token-display.ts';
import { finalTensors, loadRun, type Run } from '../training/run-folder.ts';
import { UserError } from '../user-error.ts';
import { writeFiles } from '../write-files.ts';
import { tokenLabel } from './token-labels.ts';
import { drawMap, type MapPoint, mapSvg } from './token-map.ts';
import { neighbours, principalPlane, type TokenVectors, tokenVectors } from './token-vectors.ts';

export type EmbeddingsRequest = {
  readonly folder: string;
  /** Whose neighbours to show. */
  readonly token?: string;
  readonly count: number;
  /** The most tokens on the map: the first by id. */
  readonly limit: number;
  /** Where to save the map. */
  readonly svg?: string;
  /** A folder for the files of the embedding projector. */
  readonly export?: string;
  readonly json: boolean;
};

export async function embeddings(
  request: EmbeddingsRequest,
  { write, columns }: { readonly write: (text: string) => void; readonly columns: number },
): Promise<void> {
  const run = await loadRun(request.folder, 'best');
  const all = tokenVectors(run.tokenizer, finalTensors(run));
  const { token, svg, json, limit } = request;
  if (request.export !== undefined) await exportVectors(all, request.export);
  if (svg !== undefined) await writeFiles(new Map([[svg, mapSvg(mapPoints(all, limit))]]));
  if (token !== undefined) {
    const id = idOf(run, token);
    const near = neighbours(all, id, request.count).map(({ id, cosine }) => ({ id, token: all.tokens[id], cosine }));
    if (json) write(`${JSON.stringify({ token: all.tokens[id], id, neighbours: near })}\n`);
    else {
      write(`${colors.bold(`Nearest to ${quote(all.tokens[id])}`)}, by the cosine of the angle between them\n`);
      for (const { token, cosine } of near) write(`  ${cosine.toFixed(3).padStart(6)}  ${quote(token)}\n`);
    }
  } else if (json) {
    write(`${JSON.stringify({ tokens: all.tokens, map: mapPoints(all, limit).map(({ x, y }) => [x, y]) })}\n`);
  } else {
    const points = mapPoints(all, limit);
    const some = points.length < all.tokens.length ? `, the first ${points.length} of them` : '';
    write(
      `${colors.bold(`${all.tokens.length.toLocaleString('en')} tokens`)}, vectors of ${all.vectors[0].length} numbers`,
    );
    write(`: where they differ most${some}\n\n${drawMap(points, Math.min(110, columns - 1), 24)}\n`);
  }
  if (json) return;
  if (svg !== undefined) write(`\nMap saved in ${svg}\n`);
  if (request.export !== undefined) {
    write(`\nSaved vectors.tsv and metadata.tsv in ${request.export}: load both at https://projector.tensorflow.org\n`);
  }
}

/** Tokens as labels at their places in the plane where they differ most. */
export function mapPoints({ tokens, vectors }: TokenVectors, limit: number): MapPoint[] {
  const plane = principalPlane(vectors.slice(0, limit));
  return plane.map(([x, y], id) => ({ label: tokenLabel(tokens[id]), x, y }));
}

function idOf({ tokenizer }: Run, token: string): number {
  const id = tokenizer.idOf(token) ?? tokenizer.idOf(token.replaceAll('\\n', '\n'));
  if (id !== undefined) return id;
  throw new UserError(
    `${quote(token)} is no token of this run. See what its tokens are: hornbook tokenize --run FOLDER --text "…"`,
  );
}

/** The two files of https://projector.tensorflow.org: a row of numbers for each token, and a row with the token. */
async function exportVectors({ tokens, vectors }: TokenVectors, folder: string): Promise<void> {
  await writeFiles(
    new Map([
      [join(folder, 'vectors.tsv'), writeVectors(vectors)],
      [join(folder, 'metadata.tsv'), writeMetadata({ token: tokens.map(tokenLabel) })],
    ]),
  );
}
