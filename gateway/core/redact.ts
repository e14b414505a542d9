/*
 * redact.ts: takes secrets out of text that somebody will read: a log, an answer, an error.
 * Way: any text -> the same text, secrets replaced by "***".
 * Pure. Source: RFC 3986 section 3.2.1 (user information), RFC 6750 (bearer tokens), RFC 7468 (PEM), BIP-39 (words).
 */

const HIDDEN = '***';

/** Name and password in a URL; also of one cut short before its host. */
const USER_INFORMATION = /([a-z][a-z0-9+.-]*:\/\/)[^\s/?#"'<>]*@/gi;
const BEARER = /\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]+/gi;
/** password=…, "token": "…", psk: … */
const NAMED =
  /\b([\w-]*(?:password|passwd|passphrase|secret|token|psk|api[-_]?key|private[-_]?key))(["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;&}\]]+)/gi;
const PEM = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?(?:-----END \1-----|$)/g;
/** 16 or 32 bytes in base64: the pre-shared key of a channel. */
const PSK = /(?<![A-Za-z0-9+/=])(?:[A-Za-z0-9+/]{22}==|[A-Za-z0-9+/]{43}=)(?![A-Za-z0-9+/=])/g;
/** Fifteen or more words of three to eight letters, numbered or not: a recovery key's words. Our own lines are not like that. */
const WORDS = /(?<![A-Za-z])(?:[a-z]{3,8}(?:[\s\d.,:|]+(?=[a-z])|(?![A-Za-z]))){15,}/g;

/**
 * Replaces what looks like a secret.
 * @param known secrets that are known, each of at least four characters: replaced wherever they stand
 */
export function redact(text: string, known: readonly string[] = []): string {
  let clean = text;
  for (const secret of known) {
    if (secret.length >= 4) clean = clean.replaceAll(secret, HIDDEN);
  }
  // The words first: "basic" and "secret" are among those of BIP-39.
  return clean
    .replace(WORDS, HIDDEN)
    .replace(PEM, HIDDEN)
    .replace(USER_INFORMATION, `$1${HIDDEN}@`)
    .replace(BEARER, `$1 ${HIDDEN}`)
    .replace(NAMED, `$1$2${HIDDEN}`)
    .replace(PSK, HIDDEN);
}
