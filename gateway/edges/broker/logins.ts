/*
 * logins.ts: who is behind a connection, and whether it may have the session it asks for.
 * Way: CONNECT -> accounts (or nobody in particular) -> login, or CONNACK with the code of the refusal.
 * Wrong name, wrong password, wrong token and too many tries have the same answer.
 * Source: MQTT 3.1.1 sections 3.1.3, 3.2.2.3.
 */
import { createHash } from 'node:crypto';
import type { Aedes, ConnectPacket } from 'aedes';
import type { TopicRules } from '../../core/mqtt-acl';
import type { MqttState } from '../../core/mqtt-state';
import type { Scope } from '../../core/scopes';
import { createTokenBuckets } from '../../core/token-bucket';
import {
  BROKER_LOGIN_ADDRESSES_MAX,
  BROKER_LOGINS_BURST,
  BROKER_LOGINS_PER_S,
  MQTT_CLIENT_ID_BYTES_MAX,
  MQTT_WILL_BYTES_MAX,
} from '../../limits/mqtt';
import type { Accounts } from '../accounts';
import type { LiveClient, Login } from './client';

/** What logging in works with. */
export interface LoginDoors {
  accounts: Accounts | null;
  /** What somebody without account may do. */
  anonymous: 'reader' | 'nobody';
  rules: TopicRules;
  state: MqttState;
  steadyMs(): number;
}

/** Return codes of CONNACK. */
const IDENTIFIER_REJECTED = 2;
const SERVER_UNAVAILABLE = 3;
const NOT_AUTHORIZED = 5;

type ReturnCode = 2 | 3 | 5;

function addressOf(client: LiveClient): string {
  return (client.conn as { remoteAddress?: string }).remoteAddress ?? '';
}

function isGoodClientId({ clientId, clean }: ConnectPacket): boolean {
  if (clientId === '') return clean === true;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  return Buffer.byteLength(clientId) <= MQTT_CLIENT_ID_BYTES_MAX && !/[\0-\x1f\x7f]/.test(clientId);
}

/** Asks the accounts. */
function createIdentify({ accounts, anonymous, steadyMs }: LoginDoors) {
  const tries = createTokenBuckets({
    perS: BROKER_LOGINS_PER_S,
    burst: BROKER_LOGINS_BURST,
    keysMax: BROKER_LOGIN_ADDRESSES_MAX,
  });
  const prove = async (name: string, secret: string): Promise<[string, Scope | null]> => {
    if (accounts === null) return ['', null];
    if (name !== '' && name !== 'token') return [name, await accounts.login(name, secret)];
    const hash = createHash('sha256').update(secret).digest('hex').slice(0, 16);
    return [`token:${hash}`, accounts.tokenScope(secret)];
  };
  return async (address: string, name?: string, secret?: Buffer): Promise<Login | null> => {
    if (name === undefined && secret === undefined) {
      if (anonymous === 'nobody') return null;
      return { name: '', owner: '', scope: 'reader', filters: new Set() };
    }
    if (tries.take(address, steadyMs()) > 0) return null;
    const [owner, scope] = await prove(name ?? '', secret?.toString('utf8') ?? '');
    if (scope === null) return null;
    // A login that was right is no try.
    tries.giveBack(address, steadyMs());
    return { name: owner, owner, scope, filters: new Set() };
  };
}

/** Looks after the logins of a broker. */
export function createLogins(doors: LoginDoors) {
  const { rules, state, steadyMs } = doors;
  const logins = new WeakMap<LiveClient, Login>();
  const connected = new Map<string, LiveClient>();
  const badIds = new WeakSet<LiveClient>();
  const identify = createIdentify(doors);
  let wrong = 0;

  /** A session, and a client identifier in use, is its owner's only. */
  const isTaken = ({ id }: LiveClient, owner: string): boolean => {
    const other = connected.get(id);
    const session = state.sessions.get(id);
    return (
      (other !== undefined && logins.get(other)?.owner !== owner) ||
      (session !== undefined && !session.isClean && session.owner !== owner)
    );
  };
  const isGoodWill = (client: LiveClient, login: Login): boolean => {
    const will = client._will;
    if (!will) return true;
    const isSmall = (will.payload?.length ?? 0) <= MQTT_WILL_BYTES_MAX;
    return isSmall && rules.mayPublish(login, will.topic, will.retain);
  };
  /** @returns null = welcome */
  const refusal = (client: LiveClient, login: Login): ReturnCode | null => {
    if (isTaken(client, login.owner)) return IDENTIFIER_REJECTED;
    if (!isGoodWill(client, login)) return NOT_AUTHORIZED;
    if (client.clean) return null;
    const session = state.sessions.open(client.id, steadyMs());
    if (session === null) return SERVER_UNAVAILABLE;
    state.sessions.claim(session, login.owner, login.scope);
    return null;
  };
  return {
    loginOf: (client: LiveClient) => logins.get(client) ?? null,
    /** Logins refused since the start. */
    wrong: () => wrong,
    /** Puts itself before everything that aedes does with a client. */
    guard(broker: Aedes): void {
      broker.preConnect = (client, packet, done) => {
        if (!isGoodClientId(packet)) badIds.add(client as LiveClient);
        done(null, true);
      };
      broker.authenticate = (plain, name, secret, done) => {
        const client = plain as LiveClient;
        const refuse = (returnCode: ReturnCode) =>
          done(Object.assign(new Error('refused'), { returnCode }), false);
        if (badIds.has(client)) return refuse(IDENTIFIER_REJECTED);
        identify(addressOf(client), name, secret as Buffer | undefined).then(
          (login) => {
            if (login === null) wrong += 1;
            const code = login === null ? NOT_AUTHORIZED : refusal(client, login);
            if (code !== null) return refuse(code);
            logins.set(client, login as Login);
            done(null, true);
          },
          () => refuse(SERVER_UNAVAILABLE),
        );
      };
      broker.on('client', (client) => connected.set(client.id, client as LiveClient));
      broker.on('clientDisconnect', (client) => {
        if (connected.get(client.id) === client) connected.delete(client.id);
      });
    },
  };
}
