import { createHash } from 'node:crypto';

export interface UnitDraw {
  /** Uniform in [0, 1), always the same for a unit of a test and unrelated between tests. */
  point: number;
  /** A UUID (version 8, RFC 9562) that names this unit's assignment in this test. */
  assignmentId: string;
}

/** What a hash of test and unit decides, so that the same unit gets the same variant from every process, without a row. */
export function drawUnit(testId: string, unit: string): UnitDraw {
  const digest = createHash('sha256').update(`${testId}\n${unit}`).digest();
  const hex = digest.toString('hex', 8, 24);
  const variant = ((Number.parseInt(hex[16]!, 16) & 3) | 8).toString(16);
  return {
    point: digest.readUIntBE(0, 6) / 2 ** 48,
    assignmentId: [
      hex.slice(0, 8),
      hex.slice(8, 12),
      `8${hex.slice(13, 16)}`,
      `${variant}${hex.slice(17, 20)}`,
      hex.slice(20),
    ].join('-'),
  };
}
