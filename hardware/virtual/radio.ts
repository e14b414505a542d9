/*
 * A virtual Meshtastic radio, firmware 2.7.26: clients on one side, the mesh on the other.
 * From: the gateway's TCP bytes or a node's UART bytes; to: the virtual air, and back.
 * Source: recordings of the real firmware (test/fixtures/meshtasticd) and published behaviour; where it is simpler, the
 * parts say so (no GPS, no modules beyond NodeInfo, telemetry and administration).
 */
import { lastByteOf } from '../../shared/meshtastic/onair';
import { REGIONS } from '../../shared/meshtastic/regions';
import type { Air, AirPort, ReceivedFrame } from './air';
import { createAirtimeLog } from './airtime-log';
import { createChannelKeys } from './channel-keys';
import { createModem } from './modem';
import { createNodeDatabase } from './node-database';
import { createPacketHistory } from './packet-history';
import { createPhoneQueue, type ReadablePhoneQueue } from './phone-queue';
import { createAdmin } from './radio-admin';
import { createSession, type Session, type SessionHost } from './radio-client';
import {
  createPacketIds,
  createRadioClock,
  createStatistics,
  type RadioCore,
  type RadioOptions,
  type RadioStatistics,
} from './radio-core';
import { answerWantConfig, metadataOf } from './radio-handshake';
import { createClientPackets } from './radio-local';
import { type MeshModules, receiveFrame } from './radio-mesh';
import { createNodeInfo, type NodeInfoModule } from './radio-node-info';
import { createRemoteAdmin } from './radio-remote-admin';
import { createSender, type RadioSender } from './radio-send';
import { createSettings, obey, type RadioSettings } from './radio-settings';
import { ownTelemetry, TELEMETRY_MS } from './radio-telemetry';
import { createTransmitter, type QueuedPacket } from './radio-transmitter';
import { speaksOnUart } from './radio-uart';
import type { World, WorldTimer } from './world';

/** A client's end of its connection. */
export interface Connection {
  /** Bytes to the radio. Ignored once closed. */
  write(bytes: Uint8Array): void;
  /** TCP: ends the connection. Serial: unplugs; the radio does not notice. */
  close(): void;
}

export interface Radio {
  nodeNum: number;
  /**
   * Connects a client. One TCP client and one serial client at a time: a new one takes the old one's place.
   * `onData` gets bytes from the radio. `onClose` is called once when the radio ends a TCP connection (also at once when
   * it is off); never for serial ports. `uart`: the serial client hangs on the pins, where only the Serial module speaks.
   */
  connect(
    onData: (bytes: Uint8Array) => void,
    onClose: () => void,
    options?: { serial?: boolean; uart?: boolean },
  ): Connection;
  /** Cuts the power: everything but settings and node database is lost. */
  powerOff(): void;
  /** Power again: works after the boot time, then says `rebooted` on its serial port. */
  powerOn(): void;
  isRunning(): boolean;
  statistics(): RadioStatistics;
  /** Share of the last hour spent sending, percent. */
  dutyPercent(): number;
}

const NODE_DATABASE_MAX = 80;
const TO_PHONE_PACKETS = 32;
const SERIAL_BUFFER_BYTES = 4096;
const SERIAL_BAUD = 115200;
const TCP_BUFFER_BYTES = 65536;
const TX_POWER_DBM = 22;
const HOP_LIMIT = 3;
const BOOT_MS = 3000;

interface TcpClient {
  session: Session;
  onClose(): void;
}

interface RadioState {
  core: RadioCore;
  port: AirPort;
  phone: ReadablePhoneQueue;
  sender: RadioSender;
  nodeInfo: NodeInfoModule;
  host: SessionHost;
  serial: Session;
  tcp: TcpClient | undefined;
  clearClientPackets(): void;
  settings: RadioSettings;
  powered: boolean;
  running: boolean;
  /** The Serial module speaks with a node, as it was set at the last start. */
  isUartOpen: boolean;
  startedMs: number;
  rebootCount: number;
  bootTimer: WorldTimer | undefined;
  telemetryTimer: WorldTimer | undefined;
}

function createCore(world: World, air: Air, options: RadioOptions, onPut: () => void) {
  const ownByte = lastByteOf(options.nodeNum);
  const modem = createModem(options.preset, options.region);
  const statistics = createStatistics();
  const airtime = createAirtimeLog(world.nowMs);
  const dice = world.random(`radio/${options.nodeNum}`);
  const keys = { publicKey: new Uint8Array(0), privateKey: new Uint8Array(0) };
  const role = options.role ?? 'CLIENT';
  let onFrame: (frame: ReceivedFrame) => void = () => {};
  const port = air.attach({
    nodeNum: options.nodeNum,
    position: options.position,
    modem,
    txPowerDbm: options.txPowerDbm ?? TX_POWER_DBM,
    onFrame: (frame) => onFrame(frame),
  });
  const onSent = (packet: QueuedPacket, airtimeMs: number): void => {
    statistics.transmissions += 1;
    statistics.airtimeMs += airtimeMs;
    if (packet.relaySnrDb !== undefined) statistics.relayed += 1;
  };
  const relaysFirst = role === 'ROUTER';
  const parts = { world, port, modem, airtime, dice, relaysFirst, onSent };
  const transmitter = createTransmitter(parts);
  const packetsMax = options.toPhonePackets ?? TO_PHONE_PACKETS;
  const phone = createPhoneQueue({ packetsMax, statistics, transmitFree: transmitter.free, onPut });
  const core: RadioCore = {
    world,
    options,
    nodeNum: options.nodeNum,
    ownByte,
    role,
    hopLimit: options.hopLimit ?? HOP_LIMIT,
    dutyCyclePercent: REGIONS[options.region].dutyCyclePercent,
    modem,
    channels: createChannelKeys(options.channels, options.preset.displayName),
    dice,
    airtime,
    transmitter,
    history: createPacketHistory(2 * NODE_DATABASE_MAX, ownByte),
    nodes: createNodeDatabase(NODE_DATABASE_MAX),
    clock: createRadioClock(world),
    keys,
    phone,
    statistics,
  };
  const listen = (fn: (frame: ReceivedFrame) => void): void => {
    onFrame = fn;
  };
  return { core, port, phone, listen };
}

function endTcp(state: RadioState): void {
  const client = state.tcp;
  if (client === undefined) return;
  state.tcp = undefined;
  client.session.reset();
  client.session.attach(undefined);
  client.onClose();
}

function tellAboutItself(state: RadioState): void {
  const { core, phone } = state;
  const now = core.world.nowMs();
  state.telemetryTimer = core.world.at(now + TELEMETRY_MS, () => tellAboutItself(state));
  const listening = state.serial.isReady() || state.tcp?.session.isReady() === true;
  if (!listening || phone.hasPackets()) return;
  const uptimeS = Math.floor((now - state.startedMs) / 1000);
  phone.putPacket(ownTelemetry(core, state.sender.nextPacketId(), uptimeS));
}

function start(state: RadioState): void {
  const { world, options } = state.core;
  state.running = true;
  state.isUartOpen = speaksOnUart(state.settings);
  state.startedMs = world.nowMs();
  state.port.setListening(true);
  state.nodeInfo.start();
  if (options.telemetry !== false) {
    const at = world.nowMs() + state.core.dice.below(TELEMETRY_MS);
    state.telemetryTimer = world.at(at, () => tellAboutItself(state));
  }
}

function powerOff(state: RadioState): void {
  const { core } = state;
  if (!state.powered) return;
  state.powered = false;
  state.running = false;
  core.world.cancel(state.bootTimer);
  core.world.cancel(state.telemetryTimer);
  state.port.setListening(false);
  state.nodeInfo.stop();
  core.transmitter.clear();
  state.sender.reliable.clear();
  core.history.clear();
  core.airtime.clear();
  core.clock.clear();
  state.phone.clear();
  state.clearClientPackets();
  state.settings.revert();
  state.serial.reset();
  endTcp(state);
}

function powerOn(state: RadioState): void {
  if (state.powered) return;
  const { world } = state.core;
  state.powered = true;
  state.rebootCount += 1;
  state.bootTimer = world.at(world.nowMs() + BOOT_MS, () => {
    start(state);
    state.serial.sayRebooted();
  });
}

function connectSerial(
  state: RadioState,
  onData: (bytes: Uint8Array) => void,
  isUart: boolean,
): Connection {
  let open = true;
  const isDead = (): boolean => isUart && !state.isUartOpen;
  const guarded = (bytes: Uint8Array): void => {
    if (open && !isDead()) onData(bytes);
  };
  state.serial.attach(guarded);
  return {
    write: (bytes) => {
      if (open && state.running && !isDead()) state.serial.write(bytes);
    },
    close: () => {
      open = false;
    },
  };
}

function connectTcp(
  state: RadioState,
  onData: (bytes: Uint8Array) => void,
  onClose: () => void,
): Connection {
  const { world } = state.core;
  if (!state.running) {
    world.at(world.nowMs(), onClose);
    return { write: () => {}, close: () => {} };
  }
  endTcp(state);
  const settings = { kind: 'tcp' as const, baud: SERIAL_BAUD, bufferBytes: TCP_BUFFER_BYTES };
  const onHangUp = (): void => {
    if (state.tcp === client) endTcp(state);
  };
  const session = createSession(state.host, { ...settings, onHangUp });
  const client: TcpClient = { session, onClose };
  session.attach(onData);
  state.tcp = client;
  return {
    write: (bytes) => {
      if (state.tcp === client) session.write(bytes);
    },
    close: () => {
      if (state.tcp !== client) return;
      client.onClose = () => {};
      endTcp(state);
    },
  };
}

function createState(world: World, air: Air, options: RadioOptions): RadioState {
  const wakeSessions = (): void => {
    state.serial.wake();
    state.tcp?.session.wake();
  };
  const { core, port, phone, listen } = createCore(world, air, options, wakeSessions);
  const sender = createSender(core, createPacketIds(core.dice));
  const nodeInfo = createNodeInfo(core, sender);
  const restart = (seconds: number, comesBack: boolean): void => {
    const { rebootCount } = state;
    world.at(world.nowMs() + seconds * 1000, () => {
      if (!state.running || state.rebootCount !== rebootCount) return;
      powerOff(state);
      obey(core, settings);
      if (comesBack) powerOn(state);
    });
  };
  const { user } = nodeInfo;
  const settings = createSettings(core);
  const metadata = () => metadataOf(core, user);
  const admin = createAdmin(core, { settings, user, metadata, restart });
  const clientPackets = createClientPackets(core, sender, admin);
  const remoteAdmin = createRemoteAdmin(core, sender, admin);
  const modules: MeshModules = {
    onPacket: (...packet) => nodeInfo.onPacket(...packet) || remoteAdmin.onPacket(...packet),
  };
  const host: SessionHost = {
    world,
    phone,
    answerWantConfig: (nonce) => {
      if (options.adminFaults?.isMute) return [];
      return answerWantConfig(core, { user, rebootCount: state.rebootCount, settings }, nonce);
    },
    takePacket: clientPackets.take,
    broadcastNodeInfo: nodeInfo.broadcast,
  };
  const serial = createSession(host, {
    kind: 'serial',
    baud: options.serialBaud ?? SERIAL_BAUD,
    bufferBytes: options.serialBufferBytes ?? SERIAL_BUFFER_BYTES,
    onHangUp: () => {},
  });
  const state: RadioState = {
    core,
    port,
    phone,
    sender,
    nodeInfo,
    host,
    serial,
    tcp: undefined,
    clearClientPackets: () => {
      clientPackets.clear();
      admin.clear();
    },
    settings,
    powered: options.on !== false,
    running: false,
    isUartOpen: false,
    startedMs: 0,
    rebootCount: 0,
    bootTimer: undefined,
    telemetryTimer: undefined,
  };
  listen((frame) => receiveFrame(core, sender, modules, frame));
  return state;
}

/** A radio on `air`. Throws: no or more than 8 channels, or its number is taken. */
export function createRadio(world: World, air: Air, options: RadioOptions): Radio {
  if (options.channels.length < 1 || options.channels.length > 8) {
    throw new Error(`a radio has 1..8 channels, not ${options.channels.length}`);
  }
  const state = createState(world, air, options);
  if (state.powered) start(state);
  else state.port.setListening(false);
  return {
    nodeNum: options.nodeNum,
    connect: (onData, onClose, choice) =>
      choice?.serial === true
        ? connectSerial(state, onData, choice.uart === true)
        : connectTcp(state, onData, onClose),
    powerOff: () => powerOff(state),
    powerOn: () => powerOn(state),
    isRunning: () => state.running,
    statistics: () => ({ ...state.core.statistics }),
    dutyPercent: () => state.core.airtime.sentPercent(),
  };
}
