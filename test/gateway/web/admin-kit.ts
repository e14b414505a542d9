/*
 * admin-kit.ts: a running gateway with a register and an account of each scope, for the tests of forms and administration.
 */
import { onTestFinished } from 'vitest';
import { type RunningGateway, startGateway } from '../../../gateway/gateway';
import type { GatewayOptions } from '../../../gateway/options';
import { putAccount } from '../support/accounts-kit';
import { registerFile, testFolder } from '../support/places';

/** Password of root (admin), tech (technician) and eyes (reader). */
export const PASSWORD = 'correct horse';

/** A gateway, its folder, and what it logged. */
export interface Place {
  folder: string;
  gateway: RunningGateway;
  lines: string[];
}

/** Starts one. */
export async function place(other: Partial<GatewayOptions> = {}): Promise<Place> {
  const folder = testFolder();
  const lines: string[] = [];
  const gateway = await startGateway({
    ...{ dataDir: folder, radios: ['tcp://127.0.0.1:9'], mqttPort: 0, httpPort: 0 },
    ...{ registerFile: registerFile(folder, [1, 2]), clock: 'machine' as const },
    log: (line) => lines.push(line),
    ...other,
  });
  onTestFinished(() => gateway.stop());
  await putAccount(folder, 'root', 'admin', PASSWORD);
  await putAccount(folder, 'tech', 'technician', PASSWORD);
  await putAccount(folder, 'eyes', 'reader', PASSWORD);
  return { folder, gateway, lines };
}
