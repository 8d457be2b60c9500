/** Every number of the state machine, with the reason for its default. Times in milliseconds. */
export interface EngineSettings {
  /** A lease is to last so long at the present rate: two settlement intervals of the default ttl and an outage of seconds. */
  horizonMs: number;
  /** What is wanted while no rate is known. Small: a lost pod may burn it. */
  wantMin: number;
  /** No lease is larger, whatever the rate. */
  wantMax: number;
  /** Time constant of the rate's moving average: follows a burst in seconds and does not forget between two settlements. */
  rateWindowMs: number;
  /** More is acquired when what is left lasts only so long: some round trips of a slow ledger. */
  prefetchMs: number;
  /** How often a lease is settled of which others lack credits, and a used-up one while its tenant runs dry. */
  scarceSettleMs: number;
  /** A lease from which nothing was spent for so many settlements goes back: after a minute, or a second where others lack it. */
  idleRefreshes: number;
  /** For how long a 402 of the ledger is repeated without asking: a top-up is noticed that much later at most. */
  insufficientCacheMs: number;
  /** First and longest pause after the ledger did not answer. */
  backoffMinMs: number;
  backoffMaxMs: number;
  /** Steps in which the journal's watermark moves: a kill strands fewer credits than that a lease. */
  watermarkStep: number;
  /** A duplicate of a request that is older than that is not expected any more, so that a new name may be used. */
  requestLifetimeMs: number;
  /** Requests to acquire under way at once; the others wait their turn. */
  acquiresMax: number;
  /** Settlements in one request; the API takes 10,000. */
  settlementsMax: number;
  leasesPerTenantMax: number;
  /** A client can name tenants as it likes; each costs some 500 bytes. */
  tenantsMax: number;
  /** Requests that wait for credits, over all tenants; each is an open connection. */
  waitersMax: number;
  /** `request_id`s remembered: those of the last seconds at a busy rate, some 200 bytes each. */
  seenRequestsMax: number;
  reservationsMax: number;
  /** How long draining waits for open reservations before it charges them. */
  drainReserveMs: number;
}

export const defaultSettings: EngineSettings = {
  horizonMs: 30_000,
  wantMin: 100,
  wantMax: 10_000_000,
  rateWindowMs: 5_000,
  prefetchMs: 2_000,
  scarceSettleMs: 200,
  idleRefreshes: 6,
  insufficientCacheMs: 500,
  backoffMinMs: 100,
  backoffMaxMs: 5_000,
  watermarkStep: 64,
  requestLifetimeMs: 10_000,
  acquiresMax: 64,
  settlementsMax: 1_000,
  leasesPerTenantMax: 8,
  tenantsMax: 10_000,
  waitersMax: 10_000,
  seenRequestsMax: 50_000,
  reservationsMax: 50_000,
  drainReserveMs: 500,
};
