/*
 * registering.ts: takes what technicians register, beside the register's file, while the gateway runs.
 * Way: POST /api/v1/register -> core/registration.ts -> store -> keys in use, bulletins, tellers.
 * What benches registered is kept as one fact of the database (JSON, form of the register's file): with it the register's
 * file can be taken over again without taking their sites away, and a backup holds it.
 */
import { toHex } from '../shared/bytes';
import { keyIdOf } from '../shared/verify';
import { type Register, RegisterError, type RegisterSite, readRegister } from './core/register';
import {
  readRegistration,
  registrationFault,
  siteJson,
  withRegistrations,
  withSite,
} from './core/registration';
import type { GatewayClock } from './edges/clock';
import type { Store } from './edges/store/store';
import { REGISTER_BYTES_MAX } from './limits/store';

/** Fact of the database: what technicians registered. */
export const META_REGISTRATIONS = 'registrations';

/** What technicians registered. Throws: RegisterError when the fact cannot be read. */
export function registeredSites(store: Pick<Store, 'meta'>): RegisterSite[] {
  const text = store.meta(META_REGISTRATIONS);
  if (typeof text !== 'string') return [];
  return readRegister({ pod: 'pod', sites: JSON.parse(text) }).sites;
}

/** Takes over the register's file with what technicians registered. Throws: RegisterError, and then nothing was changed. */
export function importWithRegistrations(store: Store, file: Register, nowS: number): void {
  store.importRegister(withRegistrations(file, registeredSites(store)), keyIdOf, nowS);
}

/** What registering works with. */
export interface RegisteringDoors {
  store: Store;
  pod: string;
  clock: GatewayClock;
  /** Time for what has none: opening.ts. */
  importTimeS(): number;
  /** Words of the sites in the register's file. Throws: RegisterError, when it cannot be read. */
  fileSites(): string[];
  /** Writes and commits. @returns false when the disk is full. */
  durably(write: () => void): boolean;
  /** The keys changed. */
  taken(): void;
  log(line: string): void;
}

/** An answer in the form of POST /api/v1/register. */
export interface RegisterAnswer {
  status: 200 | 400 | 409 | 503;
  body: object;
}

const refused = (status: 400 | 409 | 503, error: string): RegisterAnswer => ({
  status,
  body: { error },
});

/** Takes a registration, or says why not. Repeating one changes nothing. */
export function takeRegistration(doors: RegisteringDoors, json: unknown): RegisterAnswer {
  const { store, pod, clock } = doors;
  try {
    const registration = readRegistration(json);
    const nowS = clock.state() === 'unknown' ? null : Math.floor(clock.nowMs() / 1000);
    const known = { pod, keys: store.keys(), fileSites: doors.fileSites(), keyIdOf, nowS };
    const fault = registrationFault(registration, known);
    if (fault !== null) return refused(409, fault);
    const { site } = registration;
    const before = registeredSites(store);
    const after = withSite(before, site, doors.importTimeS());
    const text = JSON.stringify(after.map(siteJson));
    if (text.length > REGISTER_BYTES_MAX) return refused(409, 'the register is full');
    const old = before.find((one) => one.site === site.site);
    const isSame =
      old !== undefined && JSON.stringify(siteJson(old)) === JSON.stringify(siteJson(site));
    const node = site.nodes.find(({ retiredAtS }) => retiredAtS === null);
    const keyId = node === undefined ? null : toHex(keyIdOf(node.publicKey));
    const body = { site: site.site, keyId, slot: node?.slot ?? null, changed: !isSame };
    if (isSame) return { status: 200, body };
    const isDone = doors.durably(() => {
      store.importRegister({ sites: [site] }, keyIdOf, doors.importTimeS(), false);
      store.setMeta(META_REGISTRATIONS, text);
    });
    if (!isDone) return refused(503, 'the disk is full: nothing was changed');
    doors.taken();
    doors.log(`register: ${site.site} was registered by a technician, key ${keyId ?? 'none'}`);
    return { status: 200, body };
  } catch (error) {
    if (!(error instanceof RegisterError)) throw error;
    return refused(400, error.message);
  }
}
