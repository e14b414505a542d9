/*
 * Tests of gateway/core/mqtt-topics.ts and mqtt-acl.ts. The oracle of matching is qlobber, which aedes' emitter uses.
 */
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { topicRules } from '../../../gateway/core/mqtt-acl';
import { isFilter, matches, reaches, staysWithin } from '../../../gateway/core/mqtt-topics';

interface Qlobber {
  add(filter: string): void;
  test(topic: string): boolean;
}
const { QlobberTrue } = createRequire(import.meta.url)('qlobber') as {
  QlobberTrue: new (options: object) => Qlobber;
};

const level = fc.constantFrom('a', 'b', 'tallywell', '');
const topic = fc.array(level, { minLength: 1, maxLength: 5 }).map((levels) => levels.join('/'));
const filter = fc
  .tuple(
    fc.array(fc.oneof(level, fc.constant('+')), { maxLength: 5 }),
    fc.constantFrom('', '#', '+', 'a'),
  )
  .map(([levels, last]) => [...levels, last].join('/'));

test('filters match the topics that qlobber says they match', () => {
  fc.assert(
    fc.property(filter, topic, (wanted, told) => {
      const oracle = new QlobberTrue({
        ...{ separator: '/', wildcard_one: '+', wildcard_some: '#', match_empty_levels: true },
      });
      oracle.add(wanted);
      expect(matches(wanted, told)).toBe(oracle.test(told));
    }),
    { numRuns: 2_000, seed: 5 },
  );
});

test('a filter reaches a tree when it matches some topic of it, and stays within when it matches no other', () => {
  fc.assert(
    fc.property(filter, topic, topic, (wanted, base, below) => {
      for (const told of [base, `${base}/${below}`]) {
        if (matches(wanted, told)) expect(reaches(wanted, base)).toBe(true);
      }
      if (staysWithin(wanted, base) && matches(wanted, below))
        expect(matches(`${base}/#`, below)).toBe(true);
    }),
    { numRuns: 2_000, seed: 6 },
  );
});

test('what is no filter', () => {
  const good = ['#', '+', 'a', '/', 'a/+/b', 'a/#', '+/#', ' '];
  const bad = ['', 'a#', '#/a', 'a/#/b', 'a+/b', '++', 'a\0b'];
  expect(good.map(isFilter)).toEqual(good.map(() => true));
  expect(bad.map(isFilter)).toEqual(bad.map(() => false));
  expect([matches('#', '$SYS/a'), matches('+/a', '$SYS/a'), matches('$SYS/#', '$SYS/a')]).toEqual([
    ...[false, false, true],
  ]);
});

test('readers read the pod, technicians also what is asked and answered', () => {
  const rules = topicRules({ pod: 'p', homeAssistantPrefix: 'homeassistant' });
  const read = (scope: 'reader' | 'technician') =>
    [
      'tallywell/p/site/a/state',
      'tallywell/p/bridge/response/login',
      'tallywell/p/bridge/request/login',
      'tallywell/other/site/a/state',
      'tallywell',
      'homeassistant/sensor/x/config',
      '$SYS/broker/clients',
    ].map((told) => rules.mayRead(scope, told));
  expect(read('reader')).toEqual([true, false, false, false, false, true, false]);
  expect(read('technician')).toEqual([true, true, true, false, false, true, false]);
  const hold = (scope: 'reader' | 'technician') =>
    [
      '#',
      'tallywell/#',
      'tallywell/+/site/+/state',
      'tallywell/p/bridge/response/#',
      'tallywell/p/bridge/+/x',
      '$SYS/#',
      'other/#',
      'tallywell/q/#',
    ].map((wanted) => rules.maySubscribe(scope, wanted));
  expect(hold('reader')).toEqual([true, true, true, false, true, false, false, false]);
  expect(hold('technician')).toEqual([true, true, true, true, true, false, false, false]);
});

test('technicians publish requests, never retained; Home Assistant its birth, with an account', () => {
  const rules = topicRules({ pod: 'p', homeAssistantPrefix: 'homeassistant' });
  const without = topicRules({ pod: 'p', homeAssistantPrefix: null });
  const [reader, technician] = [
    { name: 'r', scope: 'reader' as const },
    { name: 't', scope: 'technician' as const },
  ];
  const request = 'tallywell/p/bridge/request/clock';
  expect(rules.mayPublish(technician, request, false)).toBe(true);
  expect(rules.mayPublish({ name: 'a', scope: 'admin' }, request, false)).toBe(true);
  expect(rules.mayPublish(technician, request, true)).toBe(false);
  expect(rules.mayPublish(technician, `${request}/more`, false)).toBe(false);
  expect(rules.mayPublish(technician, 'tallywell/p/bridge/state', false)).toBe(false);
  expect(rules.mayPublish(reader, request, false)).toBe(false);
  expect(rules.mayPublish(reader, 'homeassistant/status', false)).toBe(true);
  expect(rules.mayPublish({ name: '', scope: 'reader' }, 'homeassistant/status', false)).toBe(
    false,
  );
  expect(rules.mayPublish(reader, 'homeassistant/status', true)).toBe(false);
  expect(rules.mayPublish(reader, 'homeassistant/sensor/x/config', false)).toBe(false);
  expect(without.mayPublish(reader, 'homeassistant/status', false)).toBe(false);
});
