/*
 * brokers.ts: the embedded broker alone, for tests: nothing kept from before, nothing written.
 */
import {
  type BrokerOptions,
  type EmbeddedBroker,
  startBroker,
} from '../../../gateway/edges/broker/broker';

/** Starts a broker on any free port. */
export function startTestBroker(options: Partial<BrokerOptions> = {}): Promise<EmbeddedBroker> {
  return startBroker({
    ...{ host: '127.0.0.1', port: 0, tls: null, accounts: null, anonymous: 'reader' },
    ...{ pod: 'testpod', homeAssistantPrefix: null },
    kept: { sessions: [], queued: [], incoming: [], retained: [], wills: [] },
    commit: () => true,
    commitSoon: () => {},
    readAgain: () => null,
    clock: { nowMs: Date.now, steadyMs: () => performance.now() },
    log: () => {},
    ...options,
  });
}
