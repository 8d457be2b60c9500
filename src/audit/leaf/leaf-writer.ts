import { blockBytes, createHmac } from './hmac.ts';
import { hmacMemberBytes, type LeafFacts, leafStart, leafTail } from './leaf-text.ts';

const tailBytesMax = 1_024;

export interface LeafWriter {
  /**
   * Writes the leaf of an event, which is `bytes` from `start` to `end`, and its HMAC, in memory of the writer's own: it holds
   * until the next call.
   *
   * @returns the leaf with one 0x00 byte before it, which is what its leaf hash is taken over.
   */
  write(bytes: Buffer, start: number, end: number, facts: LeafFacts, sequencedAtText: string): Buffer;
}

export function createLeafWriter(hmacKey: Buffer): LeafWriter {
  const hmac = createHmac(hmacKey);
  let scratch = Buffer.alloc(8_192);
  return {
    write: (bytes, start, end, facts, sequencedAtText) => {
      const bound = blockBytes + leafStart.length + (end - start) + hmacMemberBytes + tailBytesMax;
      if (bound > scratch.length) scratch = Buffer.alloc(2 * bound);
      hmac.innerPad.copy(scratch);
      const eventStart = blockBytes + scratch.write(leafStart, blockBytes, 'latin1');
      const eventEnd = eventStart + bytes.copy(scratch, eventStart, start, end);
      const tail = leafTail(facts, sequencedAtText);
      const unsignedEnd = eventEnd + scratch.write(tail, eventEnd);
      const signature = hmac.finish(scratch.subarray(0, unsignedEnd));
      const leafEnd = eventEnd + scratch.write(`,"hmac":"${signature}"${tail}`, eventEnd);
      scratch[blockBytes - 1] = 0;
      return scratch.subarray(blockBytes - 1, leafEnd);
    },
  };
}
