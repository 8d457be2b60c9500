import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** Level 1 leaves a half to a fifth of URIs and payloads, at 200 to 370 MB/s; level 3 is a third slower for a twentieth less. */
const compression = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Below this a frame's header eats what it saves. */
const sectionBytesMin = 256;

/** @returns a compressed copy where that saves a tenth, else the section itself. */
export function compressSection(section: Buffer): Buffer {
  if (section.length < sectionBytesMin) return section;
  const compressed = zstdCompressSync(section, compression);
  return compressed.length < section.length * 0.9 ? compressed : section;
}

/**
 * Bytes of memory beyond the section's own. Output that fills its memory to the last byte makes Node allocate as much
 * again and ask zlib once more: 49 µs instead of 33 for 200 KB that compress well, and twice the garbage.
 */
export const spareBytes = 64;

/**
 * @param length what the section unpacks to; the output is allocated once, which is twice as fast as growing it.
 * @returns memory that starts at a multiple of 8 bytes; of a large section, `length + spareBytes` of its own.
 */
export function decompressSection(stored: Uint8Array, length: number): Buffer {
  const unpacked = zstdDecompressSync(stored, {
    chunkSize: length + spareBytes,
    maxOutputLength: length + spareBytes,
  });
  if (unpacked.length !== length)
    throw new Error(`a section of ${length} bytes unpacked to ${unpacked.length}`);
  return unpacked.byteOffset % 8 === 0 ? unpacked : Buffer.from(new Uint8Array(unpacked).buffer);
}
