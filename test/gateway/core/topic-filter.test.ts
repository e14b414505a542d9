/*
 * Tests of gateway/core/topic-filter.ts: the examples of MQTT 3.1.1 section 4.7, and real brokers' view by random topics.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchesFilter } from '../../../gateway/core/topic-filter';

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

test.each(EXAMPLES)('filter %s and topic %s: %s', (filter, topic, matches) => {
  expect(matchesFilter(filter, topic)).toBe(matches);
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
      const is = matchesFilter(wanted.join('/'), levels.join('/'));
      expect(is).toBe(asPattern(wanted).test(levels.join('/')));
    }),
  );
});
