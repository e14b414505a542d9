/*
 * addresses.ts: who counts as one, where the internet's addresses are counted.
 * Way: a socket's remote address -> the key of limits. Pure. Source: RFC 4291 (a network is given a /64).
 */

/** An address of this machine itself? */
export function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./i.test(address);
}

/** The key of an address: IPv4 as it is; of IPv6 the first 64 bits, for a single machine has all the rest. */
export function addressKey(address: string): string {
  const plain = address.toLowerCase().replace(/%.*$/, '');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain);
  if (mapped !== null) return mapped[1];
  if (!plain.includes(':')) return plain;
  const [head, tail] = plain
    .split('::', 2)
    .map((half) => half.split(':').filter((it) => it !== ''));
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - head.length - tail.length);
  const all = [...head, ...Array<string>(zeros).fill('0'), ...(tail ?? [])];
  return `${all
    .slice(0, 4)
    .map((part) => part.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
