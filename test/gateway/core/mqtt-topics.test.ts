/*
 * Tests of gateway/core/mqtt-topics.ts: the examples of MQTT 3.1.1 section 4.7, and real brokers' view by random topics.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matches } from '../../../gateway/core/mqtt-topics';

const EXAMPLES: [string, string, boolean][] = [
  ['sport/tennis/player1/#', 'sport/tennis/player1', true],
  ['sport/tennis/player1/#', 'sport/tennis/player1/ranking', true],
  ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon', true],
  ['sport/#', 'sport', true],
  ['#', 'sport/tennis', true],
  ['sport/tennis/+', 'sport/tennis/player1', true],
  ['sport/tennis/+', 'sport/tennis/player1/ranking', false],
  ['sport/+', 'sport', false],
  ['sport/+', 'sport/', true],
  ['+/+', '/finance', true],
  ['/+', '/finance', true],
  ['+', '/finance', false],
  ['#', '$SYS/monitor', false],
  ['+/monitor/Clients', '$SYS/monitor/Clients', false],
  ['$SYS/#', '$SYS/monitor', true],
  ['$SYS/monitor/+', '$SYS/monitor/Clients', true],
  ['ACCOUNTS', 'Accounts', false],
  ['a/b', 'a/b/c', false],
  ['a/b/c', 'a/b', false],
];

test.each(EXAMPLES)('filter %s and topic %s: %s', (filter, topic, is) => {
  expect(matches(filter, topic)).toBe(is);
});

test('a filter is the same as the regular expression that section 4.7 describes', () => {
  const level = fc.constantFrom('', 'a', 'b', 'site', 'a+b');
  const filter = fc
    .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1 }), fc.boolean())
    .map(([levels, isOpen]) => [...levels, ...(isOpen ? ['#'] : [])]);
  const topic = fc.array(level, { minLength: 1 });
  const asPattern = (levels: string[]) => {
    const text = levels
      .map((one) => (one === '+' ? '[^/]*' : one === '#' ? '#' : one.replace('+', '\\+')))
      .join('/');
    return new RegExp(`^${text.replace(/\/#$/, '(/.*)?')}$`);
  };
  fc.assert(
    fc.property(filter, topic, (wanted, levels) => {
      const is = matches(wanted.join('/'), levels.join('/'));
      expect(is).toBe(asPattern(wanted).test(levels.join('/')));
    }),
  );
});
