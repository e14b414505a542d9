/*
 * bench-key.ts: the Ed25519 key of this bench: bench.key (0600), made at first use. It signs the log and registrations.
 * Way: folder -> key. Source: RFC 8032; file form PKCS #8 PEM, as the gateway's own key.
 */
import { join } from 'node:path';
import { type GatewayKey, loadGatewayKey } from '../../gateway/edges/key';
import { Trouble } from './trouble';

/** Name of its file. */
export const BENCH_KEY_FILE = 'bench.key';

/** The key. The private half never leaves this object. */
export type BenchKey = GatewayKey;

/** Reads or makes it. Throws: Trouble bad-file. */
export function benchKeyOf(folder: string): BenchKey {
  const file = join(folder, BENCH_KEY_FILE);
  try {
    return loadGatewayKey(file, true);
  } catch (error) {
    throw new Trouble('bad-file', { file, fault: (error as Error).message });
  }
}
