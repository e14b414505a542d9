/*
 * Tests of reading Authorization and Cookie: RFC 7617's example, and any text at all.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  readAuthorization,
  readSessionCookie,
  SESSION_COOKIE,
  sessionCookie,
} from '../../../../gateway/edges/http/credentials';
import { randomSession } from '../../../../gateway/edges/passwords';

test('the examples of RFC 7617 and RFC 6750', () => {
  expect(readAuthorization('Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==')).toEqual({
    ...{ kind: 'basic', name: 'Aladdin', password: 'open sesame' },
  });
  // User-id "test", password "123£" in UTF-8.
  expect(readAuthorization('basic dGVzdDoxMjPCow==')).toEqual({
    ...{ kind: 'basic', name: 'test', password: '123£' },
  });
  expect(readAuthorization('Bearer mF_9.B5f-4.1JqM')).toEqual({
    ...{ kind: 'bearer', token: 'mF_9.B5f-4.1JqM' },
  });
  expect(readAuthorization(undefined)).toEqual({ kind: 'none' });
});

test('a password with colons stays whole; what means nothing is malformed, not nobody', () => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  expect(readAuthorization(basic('ann:a:b:'))).toEqual({
    ...{ kind: 'basic', name: 'ann', password: 'a:b:' },
  });
  for (const header of [
    '',
    'Basic',
    'Basic !',
    basic('nocolon'),
    'Bearer',
    'Bearer a b',
    'Digest x',
  ])
    expect(readAuthorization(header)).toEqual({ kind: 'malformed' });
});

test('any name and password come back out of what fetch would send', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'grapheme' }),
      (user, password) => {
        fc.pre(!user.includes(':'));
        const header = `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
        expect(readAuthorization(header)).toEqual({ kind: 'basic', name: user, password });
      },
    ),
  );
});

test('the session is found among other cookies, and nothing else is taken for one', () => {
  const session = randomSession();
  const cookie = sessionCookie(session);
  expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/);
  const pair = cookie.split(';')[0];
  fc.assert(
    fc.property(
      fc.array(fc.string().filter((text) => !text.includes(SESSION_COOKIE) && !text.includes(';'))),
      fc.nat(),
      (others, at) => {
        const parts = [...others];
        parts.splice(at % (others.length + 1), 0, pair);
        expect(readSessionCookie(parts.join('; '))).toBe(session);
        expect(readSessionCookie(others.join('; '))).toBe(null);
      },
    ),
  );
  expect(readSessionCookie(`x${pair}`)).toBe(null);
  expect(readSessionCookie(`${pair}x`)).toBe(null);
  expect(readSessionCookie(`${SESSION_COOKIE}=; ${pair}`)).toBe(null);
  expect(readSessionCookie(undefined)).toBe(null);
});
