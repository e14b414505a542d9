/*
 * Tests of when a site was last heard, across corrections of the gateway's clock: of core/lately-heard.ts, and of the
 * whole gateway whose clock was not set when it heard.
 */
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { createLatelyHeard } from '../../gateway/core/lately-heard';
import { startGateway } from '../../gateway/gateway';
import { packetOf, testNode, usage } from './support/nodes';
import { startOracleRadio } from './support/oracle-radio';
import { registerFile, testFolder, until } from './support/places';

test('heard before the clock was set, then corrected by months: the site is not silent', async () => {
  const [folder, radio] = [testFolder(), await startOracleRadio()];
  onTestFinished(() => radio.close());
  const gateway = await startGateway({
    holdBackMs: 0,
    dataDir: folder,
    radios: [radio.url],
    registerFile: registerFile(folder, [1, 2, 3]),
    mqttPort: 0,
    httpPort: 0,
    log: () => {},
  });
  onTestFinished(() => gateway.stop());
  await until(() => gateway.status().radio.session === 'ready');
  const [first, second, third] = [1, 2, 3].map(testNode);
  radio.hear({ payload: packetOf(first, usage(first, 1, { timeS: 0 })) });
  await until(() => gateway.status().records.stored === 1);
  expect(gateway.status().clock.state).toBe('unknown');
  // Two nodes agree: the gateway believes them, and its clock goes on by weeks.
  radio.hear({ payload: packetOf(second, usage(second, 1)) });
  radio.hear({ payload: packetOf(third, usage(third, 1, { kind: 2 })) });
  await until(() => gateway.status().clock.state === 'held');
  await until(() => gateway.status().records.stored === 3);
  const { t } = gateway.status();
  for (const site of ['wp-01', 'wp-02', 'canteen-01']) {
    const answer = await fetch(new URL(`/api/v1/sites/${site}`, gateway.httpUrl));
    const { state, lastHeard } = (await answer.json()) as { state: string; lastHeard: number };
    expect([site, state]).toEqual([site, 'in-use']);
    expect(Math.abs(t - lastHeard)).toBeLessThan(60);
  }
});

test('between corrections it says what the store says, after one it keeps the age', () => {
  fc.assert(
    fc.property(
      fc.record({
        heardMs: fc.integer({ min: 1.7e12, max: 2e12 }),
        ageMs: fc.integer({ min: 0, max: 1e9 }),
        stepMs: fc.oneof(
          fc.integer({ min: -59_000, max: 59_000 }),
          fc.integer({ min: -1e11, max: 1e11 }),
        ),
      }),
      ({ heardMs, ageMs, stepMs }) => {
        const lately = createLatelyHeard(60);
        lately.heard('a', { nowMs: heardMs, steadyMs: 5 });
        const storedS = Math.floor(heardMs / 1000);
        const now = { nowMs: heardMs + ageMs + stepMs, steadyMs: 5 + ageMs };
        const told = lately.lastHeardS('a', storedS, now);
        if (Math.abs(stepMs) < 59_500) expect(told).toBe(storedS);
        else expect(Math.abs(now.nowMs / 1000 - told - ageMs / 1000)).toBeLessThanOrEqual(60);
        expect(lately.lastHeardS('b', storedS, now)).toBe(storedS);
      },
    ),
  );
});
