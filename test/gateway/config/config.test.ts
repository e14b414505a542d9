/*
 * Tests of the configuration: every fault is told with line, column and fix, all at once; the order of the sources; the
 * commented file; secrets. The oracle for positions is a plain search in the text.
 */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { complaintsOf, effectiveConfig, effectiveValue } from '../../../gateway/config/effective';
import { envNameOf, LEAVES } from '../../../gateway/config/leaves';
import { distance, nearest } from '../../../gateway/config/nearest';
import { readConfigText } from '../../../gateway/config/read-file';
import { optionsTable, sampleConfig } from '../../../gateway/config/sample';
import { CONFIG, CONFIG_JSON_SCHEMA } from '../../../gateway/config/schema';
import { secretFilesOf, secretFileWarnings } from '../../../gateway/config/secret-files';
import { gatewayOptionsOf } from '../../../gateway/config/to-options';
import { testFolder } from '../support/places';

const GOOD = `pod: hill
data: /tmp/data
radios:
  - tcp://127.0.0.1:4403
  - serial:/dev/serial/by-id/x
http:
  host: 0.0.0.0
  port: 80
mqtt:
  external:
    url: mqtts://broker.local:8883
    username: tallywell
    passwordFile: /etc/pw
backup:
  keep: 3
log: {level: warn, format: json}
`;

function told(text: string): string[] {
  return readConfigText(text, 'f.yaml').problems.map(
    ({ where, option, wrong, fix }) => `${where} ${option}: ${wrong}; ${fix}`,
  );
}

test('a good file says what it says', () => {
  expect(told(GOOD)).toEqual([]);
  const folder = testFolder();
  const file = join(folder, 'f.yaml');
  writeFileSync(file, GOOD);
  const effective = effectiveConfig({ file });
  expect(effective.problems).toEqual([]);
  expect(gatewayOptionsOf(effective.config)).toMatchObject({
    pod: 'hill',
    dataDir: '/tmp/data',
    radios: ['tcp://127.0.0.1:4403', 'serial:/dev/serial/by-id/x'],
    httpHost: '0.0.0.0',
    httpPort: 80,
    mqttHost: '127.0.0.1',
    mqttUrl: 'mqtts://broker.local:8883',
    mqttLogin: { username: 'tallywell', passwordFile: '/etc/pw' },
    mqttTls: undefined,
    backup: { keep: 3, key: true, usb: true },
    holdBackMs: 60_000,
    clock: 'system',
  });
  expect(effective.origins.get('http.port')).toEqual({ from: 'file', where: `${file}:8:9` });
});

/** Text, and for each fault: where it must be, the option, what is in the fix. */
const FAULTY: [text: string, faults: [where: string, option: string, fix: RegExp][]][] = [
  ['http:\n  prot: 80\n', [['2:3', 'http.prot', /did you mean "port"/]]],
  ['htpt:\n  port: 80\n', [['1:1', 'htpt', /did you mean "http"/]]],
  ['port: 80\n', [['1:1', 'port', /did you mean "http.port"/]]],
  ['http.port: 80\n', [['1:1', 'http.port', /write "http:" and below it/]]],
  ['holdback: 3\n', [['1:1', 'holdback', /did you mean "holdBack"/]]],
  ['http:\n  port: 8o80\n', [['2:9', 'http.port', /whole number from 0 to 65535/]]],
  ['http:\n  port: 65536\n', [['2:9', 'http.port', /whole number from 0 to 65535/]]],
  ['http:\n  port: "80"\n', [['2:9', 'http.port', /whole number/]]],
  ['http: 8080\n', [['1:7', 'http', /host, port/]]],
  ['backup:\n  usb: yes\n', [['2:8', 'backup.usb', /true or false/]]],
  ['radios: usb0\n', [['1:9', 'radios', /a list/]]],
  ['radios:\n  - tcp://a\n  - usb0\n', [['3:5', 'radios[2]', /tcp:\/\/host:port or serial:/]]],
  ['clock: gps\n', [['1:8', 'clock', /system, machine/]]],
  ['\tpod: a\n', [['1:1', '', /spaces, not with tabs/]]],
  ['pod: a\npod: b\n', [['2:1', '', /keep one of the two/]]],
  ['pod: "a\n', [['2:1', '', /quotes/]]],
  ['pod: a\n---\npod: b\n', [['2:1', '', /one document/]]],
  ['pod: &x a\nregister: *x\n', [['2:11', 'register', /the value itself/]]],
  ['? [a, b]\n: c\n', [['1:3', '', /name of an option/]]],
  ['hello\n', [['1:1', '', /options below it/]]],
  [
    'mqtt:\n  external:\n    url: mqtt://user:hunter22@host\n',
    [['3:10', 'mqtt.external.url', /username and passwordFile/]],
  ],
  [
    'pod: a b\nhttp:\n  port: x\n  hots: y\nlog:\n  level: loud\n',
    [
      ['1:6', 'pod', /letters, digits/],
      ['3:9', 'http.port', /whole number/],
      ['4:3', 'http.hots', /did you mean "host"/],
      ['6:10', 'log.level', /debug, info, warn, error/],
    ],
  ],
];

test.each(FAULTY)('%j: told with its place and what to write', (text, faults) => {
  const { problems } = readConfigText(text, 'f.yaml');
  expect(problems.map(({ where, option }) => [where, option]).sort()).toEqual(
    faults.map(([where, option]) => [`f.yaml:${where}`, option]).sort(),
  );
  for (const [where, option, fix] of faults) {
    const problem = problems.find((one) => one.where.endsWith(where) && one.option === option);
    expect(problem?.fix).toMatch(fix);
  }
  expect(told(text).join()).not.toContain('hunter22');
});

test('any changed file: no crash, and each fault has a line of the file, a fault and a fix', () => {
  const change = fc.record({
    at: fc.nat(GOOD.length),
    drop: fc.nat(12),
    put: fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom(
        '\t',
        ': ',
        '- ',
        '\n',
        '&a ',
        '*a',
        '{',
        '[',
        '!!binary ',
        '__proto__: 1\n',
        '"',
        '#',
        '|',
        '%',
      ),
    ),
  });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      let text = GOOD;
      for (const { at, drop, put } of changes) {
        text = text.slice(0, at) + put + text.slice(at + drop);
      }
      const lines = text.split(/\r\n|\n|\r/).length;
      const { problems, values } = readConfigText(text, 'f.yaml');
      for (const { where, wrong, fix } of problems) {
        const line = Number(/^f\.yaml:(\d+):\d+$/.exec(where)?.[1]);
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(lines + 1);
        expect(wrong.length).toBeGreaterThan(0);
        expect(fix.length).toBeGreaterThan(0);
        expect(wrong + fix).not.toMatch(/[\n\r]/);
      }
      if (problems.length === 0) {
        for (const path of values.keys()) expect(LEAVES.map((leaf) => leaf.path)).toContain(path);
      } else expect(values.size).toBe(0);
    }),
    { numRuns: Number(process.env.TALLYWELL_TEST_RUNS ?? 1) * 500 },
  );
});

test('hostile files: nested without end, aliases that grow, names of Object', () => {
  expect(told('['.repeat(100_000)).length).toBeGreaterThan(0);
  expect(told(`${'a: {'.repeat(5000)}`).length).toBeGreaterThan(0);
  const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]'];
  for (let at = 1; at < 12; at += 1) {
    const before = String.fromCharCode(96 + at);
    const name = String.fromCharCode(97 + at);
    bomb.push(`${name}: &${name} [${Array(9).fill(`*${before}`).join(',')}]`);
  }
  expect(told(bomb.join('\n')).length).toBeGreaterThan(0);
  expect(told('__proto__:\n  port: 1\nconstructor: 2\n').length).toBe(2);
  expect(({} as { port?: number }).port).toBeUndefined();
});

const FILE = 'http:\n  port: 1003\nholdBack: 3\n';

test.each<[string, number, string]>([
  ['default', 8080, 'default'],
  ['file', 1003, 'file'],
  ['environment', 1002, 'environment'],
  ['command line', 1001, 'command line'],
])('%s: what counts is the highest source that says something', (upTo, port, from) => {
  const order = ['default', 'file', 'environment', 'command line'];
  const has = (source: string) => order.indexOf(source) <= order.indexOf(upTo);
  const file = join(testFolder(), 'f.yaml');
  writeFileSync(file, FILE);
  const effective = effectiveConfig({
    file: has('file') ? file : null,
    environment: has('environment') ? { TALLYWELL_HTTP_PORT: '1002' } : {},
    flags: new Map(
      has('command line') ? [['http.port', { value: 1001, flag: '--http-port' }]] : [],
    ),
  });
  expect(effective.problems).toEqual([]);
  expect(effectiveValue(effective, 'http.port')).toBe(port);
  expect(effective.origins.get('http.port')?.from).toBe(from);
  expect(effective.config.holdBack).toBe(has('file') ? 3 : 60);
});

/** One good text for each option, by hand: an option that is added must be added here. */
const ENVIRONMENT: Record<string, [text: string, value: unknown]> = {
  pod: ['hill', 'hill'],
  data: ['/d', '/d'],
  register: ['/r', '/r'],
  radios: ['tcp://a:1, serial:/dev/b', ['tcp://a:1', 'serial:/dev/b']],
  clock: ['machine', 'machine'],
  timeZone: ['Africa/Nairobi', 'Africa/Nairobi'],
  holdBack: ['7', 7],
  anonymous: ['nobody', 'nobody'],
  'http.host': ['0.0.0.0', '0.0.0.0'],
  'http.port': ['81', 81],
  'mqtt.host': ['::', '::'],
  'mqtt.port': ['82', 82],
  'mqtt.tls.port': ['83', 83],
  'mqtt.tls.cert': ['/c', '/c'],
  'mqtt.tls.key': ['/k', '/k'],
  'mqtt.tls.only': ['true', true],
  'mqtt.external.url': ['mqtts://h:1', 'mqtts://h:1'],
  'mqtt.external.username': ['u', 'u'],
  'mqtt.external.passwordFile': ['/p', '/p'],
  'mqtt.external.ca': ['/ca', '/ca'],
  'mqtt.external.requests': ['TRUE', true],
  'homeAssistant.prefix': ['homeassistant', 'homeassistant'],
  'backup.daily': ['true', true],
  'backup.folder': ['/b', '/b'],
  'backup.keep': ['9', 9],
  'backup.usb': ['false', false],
  'backup.key': ['false', false],
  'log.level': ['debug', 'debug'],
  'log.format': ['text', 'text'],
};

test('every option has a name in the environment and is taken from there', () => {
  expect(LEAVES.map(({ path }) => path)).toEqual(Object.keys(ENVIRONMENT));
  expect(envNameOf('mqtt.external.passwordFile')).toBe('TALLYWELL_MQTT_EXTERNAL_PASSWORD_FILE');
  expect(new Set(LEAVES.map(({ env }) => env)).size).toBe(LEAVES.length);
  for (const { path, env } of LEAVES) {
    const [text, value] = ENVIRONMENT[path];
    const effective = effectiveConfig({ environment: { [env]: text } });
    expect(effectiveValue(effective, path)).toEqual(value);
    expect(effective.origins.get(path)?.where).toBe(`environment ${env}`);
  }
});

test('faults in the environment are named; a misspelled name is warned of, a foreign one left alone', () => {
  const { problems, warnings } = effectiveConfig({
    environment: {
      TALLYWELL_HTTP_PORT: 'eighty',
      TALLYWELL_RADIOS: 'usb0',
      TALLYWELL_TIME_ZONE: 'Nairobi',
      TALLYWELL_MQQT_PORT: '1',
      TALLYWELL_TOKEN: 'secret-token',
      HTTP_PORT: 'x',
      TALLYWELL_POD: '',
    },
  });
  expect(problems.map(({ where }) => where)).toEqual([
    'environment TALLYWELL_HTTP_PORT',
    'environment TALLYWELL_RADIOS',
    'environment TALLYWELL_TIME_ZONE',
  ]);
  expect(warnings).toEqual([expect.stringContaining('did you mean TALLYWELL_MQTT_PORT?')]);
});

test('what does not fit together is told at the option’s place', () => {
  const file = join(testFolder(), 'f.yaml');
  writeFileSync(
    file,
    'radios: [tcp://a, tcp://a]\nmqtt:\n  port: 8080\n  tls:\n    cert: /c\n  external:\n    passwordFile: /p\n',
  );
  const { problems } = effectiveConfig({
    file,
    environment: { TALLYWELL_MQTT_EXTERNAL_CA: '/ca' },
  });
  expect(problems.map(({ where, option }) => [where, option])).toEqual([
    [`${file}:5:11`, 'mqtt.tls.cert'],
    [`${file}:7:19`, 'mqtt.external.passwordFile'],
    ['environment TALLYWELL_MQTT_EXTERNAL_CA', 'mqtt.external.ca'],
    [`${file}:3:9`, 'mqtt.port'],
    [`${file}:1:9`, 'radios'],
  ]);
});

test('a file that is not there, too large, or a folder is told, not thrown', () => {
  const folder = testFolder();
  const large = join(folder, 'large.yaml');
  writeFileSync(large, '#'.repeat(300_000));
  for (const [file, fix] of [
    [join(folder, 'none.yaml'), /config init/],
    [large, /KiB/],
    [folder, /YAML file/],
  ] as const) {
    const { problems } = effectiveConfig({ file });
    expect(problems).toEqual([expect.objectContaining({ fix: expect.stringMatching(fix) })]);
  }
});

test('the commented file is right, sets little, and right with every option uncommented', () => {
  const sample = sampleConfig();
  expect(told(sample)).toEqual([]);
  expect([...readConfigText(sample, 'f').values.keys()]).toEqual([
    'data',
    'radios',
    'backup.daily',
  ]);
  const all = sample.replace(/^(\s*)# /gm, '$1');
  const { problems, values } = readConfigText(all, 'f');
  expect(problems).toEqual([]);
  expect([...values.keys()]).toEqual(LEAVES.map(({ path }) => path));
});

test('defaults of the schema and of the published JSON Schema are one', () => {
  const config = CONFIG.parse({});
  for (const { path, schema } of LEAVES) {
    expect(effectiveValue(effectiveConfig({}), path)).toEqual(schema.default);
    expect(schema.description).toBeTruthy();
  }
  expect(config.http.port).toBe(8080);
  expect(CONFIG_JSON_SCHEMA).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    additionalProperties: false,
  });
});

test('docs/configuration.md has the table of the schema', () => {
  expect(readFileSync('docs/configuration.md', 'utf8')).toContain(optionsTable());
});

test('a secret file that others may read is warned of', () => {
  const folder = testFolder();
  const password = join(folder, 'password');
  writeFileSync(password, 'hunter22\n', { mode: 0o644 });
  const { config } = effectiveConfig({
    environment: {
      TALLYWELL_DATA: folder,
      TALLYWELL_MQTT_EXTERNAL_URL: 'mqtt://h',
      TALLYWELL_MQTT_EXTERNAL_USERNAME: 'u',
      TALLYWELL_MQTT_EXTERNAL_PASSWORD_FILE: password,
    },
  });
  const warnings = secretFileWarnings(secretFilesOf(config));
  expect(warnings).toEqual([expect.stringContaining(`chmod 600 ${password}`)]);
  expect(warnings.join()).not.toContain('hunter22');
  chmodSync(password, 0o640);
  expect(secretFileWarnings(secretFilesOf(config))).toEqual([]);
});

test('the nearest name: distances by hand, and the laws of a distance', () => {
  expect(['prot', 'pot', 'ports', 'port', 'x'].map((a) => distance(a, 'port'))).toEqual([
    1, 1, 1, 0, 4,
  ]);
  expect(nearest('frequency', ['host', 'port'])).toBeNull();
  const word = fc.string({ maxLength: 8 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(distance(a, b)).toBe(distance(b, a));
      expect(distance(a, b) === 0).toBe(a === b);
      expect(distance(a, b)).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
      expect(distance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
    }),
  );
});

test('complaints are lines for people', () => {
  const effective = effectiveConfig({ environment: { TALLYWELL_CLOCK: 'x', TALLYWELL_CLOK: 'y' } });
  expect(complaintsOf(effective)).toEqual([
    'environment TALLYWELL_CLOCK: clock: "x" is not allowed; write one of: system, machine',
    expect.stringMatching(/^WARNING: environment TALLYWELL_CLOK/),
  ]);
});
