/*
 * token-bucket.ts: how often an address may ask: a bucket of tokens that fills slowly.
 * Way: a key (address) -> go on, or how long to wait. Bounded: the key that asked longest ago gives way.
 * Pure. Source: the token bucket of traffic shaping (RFC 2697 and older).
 */

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
  /** Keys remembered. */
  size(): number;
}

/** Makes the buckets. */
export function createTokenBuckets({ perS, burst, keysMax }: BucketLimits): TokenBuckets {
  const buckets = new Map<string, { tokens: number; atMs: number }>();
  return {
    take(key, nowMs) {
      const { tokens: before, atMs } = buckets.get(key) ?? { tokens: burst, atMs: nowMs };
      const tokens = Math.min(burst, before + ((nowMs - atMs) / 1000) * perS);
      const isFree = tokens >= 1;
      buckets.delete(key);
      if (buckets.size >= keysMax) buckets.delete(buckets.keys().next().value as string);
      buckets.set(key, { tokens: isFree ? tokens - 1 : tokens, atMs: nowMs });
      return isFree ? 0 : Math.ceil(((1 - tokens) / perS) * 1000);
    },
    size: () => buckets.size,
  };
}
