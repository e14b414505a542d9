/*
 * socket-mutations.ts: what a hostile client may send to the gateway's HTTP and MQTT ports: real requests and packets, and
 * those broken in every way. Everything that could be stored or told carries the mark `fuzz`.
 * Way: seeded chance -> bytes of one connection, in the pieces they are written.
 */
import mqttPacket, { type Packet } from 'mqtt-packet';
import { type Chance, flipBits, tear } from './chance';

const PATHS = [
  ...['/', '/health', '/api/v1/status', '/api/v1/sites', '/api/v1/sites/wp-01', '/api/v1/nothing'],
  ...['/api/v1/sites/wp-01/records?after=0&limit=5', '/api/v1/sites/wp-01/hours?from=0&to=9'],
  ...[
    '/api/v1/sites/wp-01/days',
    '/api/v1/schemas/',
    '/api/v1/schemas/record.json',
    '/api/v1/clock',
  ],
  ...[
    '/api/v1/session',
    '/api/v1/accounts',
    '/api/v1/tokens',
    '/login',
    '/metrics',
    '/favicon.ico',
  ],
];
const STRANGE = [
  ...['/../../etc/passwd', '/%2e%2e/%2e%2e/gateway.key', '/..%2f..%2fetc%2fpasswd', '//etc/passwd'],
  ...['/%', '/%zz', '/%c0%ae%c0%ae/', '/%00', '/%00/etc', '/api/v1/sites/%3Cfuzz%3E', '/<fuzz>'],
  ...[
    "/api/v1/sites/wp-01'%20OR%201=1--",
    '/api/v1/sites/__proto__',
    '/api/v1/schemas/constructor',
  ],
  ...['/api/v1/schemas/..%2f..%2fpackage.json', '/api/v1/sites//', '/?'.padEnd(3_000, 'q')],
  ...[
    'http://evil.example/health',
    '*',
    '',
    '/'.repeat(2_000),
    '/api/v1/sites/wp-01/records?limit=-1',
  ],
  '/api/v1/sites/wp-01/hours?from=1e9&to=99999999999999999999&to=x&limit=%F0%9F%92%A7',
];
const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'OPTIONS',
  'PATCH',
  'TRACE',
  'CONNECT',
  'FUZZ',
];
const HEADERS = [
  ...[
    'Authorization: Basic ZnV6ejpmdXp6',
    'Authorization: Bearer fuzz',
    'Authorization: Basic %%%',
  ],
  ...[
    'Cookie: session=fuzz',
    'Cookie: session=fuzz; session=fuzz; a=b',
    'Cookie: ='.padEnd(900, 'c'),
  ],
  ...['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked, identity', 'Content-Length: 5'],
  ...['Content-Length: -1', 'Content-Length: 99999999999999999999', 'Expect: 100-continue'],
  ...[
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Connection: keep-alive',
    'X-Fuzz: \u0001\u0000',
  ],
  ...['Content-Type: application/json', 'Origin: http://evil.example', 'Range: bytes=0-1'],
  ...[
    'X-Forwarded-For: 127.0.0.1',
    'Host: evil.example',
    ': no name',
    'no colon',
    'X-Long: '.padEnd(9_000, 'x'),
  ],
];
const BODIES = [
  ...[
    '',
    '{}',
    '[]',
    'null',
    '{"t":1}',
    '{"timeS":4102444800,"source":"fuzz"}',
    '{"a":'.repeat(2_000),
  ],
  ...[
    '{"name":"fuzz","password":"fuzz"}',
    '{"__proto__":{"scope":"admin"}}',
    '5\r\nhello\r\n0\r\n\r\n',
  ],
  ...['ffffffffffffffff\r\n', '{"scope":"admin","name":"<fuzz>"}', 'x'.repeat(20_000)],
];

function httpRequest(chance: Chance): Buffer {
  const path = chance.pick(chance.below(2) === 0 ? PATHS : STRANGE);
  const method = chance.below(3) === 0 ? chance.pick(METHODS) : chance.pick(['GET', 'POST']);
  const version =
    chance.below(20) === 0 ? chance.pick(['HTTP/0.9', 'HTTP/2.0', 'HTTP/9.9', '']) : 'HTTP/1.1';
  const host = chance.below(15) === 0 ? [] : ['Host: 127.0.0.1'];
  const extra = Array.from({ length: chance.below(4) }, () => chance.pick(HEADERS));
  const many =
    chance.below(60) === 0 ? Array.from({ length: 300 }, (_, at) => `X-${at}: fuzz`) : [];
  const body = method === 'POST' || chance.below(10) === 0 ? chance.pick(BODIES) : '';
  const length =
    body !== '' && chance.below(4) > 0 ? [`Content-Length: ${Buffer.byteLength(body)}`] : [];
  const lines = [`${method} ${path} ${version}`, ...host, ...extra, ...many, ...length, '', body];
  return Buffer.from(lines.join('\r\n'), 'latin1');
}

/** Bytes of one HTTP connection: one request or several in a row, whole or broken. */
export function httpBytes(chance: Chance): Uint8Array {
  const requests = Array.from({ length: 1 + (chance.below(5) === 0 ? chance.below(8) : 0) }, () =>
    httpRequest(chance),
  );
  const bytes = new Uint8Array(Buffer.concat(requests));
  const kind = chance.below(5);
  if (kind === 0) return flipBits(chance, bytes);
  if (kind === 1) return tear(chance, bytes);
  if (chance.below(30) === 0) return chance.bytes(chance.below(200));
  return bytes;
}

function connect(chance: Chance): Packet {
  const login = chance.below(4) === 0 ? { username: 'fuzz', password: Buffer.from('fuzz') } : {};
  const will = {
    topic: 'tallywell/testpod/bridge/state',
    payload: Buffer.from('fuzz'),
    qos: 1 as const,
    retain: true,
  };
  return {
    cmd: 'connect',
    protocolId: chance.pick(['MQTT', 'MQTT', 'MQTT', 'MQIsdp']) as 'MQTT',
    protocolVersion: chance.pick([4, 4, 4, 3, 5]) as 4,
    clean: chance.below(2) === 0,
    clientId: `fuzz-${chance.below(5_000)}${chance.below(40) === 0 ? 'i'.repeat(100) : ''}`,
    keepalive: chance.below(100),
    ...login,
    ...(chance.below(6) === 0 ? { will } : {}),
  } as Packet;
}

const FILTERS = [
  '#',
  '+/+',
  'tallywell/#',
  '$SYS/#',
  'a'.repeat(400),
  '/'.repeat(100),
  'x/#/y',
  '',
];
const TOPICS = [
  ...[
    'tallywell/testpod/bridge/state',
    'tallywell/testpod/site/wp-01/state',
    'fuzz',
    '$SYS/fuzz',
    'a/#',
  ],
  ...[
    'tallywell/testpod/bridge/request/clock',
    'homeassistant/sensor/fuzz/config',
    'fuzz/'.repeat(60),
  ],
];

function laterPacket(chance: Chance): Packet {
  const messageId = chance.below(65_536);
  const qos = chance.below(3) as 0 | 1 | 2;
  const payload = Buffer.from('fuzz'.repeat(chance.pick([1, 1, 1, 500])));
  const subscriptions = [{ topic: chance.pick(FILTERS), qos }];
  return chance.pick<Packet>([
    { cmd: 'subscribe', messageId: messageId || 1, subscriptions },
    { cmd: 'unsubscribe', messageId: messageId || 1, unsubscriptions: [chance.pick(FILTERS)] },
    ...([false, true].map((retain) => {
      return {
        cmd: 'publish',
        topic: chance.pick(TOPICS),
        payload,
        qos,
        retain,
        dup: false,
        messageId: messageId || 1,
      };
    }) as Packet[]),
    { cmd: 'pubrel', messageId },
    { cmd: 'puback', messageId },
    { cmd: 'pubrec', messageId },
    { cmd: 'pubcomp', messageId },
    { cmd: 'pingreq' },
    { cmd: 'connack', returnCode: 0, sessionPresent: false },
    { cmd: 'suback', messageId, granted: [0] },
    { cmd: 'disconnect' },
    connect(chance),
  ]);
}

/** What mqtt-packet refuses to write itself is left out. */
function written(packet: Packet): Uint8Array {
  try {
    return new Uint8Array(mqttPacket.generate(packet));
  } catch {
    return new Uint8Array([0x30, 0xff, 0xff, 0xff, 0x7f]);
  }
}

/** Bytes of one MQTT connection: CONNECT and what follows, whole or broken. */
export function mqttBytes(chance: Chance): Uint8Array {
  const packets = Array.from({ length: chance.below(5) }, () => written(laterPacket(chance)));
  const first = chance.below(12) === 0 ? new Uint8Array(0) : written(connect(chance));
  const kind = chance.below(6);
  const begun = kind === 0 ? flipBits(chance, first) : first;
  const bytes = new Uint8Array(Buffer.concat([begun, ...packets]));
  if (kind === 1) return tear(chance, bytes);
  // Broken after a good beginning: the broker's parser and not only its entrance.
  if (kind === 2)
    return new Uint8Array([...begun, ...flipBits(chance, bytes.subarray(begun.length))]);
  if (kind === 3 && chance.below(4) === 0) return chance.bytes(chance.below(300));
  return bytes;
}
