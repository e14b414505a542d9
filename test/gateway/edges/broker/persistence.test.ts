/*
 * aedes-persistence's own test suite on our persistence: as it runs, and with a restart between any two of its calls,
 * each from what the SQLite tables hold.
 */
import assert from 'node:assert';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { onTestFinished, test } from 'vitest';
import { createMqttState } from '../../../../gateway/core/mqtt-state';
import { createPersistence } from '../../../../gateway/edges/broker/persistence';
import { openStore, type Store } from '../../../../gateway/edges/store/store';
import { MQTT_SESSION_LIMITS } from '../../../../gateway/limits/mqtt';
import { testFolder } from '../../support/places';

type Call = (...args: unknown[]) => unknown;
type Run = (context: object) => Promise<void>;

const abstract = createRequire(import.meta.url)('aedes-persistence/abstract.js') as (options: {
  test: (name: string, run: Run) => void;
  persistence: () => object;
  testAsync: boolean;
}) => void;

/** What the suite expects of node:test, for one test: counted assertions. */
function context() {
  let [planned, done] = [0, 0];
  const counted = new Proxy(assert, {
    get: (all, name) => {
      const one = all[name as 'equal'] as unknown as Call;
      return (...args: unknown[]) => {
        done += 1;
        return one(...args);
      };
    },
  });
  return {
    t: {
      assert: counted,
      plan: (count: number) => {
        planned = count;
      },
      diagnostic: () => {},
    },
    check: () => planned === 0 || assert.equal(done, planned, 'assertions'),
  };
}

/** Begins from what the tables hold. */
function begin(store: Store) {
  const kept = store.keptMqtt();
  // A saving time of 0: retained messages go with every commit.
  const limits = MQTT_SESSION_LIMITS;
  const state = createMqttState(kept, {
    ...{ limits, saveMs: 0, steadyMs: () => 1, nowMs: () => 1, onDropped: () => {} },
  });
  // As if they were told again: none of them is forgotten as old.
  for (const packet of kept.retained) state.retained.put(packet);
  store.keepMqtt(state.keeping);
  return createPersistence({
    ...{ state, steadyMs: () => 1, sourceOf: () => null, readAgain: () => null },
  });
}

/** A persistence that is made again from the tables before each call. */
function restarting(store: Store): object {
  let broker = { id: '' };
  const target = begin(store);
  return new Proxy(target, {
    get(_, name) {
      if (name === 'broker') return broker;
      // It is awaited, and is no promise.
      if (name === 'then') return undefined;
      if (name === 'setup') {
        return async (given: { id: string }) => {
          broker = given;
        };
      }
      return (...args: unknown[]) => {
        store.commit();
        const current = begin(store);
        void current.setup(broker);
        return (current[name as 'getWill'] as Call)(...args);
      };
    },
  });
}

/** A database of its own for one test. */
function testStore(): Store {
  const store = openStore(join(testFolder(), 'gateway.sqlite'));
  onTestFinished(() => store.close());
  return store;
}

function suite(prefix: string, persistence: () => object) {
  abstract({
    test: (name, run) =>
      test(`${prefix}: ${name}`, async () => {
        const { t, check } = context();
        await run(t);
        check();
      }),
    persistence,
    testAsync: true,
  });
}

suite('in one run', () => begin(testStore()));
suite('restarted before each call', () => restarting(testStore()));
