/*
 * signed.ts: the signed records themselves, and the keys that verify them: whoever has these trusts no gateway.
 * Way: RecordFact -> COSE_Sign1, one after the other; keys -> JSON. Pure.
 * Source: RFC 9052 section 4.2 (COSE_Sign1), RFC 8742 (CBOR sequences), RFC 8037 (Ed25519 as a JWK).
 */
import { toHex } from '../../shared/bytes';
import { coseSign1, RECORD_AAD } from '../../shared/cose';
import type { ExportKey, RecordFact } from './facts';
import { isoTime } from './units';

/** Every record's COSE_Sign1 as a CBOR sequence (application/cbor-seq), in order of acceptance. */
export function* signedRecords(records: Iterable<RecordFact | null>): Generator<Uint8Array> {
  for (const fact of records)
    yield fact === null ? new Uint8Array() : coseSign1(fact.payload, fact.signature);
}

/** The keys, as JSON: each with the sites where it stood, and what else a verifier must know. */
export function signedKeys(pod: string, keys: readonly ExportKey[]): string {
  const body = {
    pod,
    algorithm: 'EdDSA',
    coseAlgorithm: -8,
    externalAad: RECORD_AAD,
    keys: keys.map(({ site, publicKey, keyId, fromS, toS }) => ({
      keyId: toHex(keyId),
      publicKey: toHex(publicKey),
      jwk: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') },
      site,
      from: isoTime(fromS),
      to: isoTime(toS),
    })),
  };
  return `${JSON.stringify(body, null, 2)}\n`;
}
