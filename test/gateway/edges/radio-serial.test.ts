/*
 * Tests of the serial edge on pseudo terminals: a stick that gets another number, is pulled out, is used by two, takes no
 * bytes, or sends noise.
 */
import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { portAdvice, portWords, serialTransport } from '../../../gateway/edges/radio-serial';
import type { Connection } from '../../../gateway/edges/transport';
import { startGateway } from '../../../gateway/gateway';
import { RADIO_WRITE_BYTES_MAX } from '../../../gateway/limits/radio';
import { packetOf, testNode, usage } from '../support/nodes';
import { type OracleRadio, startOracleRadio } from '../support/oracle-radio';
import { registerFile, testFolder, until } from '../support/places';
import { hasPython, ptyOfRadio, startPty } from '../support/pty';

const NODE = testNode(1);
const PYTHON = hasPython();

async function oracleRadio(): Promise<OracleRadio> {
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  return radio;
}

async function gatewayOn(radios: string[]) {
  const folder = testFolder();
  const gateway = await startGateway({
    holdBackMs: 0,
    dataDir: folder,
    radios,
    registerFile: registerFile(folder, [1, 2]),
    mqttPort: 0,
    httpPort: 0,
    log: () => {},
  });
  onTestFinished(() => gateway.stop());
  return gateway;
}

interface Opened {
  connection: Connection;
  state: { isOpen: boolean; why: string | null; chunks: number };
}

function open(path: string, writeMsMax?: number): Opened {
  const state: Opened['state'] = { isOpen: false, why: null, chunks: 0 };
  const connection = serialTransport(path, { byIdFolder: '/nowhere', writeMsMax })({
    opened() {
      state.isOpen = true;
    },
    received() {
      state.chunks += 1;
    },
    closed(why) {
      state.why = why;
    },
  });
  onTestFinished(() => connection.close());
  return { connection, state };
}

test.runIf(PYTHON)(
  'a stick that was pulled out and has another number now is found by its id',
  async () => {
    const radio = await oracleRadio();
    const link = join(testFolder(), 'usb-Heltec_WSL_V3-if00');
    const first = await ptyOfRadio(radio.url);
    symlinkSync(first.path, link);
    const gateway = await gatewayOn([`serial:${link}`]);
    await until(() => gateway.status().radio.session === 'ready');
    radio.hear({ payload: packetOf(NODE, usage(NODE, 1)) });
    await until(() => gateway.status().records.stored === 1);
    // Pulled out in the middle of a frame.
    radio.write(new Uint8Array([0x94, 0xc3, 0, 90, 1, 2, 3]));
    await first.unplug();
    await until(() => gateway.status().radio.session === 'closed');
    rmSync(link);
    await until(() => /there is no port|unplugged/.test(gateway.status().problems[0]));
    const second = await ptyOfRadio(radio.url);
    expect(second.path).not.toBe('');
    symlinkSync(second.path, link);
    await until(() => gateway.status().radio.session === 'ready');
    radio.hear({ payload: packetOf(NODE, usage(NODE, 2)) });
    await until(() => gateway.status().records.stored === 2);
    expect(gateway.status().radios[0].losses).toBe(1);
  },
);

test.runIf(PYTHON)('noise before the radio speaks is passed over', async () => {
  const radio = await oracleRadio();
  const pty = await ptyOfRadio(radio.url);
  const noise = Uint8Array.from({ length: 3_000 }, (_, at) => (at * 167 + 31) & 255);
  pty.write(noise);
  const gateway = await gatewayOn([`serial:${pty.path}`]);
  await until(() => gateway.status().radio.session === 'ready');
  pty.write(noise.subarray(0, 500));
  radio.hear({ payload: packetOf(NODE, usage(NODE, 1)) });
  await until(() => gateway.status().records.stored === 1);
});

test.runIf(PYTHON)('one port serves one program, and the other is told who it may be', async () => {
  const pty = await startPty();
  const first = open(pty.path);
  await until(() => first.state.isOpen);
  const second = open(pty.path);
  await until(() => second.state.why !== null);
  expect(second.state.why).toContain(`${pty.path} is used by another program`);
  expect(first.state.why).toBe(null);
  first.connection.close();
  const third = open(pty.path);
  await until(() => third.state.isOpen || third.state.why !== null);
  pty.write(new Uint8Array([1, 2, 3]));
  await until(() => third.state.chunks > 0);
});

test.runIf(PYTHON)(
  'a port that takes no bytes is given up: by its time, and by what waits',
  async () => {
    const slow = await startPty({ deaf: true });
    const byTime = open(slow.path, 50);
    await until(() => byTime.state.isOpen);
    // So slowly that what waits stays little: it is the time that ends it.
    await until(() => {
      byTime.connection.write(new Uint8Array(200));
      return byTime.state.why !== null;
    });
    expect(byTime.state.why).toContain('took no bytes for 0.05 s');

    const frame = new Uint8Array(512);
    const full = await startPty({ deaf: true });
    const byBytes = open(full.path);
    await until(() => byBytes.state.isOpen);
    let given = 0;
    while (byBytes.state.why === null) {
      byBytes.connection.write(frame);
      given += frame.length;
    }
    expect(byBytes.state.why).toContain(`${RADIO_WRITE_BYTES_MAX} bytes wait`);
    expect(given).toBeLessThanOrEqual(RADIO_WRITE_BYTES_MAX + frame.length);
    await byBytes.connection.flushed();
  },
);

test.runIf(PYTHON)('a plug that is pulled during a write ends the connection, once', async () => {
  const pty = await startPty({ deaf: true });
  const { connection, state } = open(pty.path);
  await until(() => state.isOpen);
  for (let at = 0; at < 20; at += 1) connection.write(new Uint8Array(512));
  await pty.unplug();
  await until(() => state.why !== null);
  expect(state.why).toContain('unplugged');
  connection.write(new Uint8Array(10));
  await connection.flushed();
});

test.runIf(PYTHON)('a port named by its number comes with the advice to use its id', async () => {
  const pty = await startPty();
  const folder = testFolder();
  const link = join(folder, 'usb-RAKwireless_WisBlock-if00');
  expect(portAdvice(pty.path, folder)).toBe(null);
  symlinkSync('/dev/none', join(folder, 'usb-gone'));
  expect(portAdvice(pty.path, folder)).toBe(null);
  rmSync(join(folder, 'usb-gone'));
  symlinkSync(pty.path, link);
  expect(portAdvice(pty.path, folder)).toContain(`use serial:${link}`);
  expect(portAdvice(link, folder)).toBe(null);
  expect(portAdvice(pty.path, join(folder, 'none'))).toBe(null);
});

test('each way a port does not open is told with what to do', async () => {
  const folder = testFolder();
  symlinkSync('/dev/null', join(folder, 'usb-A'));
  const { state } = open(join(folder, 'absent'));
  await until(() => state.why !== null);
  expect(state.why).toContain('there is no port');
  expect(state.why).toContain('Ports here: none');
  const absent = portWords('Error: No such file or directory, cannot open X', 'X', folder);
  expect(absent).toContain(`Ports here: serial:${folder}/usb-A`);
  const denied = portWords('Error: Permission denied, cannot open /dev/ttyACM0', '/dev/ttyACM0');
  expect(denied).toContain('group dialout');
  const busy = portWords('Error Resource temporarily unavailable Cannot lock port', '/dev/ttyACM0');
  expect(busy).toContain('sudo fuser -v /dev/ttyACM0');
  expect(portWords('strange', '/dev/x')).toBe('/dev/x: strange');
});
