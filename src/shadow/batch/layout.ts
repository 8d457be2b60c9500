/**
 * The binary form of a batch of samples: what is stored in `shadow.sample_chunks.body`, streamed out by COPY
 * and transferred to a thread without being parsed on the way.
 *
 * Why not one row a sample: on two cores PostgreSQL and the driver together spend longer on a row than a rule spends
 * matching it, so threads would starve. A batch costs them one row in sixteen thousand.
 *
 * Each section is compressed by itself (Zstandard, level 1) where that saves a tenth, and unpacked by the thread that
 * reads it, when it reads it: 26 bytes a sample of WAF traffic pass through the one event loop that feeds all threads,
 * for 0.1 µs a sample of a thread's time. An evaluation of a million samples costs PostgreSQL 30 ms.
 *
 * Little-endian. All sections start at a multiple of 8 bytes, so typed arrays can view them in place.
 *
 * ```
 * header      Uint32 × 48: magic, version, count n, then [offset, stored length, length] of each section below
 * core        Float64 × n     at: milliseconds since the epoch
 *             Uint16 × n      attack_type: index into the dictionary; 0xFFFF: none
 *             Uint8 × n       flags: bit 0 is_attack
 *             Uint8 × n       present: bit k, text column k has a value
 * dictionary  UTF-8 JSON      the distinct attack types
 * columns     for each text column: Uint32 × n lengths, then the UTF-8 bytes; nothing where no sample has a value
 * headers     as a column, each value [u32 length, name, u32 length, value]…
 * ```
 *
 * Lengths rather than offsets, because small numbers compress. A section whose stored length is its length is not
 * compressed.
 */
export const batchMagic = 0x41535931; // "ASY1"
export const batchVersion = 1;
export const headerBytes = 48 * 4;
export const noAttackType = 0xffff;

/**
 * A batch is closed at this many samples: one task hand-over, one row and one tally in sixteen thousand samples. With
 * 4,096 a sample took a thread an eighth longer.
 */
export const maxSamplesPerBatch = 16384;
/** … or at this many bytes of text, so that batches in flight bound the memory of a worker. */
export const maxTextBytesPerBatch = 4 * 1024 * 1024;

/** Section numbers; see `headerWord`. */
export const section = {
  core: 0,
  dictionary: 1,
  /** Text column k is section `columns + k`, and the headers follow the last. */
  columns: 2,
} as const;

/** Bytes a sample takes in the core: where in it, for n samples, each of its arrays begins. */
export const core = {
  bytes: 12,
  attackTypes: (n: number): number => 8 * n,
  flags: (n: number): number => 10 * n,
  present: (n: number): number => 11 * n,
} as const;

/** Where in the header a section's offset, stored length and length begin. */
export const headerWord = (sectionNumber: number): number => 3 + 3 * sectionNumber;

export const align8 = (n: number): number => (n + 7) & ~7;
