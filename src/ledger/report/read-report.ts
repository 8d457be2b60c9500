import type { Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';

export type BucketSize = 'hour' | 'day';

export interface ReportQuery {
  tenantId: string;
  bucket: BucketSize;
  /** The start of a bucket. */
  from: Date;
  /** The end of a bucket. */
  to: Date;
}

/** What happened in one hour or day (UTC), in credits. */
export interface ReportBucket {
  start: Date;
  spent: number;
  purchased: number;
  refunded: number;
  expired: number;
  /** Transfers of any type. */
  count: number;
}

const bucketMs = { hour: 3_600_000, day: 86_400_000 } as const;

/** The whole buckets that a span touches. UTC has no daylight saving, so buckets are multiples of their length. */
export function wholeBuckets(bucket: BucketSize, from: Date, to: Date): { from: Date; to: Date } {
  const ms = bucketMs[bucket];
  return {
    from: new Date(Math.floor(from.getTime() / ms) * ms),
    to: new Date(Math.ceil(to.getTime() / ms) * ms),
  };
}

/** Buckets in which nothing happened are left out. An hour belongs to what became true in it, whenever it was recorded. */
export async function readReport(pool: Pool, query: ReportQuery): Promise<ReportBucket[]> {
  const { rows } = await pool.query<ReportBucket>(sql(import.meta.url, './sql/read-report.sql'), [
    query.tenantId,
    query.from,
    query.to,
    query.bucket,
  ]);
  return rows;
}
