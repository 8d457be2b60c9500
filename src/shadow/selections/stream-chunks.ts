import type { ClientBase } from 'pg';
import { type CopyParameters, copyRows, readBigint } from '../../platform/database/copy-rows.ts';
import { sql } from '../../platform/database/sql.ts';
import type { BodyBuffers } from './body-buffers.ts';
import type { Selection } from './selection.ts';

/** A stored batch on its way to a thread. */
export interface Chunk {
  uploadId: number;
  firstIndex: number;
  /** Arrival ordinal of the batch's first sample; the others follow without gaps. */
  firstOrdinal: number;
  /** Bit i: sample i repeats an earlier one of the selection; null: none does. */
  repeats: Uint8Array | null;
  /** A packed batch (`shadow/batch/layout.ts`) at the start of an ArrayBuffer of its own, ready to be transferred. */
  body: Uint8Array<ArrayBuffer>;
}

/** Names a chunk within a selection, for maps. */
export const chunkKey = (chunk: { uploadId: number; firstIndex: number }): string =>
  `${chunk.uploadId}/${chunk.firstIndex}`;

/** The integers that the COPY statements of this folder refer to. */
export function copyParameters(selection: Selection): CopyParameters {
  return {
    selection_id: selection.selectionId,
    dataset_id: selection.datasetId,
    dataset_version: selection.datasetVersion,
    window_from: selection.windowFrom,
    // A chunk whose newest sample is older than the cut holds nothing that belongs.
    from_at: selection.cutAt ?? selection.windowFrom,
    to_at: selection.windowTo,
    cut_at: selection.cutAt,
    cut_ordinal: selection.cutOrdinal,
  };
}

/** Streams the chunks that may hold samples of the selection, in no particular order. */
export async function* streamChunks(
  client: ClientBase,
  selection: Selection,
  buffers: BodyBuffers,
): AsyncGenerator<Chunk> {
  const select = sql(import.meta.url, './sql/stream-chunks.sql');
  const allocate = (length: number) => buffers.take(length);
  for await (const rows of copyRows(client, select, copyParameters(selection), allocate)) {
    for (const [uploadId, firstIndex, firstOrdinal, repeats, body] of rows) {
      yield {
        uploadId: readBigint(uploadId),
        firstIndex: readBigint(firstIndex),
        firstOrdinal: readBigint(firstOrdinal),
        repeats: repeats ? new Uint8Array(repeats) : null,
        body: buffers.own(body!),
      };
    }
  }
}
