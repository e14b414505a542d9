/*
 * broker-words.ts: what goes wrong with an external broker, in plain words, with what to do about it.
 * Way: error codes of MQTT, sockets and TLS -> a sentence for status and log.
 * Pure. Source: OASIS MQTT 5.0 section 2.4, 3.1.1 table 3.1; OpenSSL's verify errors as Node names them.
 */

const LOGIN =
  'the broker does not take this user name and password: look at the password file, and at the broker whether the account exists';

/** By the code of CONNACK: 1 to 5 of MQTT 3.1.1, 128 and above of MQTT 5. */
const CONNACK_WORDS: Record<number, string> = {
  2: 'the broker refuses the client id',
  3: 'the broker is there but takes no connections now',
  4: LOGIN,
  5: LOGIN,
  133: 'the broker refuses the client id',
  134: LOGIN,
  135: LOGIN,
  136: 'the broker is there but takes no connections now',
  137: 'the broker is too busy',
  138: 'the broker has banned this gateway',
  142: 'another program took over this connection: do two gateways run with the same key?',
  149: 'a message was too long for the broker: raise its message_size_limit',
};

const UNKNOWN_AUTHORITY =
  "the broker's certificate is signed by an authority that is not known here: name the authority's file (caFile)";
const NOT_FOUND = 'no machine of that name is found: check the address, or write the IP address';
const NOT_REACHED = 'the machine does not answer: is it on, and in this network?';

/** By the code of the socket's or TLS's error. */
const SOCKET_WORDS: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there: is the broker running, and is the port right?',
  ECONNRESET: 'the broker ended the connection: is TLS on at one side only (mqtt:// or mqtts://)?',
  EPROTO: 'the other side speaks no TLS: write mqtt:// or turn TLS on at the broker',
  ENOTFOUND: NOT_FOUND,
  EAI_AGAIN: NOT_FOUND,
  ETIMEDOUT: NOT_REACHED,
  EHOSTUNREACH: NOT_REACHED,
  ENETUNREACH: NOT_REACHED,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  CERT_SIGNATURE_FAILURE: UNKNOWN_AUTHORITY,
  CERT_HAS_EXPIRED: "the broker's certificate has expired: make a new one, or set this clock",
  CERT_NOT_YET_VALID: "the broker's certificate is not valid yet: is this machine's clock right?",
  ERR_TLS_CERT_ALTNAME_INVALID:
    "the broker's certificate is for another name: write the address as it stands in the certificate",
};

/** Why there is no connection. `code`: of the CONNACK, socket or TLS; `text`: what the library says, for the rest. */
export function connectionWords(code: unknown, text: string): string {
  const known =
    typeof code === 'number'
      ? CONNACK_WORDS[code]
      : SOCKET_WORDS[typeof code === 'string' ? code : ''];
  if (known !== undefined) return known;
  if (/connack timeout/i.test(text)) {
    return 'it answers, but not as an MQTT broker: check port and mqtt:// or mqtts://';
  }
  return text || String(code);
}

/** Why a message was not taken, by the reason code of its PUBACK (MQTT 5). */
export function refusalWords(code: number, topic: string): string {
  if (code === 135) {
    return `the broker does not authorise this gateway to publish to ${topic}: allow its user to write there (ACL)`;
  }
  if (code === 151) return `the broker's quota is used up (${topic})`;
  return `the broker refuses what is published to ${topic} (reason ${code})`;
}

/** Why a filter cannot be listened to. */
export function subscriptionWords(filter: string): string {
  return `the broker does not authorise this gateway to subscribe to ${filter}: allow its user to read there (ACL)`;
}
