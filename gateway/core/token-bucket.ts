/*
 * token-bucket.ts: how often something may happen: a bucket of tokens that fills slowly; and one bucket for each address.
 * Way: an amount, or a key -> go on, or how long to wait. Keys are bounded: the one that asked longest ago gives way.
 * Pure. Source: the token bucket of traffic shaping (RFC 2697 and older).
 */

/** One bucket. Times are ms of a clock that only rises. */
export interface TokenBucket {
  /**
   * Takes `amount` from what there is; a negative one is put in.
   * @returns 0, or how long until there is enough, ms: then nothing was taken
   */
  waitMs(amount: number, nowMs: number): number;
  /** Takes `amount`. @returns false: there is not enough, nothing was taken. */
  take(amount: number, nowMs: number): boolean;
}

/** A bucket that is full at first. @param perS refill, tokens a second. @param burst what it holds, tokens. */
export function createTokenBucket(perS: number, burst: number): TokenBucket {
  let tokens = burst;
  let lastMs: number | null = null;
  const waitMs = (amount: number, nowMs: number): number => {
    const passedMs = lastMs === null ? 0 : Math.max(0, nowMs - lastMs);
    tokens = Math.min(burst, tokens + (passedMs / 1000) * perS);
    lastMs = nowMs;
    if (tokens < amount) return Math.ceil(((amount - tokens) / perS) * 1000);
    tokens -= amount;
    return 0;
  };
  return { waitMs, take: (amount, nowMs) => waitMs(amount, nowMs) === 0 };
}

/** Limits of a bucket. */
export interface BucketLimits {
  /** Tokens that come back, tokens per s. */
  perS: number;
  /** Tokens of a full bucket. */
  burst: number;
  /** Keys remembered. */
  keysMax: number;
}

/** Buckets by key. */
export interface TokenBuckets {
  /** Takes a token. @returns 0, or how long until there is one again, ms. `nowMs`: of a clock that only rises. */
  take(key: string, nowMs: number): number;
  /** Puts one back: it turned out not to count. */
  giveBack(key: string, nowMs: number): void;
  /** Keys remembered. */
  size(): number;
}

/** Makes the buckets. */
export function createTokenBuckets({ perS, burst, keysMax }: BucketLimits): TokenBuckets {
  const buckets = new Map<string, TokenBucket>();
  return {
    take(key, nowMs) {
      const bucket = buckets.get(key) ?? createTokenBucket(perS, burst);
      buckets.delete(key);
      if (buckets.size >= keysMax) buckets.delete(buckets.keys().next().value as string);
      buckets.set(key, bucket);
      return bucket.waitMs(1, nowMs);
    },
    giveBack: (key, nowMs) => void buckets.get(key)?.take(-1, nowMs),
    size: () => buckets.size,
  };
}
