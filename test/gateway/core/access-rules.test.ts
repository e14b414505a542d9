/*
 * Tests of the rules of access: which request needs what, and which comes from a page of ours.
 */
import { expect, test } from 'vitest';
import { isFromElsewhere, isFromOwnPage } from '../../../gateway/core/own-page';
import { needsOf, POST_ROUTES } from '../../../gateway/core/routes';

test.each<['GET' | 'POST', string, string | null]>([
  ['GET', 'health', 'anybody'],
  ['GET', 'api/v1/session', 'whoever'],
  ['GET', '', 'reader'],
  ['GET', 'api/v1/status', 'reader'],
  ['GET', 'api/v1/sites/wp-01/records', 'reader'],
  ['GET', 'api/v1/login', 'reader'],
  ['GET', 'health/', 'reader'],
  ['GET', 'HEALTH', 'reader'],
  ['GET', 'metrics', 'reader'],
  ['GET', 'constructor', 'reader'],
  ['POST', 'api/v1/login', 'anybody'],
  ['POST', 'api/v1/logout', 'anybody'],
  ['POST', 'api/v1/clock', 'technician'],
  ['POST', 'api/v1/clock/', null],
  ['POST', 'api/v1/sites', null],
  ['POST', 'health', null],
  ['POST', 'constructor', null],
  ['POST', '__proto__', null],
  ['POST', '', null],
])('%s /%s needs %s', (method, path, needs) => {
  expect(needsOf(method, path.split('/'))).toBe(needs);
});

test('a path whose slash is encoded is no other path with more rights', () => {
  expect(needsOf('POST', ['api', 'v1/sites'])).toBe(null);
  // Joined again it names the same route, and needs the same.
  expect(needsOf('POST', ['api/v1/clock'])).toBe(POST_ROUTES['api/v1/clock']);
});

const host = '192.168.1.5:8080';

test.each([
  [{ host }, false, false],
  [{ host, origin: 'http://192.168.1.5:8080' }, false, true],
  [{ host, origin: 'https://192.168.1.5:8080' }, false, true],
  [{ host: 'Pod.local', origin: 'http://pod.LOCAL' }, false, true],
  [{ host, secFetchSite: 'same-origin' }, false, true],
  [{ host, origin: 'http://evil.example', secFetchSite: 'same-origin' }, true, false],
  [{ host, origin: 'http://192.168.1.5:8080', secFetchSite: 'cross-site' }, true, false],
  [{ host, origin: 'http://192.168.1.5:8080', secFetchSite: 'same-site' }, true, false],
  [{ host, origin: 'http://192.168.1.5' }, true, false],
  [{ host, origin: 'http://192.168.1.5:80801' }, true, false],
  [{ host, origin: 'null' }, true, false],
  [{ host, origin: '' }, true, false],
  [{ origin: 'http://192.168.1.5:8080' }, true, false],
  [{ host, origin: 'http://evil.example/192.168.1.5:8080' }, true, false],
  [{ host, origin: 'http://evil@192.168.1.5:8080' }, true, false],
  [{ host, secFetchSite: 'anything-new' }, true, false],
])('%o: from elsewhere %s, from our page %s', (asked, elsewhere, own) => {
  expect([isFromElsewhere(asked), isFromOwnPage(asked)]).toEqual([elsewhere, own]);
});
