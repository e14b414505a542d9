/*
 * What is plugged in; UF2 files; Espruino onto a boot loader's drive. The drive is a folder: another process plays the boot
 * loader, which takes the drive away once the file is whole.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { usbIdOf } from '../../../../hardware/usb-ids';
import { bootDrives } from '../../../../scripts/technician/board/drives';
import { installEspruino } from '../../../../scripts/technician/board/install-espruino';
import { portsOfKernel } from '../../../../scripts/technician/board/listed-ports';
import { choosePort, findPorts, listPorts } from '../../../../scripts/technician/board/ports';
import { readUf2 } from '../../../../scripts/technician/board/uf2';
import { doorsOf, freshFolder, readyBench } from '../support/bench-kit';
import { freshBoard, QUICK, troubleOf } from './board-kit';

const NRF52840 = 0xada52840;
const XIAO = { path: '/dev/ttyACM0', vendorId: '1915', productId: '520F', serialNumber: 'abc' };
const HELTEC = { path: '/dev/ttyUSB0', vendorId: '10c4', productId: 'ea60' };
const RAK = { path: '/dev/ttyACM1', vendorId: '239A', productId: '8029' };
const BUILT_IN = { path: '/dev/ttyS0' };
const INFO =
  'UF2 Bootloader 0.6.1\r\nModel: Seeed XIAO nRF52840\r\nBoard-ID: nRF52840-SeeedXiao-v1\r\n';

/** A UF2 file by the words of Microsoft's specification. */
function uf2Of(addresses: number[], family = NRF52840): Buffer {
  const blocks = addresses.map((address, index) => {
    const block = Buffer.alloc(512);
    const words = [0x0a324655, 0x9e5d5157, 0x2000, address, 256, index, addresses.length, family];
    for (const [i, word] of words.entries()) block.writeUInt32LE(word, 4 * i);
    block.fill(index, 32, 288);
    block.writeUInt32LE(0x0ab16f30, 508);
    return block;
  });
  return Buffer.concat(blocks);
}

const noDrives = () => [];

test('devices are told apart by their ids, whatever the letters; ports without USB are left out', async () => {
  const list = async () => [HELTEC, XIAO, BUILT_IN, RAK];
  const { ports } = await findPorts({ list, byIdFolder: '/nowhere', drives: noDrives });
  expect(ports.map(({ path, guess }) => [path, guess])).toEqual([
    ['/dev/ttyACM0', 'espruino'],
    ['/dev/ttyACM1', 'meshtastic'],
    ['/dev/ttyUSB0', 'adapter'],
  ]);
  expect(usbIdOf('ffff', '0001')).toBeNull();
});

test('a name that does not move is told, and taken', async () => {
  const folder = freshFolder();
  const path = join(folder, 'ttyACM0');
  const byIdFolder = join(folder, 'by-id');
  writeFileSync(path, '');
  mkdirSync(byIdFolder);
  symlinkSync(path, join(byIdFolder, 'usb-Espruino_abc-if00'));
  const places = { list: async () => [{ ...XIAO, path }], byIdFolder, drives: noDrives };
  expect(await choosePort(undefined, places)).toBe(join(byIdFolder, 'usb-Espruino_abc-if00'));
});

test('one board is chosen, none and two are told; a board that says so wins over an adapter', async () => {
  const placesOf = (...found: (typeof HELTEC)[]) => ({ list: async () => found, drives: noDrives });
  expect(await choosePort('tcp://h:1')).toBe('tcp://h:1');
  expect(await choosePort(undefined, placesOf(HELTEC, XIAO))).toBe('/dev/ttyACM0');
  expect((await troubleOf(choosePort(undefined, placesOf(RAK)))).code).toBe('no-port');
  const two = await troubleOf(choosePort(undefined, placesOf(XIAO, { ...XIAO, path: '/dev/x' })));
  expect(two).toMatchObject({ code: 'several-ports', details: { ports: '/dev/ttyACM0, /dev/x' } });
});

test('the kernel of Linux knows USB ports without udev', () => {
  const folder = freshFolder();
  const usb = join(folder, 'devices/usb1/1-2');
  mkdirSync(join(usb, '1-2:1.0'), { recursive: true });
  writeFileSync(join(usb, 'idVendor'), '1915\n');
  writeFileSync(join(usb, 'idProduct'), '520f\n');
  mkdirSync(join(folder, 'tty/ttyACM0'), { recursive: true });
  mkdirSync(join(folder, 'tty/tty1'));
  symlinkSync(join(usb, '1-2:1.0'), join(folder, 'tty/ttyACM0/device'));
  expect(portsOfKernel(join(folder, 'tty'))).toEqual([
    { path: '/dev/ttyACM0', vendorId: '1915', productId: '520f', serialNumber: undefined },
  ]);
});

test('a board that is asked says who it is and what it holds', async () => {
  const { url, model } = await freshBoard('xiao');
  model.options.board.storage.write('foreign', 'abc');
  const doors = doorsOf(readyBench());
  const found = await listPorts(doors, { port: url, hasFiles: true }, {}, { times: QUICK });
  expect(found.ports[0]).toMatchObject({
    path: url,
    answer: { board: 'XIAOBLE', version: '2v29' },
  });
  expect(found.ports[0]?.files).toEqual([{ name: 'foreign', length: 3, crc32: 0x352441c2 }]);
});

test.each([
  [Buffer.alloc(0), 'no UF2'],
  [Buffer.alloc(500), 'no UF2'],
  [Buffer.alloc(512), 'is no UF2'],
  [uf2Of([0x27000, 0x27100]).subarray(512), 'missing'],
  [Buffer.concat([uf2Of([0x27000]), uf2Of([0x27100])]), 'missing'],
])('a file that is no whole UF2 is refused', (bytes, fault) => {
  expect(readUf2(bytes)).toContain(fault);
});

test('regions of a UF2 are joined', () => {
  expect(readUf2(uf2Of([0x27000, 0x27100, 0xe0000]))).toEqual({
    ...{ family: NRF52840, blocks: 3 },
    regions: [
      { startAddress: 0x27000, bytes: 512 },
      { startAddress: 0xe0000, bytes: 256 },
    ],
  });
});

/** A drive, and a boot loader that takes it away when the file is whole. */
function driveWith(bytes: Buffer, info = INFO) {
  const folder = freshFolder();
  const path = join(folder, 'XIAO-BOOT');
  const file = join(folder, 'espruino.uf2');
  mkdirSync(path);
  writeFileSync(join(path, 'INFO_UF2.TXT'), info);
  writeFileSync(file, bytes);
  let taken = Buffer.alloc(0);
  const timer = setInterval(() => {
    const target = join(path, 'ESPRUINO.UF2');
    if (!existsSync(target) || readFileSync(target).length < bytes.length) return;
    taken = readFileSync(target);
    clearInterval(timer);
    rmSync(path, { recursive: true });
  }, 5);
  onTestFinished(() => clearInterval(timer));
  const list = async () => (existsSync(path) ? [] : [XIAO]);
  const places = { list, drives: () => bootDrives([path]) };
  return { path, file, places, taken: () => taken };
}

test('Espruino goes onto the drive, the drive goes, the port comes', async () => {
  const bytes = uf2Of(Array.from({ length: 300 }, (_, i) => 0x27000 + 256 * i));
  const { path, file, places, taken } = driveWith(bytes);
  const result = await installEspruino(doorsOf(readyBench()), { file }, places);
  expect(taken()).toEqual(bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  expect(result).toEqual({ file, sha256, blocks: 300, drive: path, port: '/dev/ttyACM0' });
});

test('a file for another chip, one over the key, no drive, another drive: nothing is copied', async () => {
  const doors = doorsOf(readyBench());
  const other = driveWith(uf2Of([0x27000], 0x68ed2b88));
  const refused = await troubleOf(installEspruino(doors, { file: other.file }, other.places));
  expect(refused).toMatchObject({ code: 'bad-file' });
  const key = driveWith(uf2Of([0xecf00, 0xed000]));
  const overKey = await troubleOf(installEspruino(doors, { file: key.file }, key.places));
  expect(String(overKey.details.fault)).toContain('key');
  const good = driveWith(uf2Of([0x27000]), 'Model: RAK4631\r\nBoard-ID: nRF52840-RAK\r\n');
  expect((await troubleOf(installEspruino(doors, { file: good.file }, good.places))).code).toBe(
    'wrong-board',
  );
  const none = { ...good.places, drives: noDrives };
  expect((await troubleOf(installEspruino(doors, { file: good.file }, none))).code).toBe(
    'no-drive',
  );
  expect(existsSync(join(good.path, 'ESPRUINO.UF2'))).toBe(false);
});
