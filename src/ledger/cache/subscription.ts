import { setTimeout as sleep } from 'node:timers/promises';

/** An open line on which messages arrive. */
export interface Line {
  /** Resolves when the other end answers. */
  ping(): Promise<unknown>;
  close(): Promise<void> | void;
}

export interface LineEvents {
  onMessage(message: string): void;
  onLost(error: Error): void;
}

export interface SubscriptionOptions {
  open: (events: LineEvents) => Promise<Line>;
  onMessage: (message: string) => void;
  /** The line was opened: what was sent before is not known. */
  onOpen: () => void;
  /** Once an outage. */
  onError: (error: unknown) => void;
}

export interface Subscription {
  /** Whether every message arrives. */
  readonly isLive: boolean;
  close(): Promise<void>;
}

/** A line that went silent without a word is noticed after this and `pingMs`: within the second that others may lag. */
const beatMs = 400;
const pingMs = 400;
const retryMs = 250;

/** Keeps a line open and knows whether it is. */
export function keepSubscribed(options: SubscriptionOptions): Subscription {
  const stop = new AbortController();
  let isLive = false;
  let isOut = false;

  async function hold(): Promise<void> {
    const lost = Promise.withResolvers<never>();
    lost.promise.catch(() => {});
    const line = await options.open({ onMessage: options.onMessage, onLost: lost.reject });
    try {
      options.onOpen();
      isLive = true;
      isOut = false;
      for (;;) {
        await Promise.race([sleep(beatMs, undefined, { signal: stop.signal }), lost.promise]);
        await Promise.race([line.ping(), silence(), lost.promise]);
      }
    } finally {
      isLive = false;
      await Promise.race([line.close(), sleep(pingMs)]);
    }
  }

  async function keep(): Promise<void> {
    while (!stop.signal.aborted) {
      await hold().catch((error) => {
        if (!stop.signal.aborted && !isOut) options.onError(error);
        isOut = true;
      });
      await sleep(retryMs, undefined, { signal: stop.signal }).catch(() => {});
    }
  }

  const kept = keep();
  return {
    get isLive() {
      return isLive;
    },
    close: () => {
      stop.abort();
      return kept;
    },
  };
}

async function silence(): Promise<never> {
  await sleep(pingMs);
  throw new Error(`no answer within ${pingMs} ms`);
}
