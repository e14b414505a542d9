/*
 * credentials.ts: what a request says of who it is: a token, a name and password, a session's cookie.
 * Way: headers Authorization and Cookie -> values, none of them believed yet.
 * Source: RFC 6750 §2.1 (Bearer), RFC 7617 (Basic, UTF-8), RFC 6265 (cookies).
 */

/** What Authorization says. malformed: it is there, and means nothing. */
export type Credentials =
  | { kind: 'none' | 'malformed' }
  | { kind: 'bearer'; token: string }
  | { kind: 'basic'; name: string; password: string };

/** Reads the header Authorization. */
export function readAuthorization(header: string | undefined): Credentials {
  if (header === undefined) return { kind: 'none' };
  const bearer = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(header);
  if (bearer !== null) return { kind: 'bearer', token: bearer[1] };
  const basic = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header);
  if (basic === null) return { kind: 'malformed' };
  const text = Buffer.from(basic[1], 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return { kind: 'malformed' };
  return { kind: 'basic', name: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Name of the session's cookie. */
export const SESSION_COOKIE = 'tallywell_session';

/** The session that the header Cookie names; null: none of our form. */
export function readSessionCookie(header: string | undefined): string | null {
  for (const part of (header ?? '').split(';')) {
    const at = part.indexOf('=');
    if (part.slice(0, at).trim() !== SESSION_COOKIE) continue;
    const value = part.slice(at + 1).trim();
    return /^[A-Za-z0-9_-]{43}$/.test(value) ? value : null;
  }
  return null;
}

/** Set-Cookie of a new session: scripts cannot read it, other sites cannot send it. It ends with the browser. */
export function sessionCookie(session: string): string {
  return `${SESSION_COOKIE}=${session}; Path=/; HttpOnly; SameSite=Strict`;
}

/** Set-Cookie that removes it. */
export const NO_SESSION_COOKIE = `${sessionCookie('')}; Max-Age=0`;
