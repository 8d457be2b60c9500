import { raise, type Versions } from './message.ts';
import type { SharedTier } from './shared-tier.ts';

export interface AnnouncerDeps {
  shared: SharedTier | null;
  /** NOTIFY. */
  notify: (versions: Versions) => Promise<void>;
  onError: (error: unknown) => void;
}

/** Tells other processes which balances are outdated. */
export interface Announcer {
  wrote(tenantId: string, version: number): void;
  /** Heard by NOTIFY, so somebody could not reach Redis: it may hold what is outdated. */
  heard(tenantId: string, version: number): void;
  /** Sends what is left and ends. */
  close(): Promise<void>;
}

/** At most 40 messages a second however many commits there are; others may lag a second. */
const intervalMs = 25;
const retryMs = 250;

/** After a commit the first message goes out at once; what is written while one is under way goes together with the next. */
export function createAnnouncer({ shared, notify, onError }: AnnouncerDeps): Announcer {
  let fresh: Versions = new Map();
  let timer: NodeJS.Timeout | undefined;
  let underWay: Promise<void> | null = null;
  let isWanted = false;
  let isClosed = false;

  /** @returns false when something is left to be told. */
  async function send(): Promise<boolean> {
    const batch = fresh;
    fresh = new Map();
    const isShared = shared === null || (await shared.settle());
    if (batch.size === 0 || (shared !== null && isShared)) return isShared;
    try {
      await notify(batch);
      return isShared;
    } catch (error) {
      onError(error);
      for (const [tenantId, version] of batch) raise(fresh, tenantId, version);
      return false;
    }
  }

  function start(): void {
    timer = undefined;
    isWanted = false;
    underWay = send().then((isDone) => {
      underWay = null;
      if (isClosed) return;
      isWanted ||= !isDone;
      timer = setTimeout(next, isDone ? intervalMs : retryMs);
    });
  }

  /** Nothing new since the last message: the next write need not wait. */
  function next(): void {
    timer = undefined;
    if (isWanted) start();
  }

  function wake(): void {
    if (timer === undefined && underWay === null && !isClosed) start();
    else isWanted = true;
  }

  return {
    wrote: (tenantId, version) => {
      shared?.owe(tenantId, version);
      raise(fresh, tenantId, version);
      wake();
    },
    heard: (tenantId, version) => {
      if (shared === null) return;
      shared.owe(tenantId, version);
      wake();
    },
    close: async () => {
      isClosed = true;
      clearTimeout(timer);
      await underWay;
      await send();
    },
  };
}
