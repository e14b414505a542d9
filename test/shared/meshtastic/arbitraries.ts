/*
 * arbitraries.ts: random Meshtastic messages in our own shapes.
 * Way: fast-check -> messages tests.
 */
import fc from 'fast-check';

export const u32 = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  fc.integer({ min: 0, max: 300 }),
);
export const int32 = fc.oneof(fc.integer(), fc.integer({ min: -200, max: 30 }));
export const code = fc.integer({ min: 0, max: 511 });
export const bool = fc.boolean();
export const text = fc.string({ unit: 'binary', maxLength: 40 });
export const bytes = fc.uint8Array({ maxLength: 64 });
// A minus zero is written by some and left out by others: not a value of any field here.
export const float = fc.float({ noNaN: true }).map((value) => (value === 0 ? 0 : value));

export const payload = fc
  .oneof(
    fc.uint8Array({ maxLength: 233 }),
    // What a bad framer would trip over.
    fc.constantFrom([0x94, 0xc3], [0x94, 0x94, 0xc3, 0, 4], [0x94], [0x94, 0xc3, 2, 0, 8, 1]),
  )
  .map((value) => new Uint8Array(value));

export const data = fc
  .tuple(
    fc.record({
      portnum: code,
      payload,
      wantResponse: bool,
      dest: u32,
      source: u32,
      requestId: u32,
      replyId: u32,
      emoji: u32,
      xeddsaSignature: fc.constant(new Uint8Array(0)),
    }),
    fc.record({ bitfield: u32 }, { requiredKeys: [] }),
  )
  .map(([always, maybe]) => ({ ...always, ...maybe }));

const packetBody = fc.oneof(
  fc.record({ decoded: data }),
  fc.record({ encrypted: bytes }),
  fc.constant({}),
);

const packetFields = fc.record({
  from: u32,
  to: u32,
  channel: u32,
  id: u32,
  rxTime: u32,
  rxSnr: float,
  hopLimit: u32,
  wantAck: bool,
  priority: code,
  rxRssi: int32,
  viaMqtt: bool,
  hopStart: u32,
  publicKey: bytes,
  pkiEncrypted: bool,
  nextHop: u32,
  relayNode: u32,
  txAfter: u32,
  transportMechanism: code,
  xeddsaSigned: fc.constant(false),
});

export const meshPacket = fc
  .tuple(packetFields, packetBody)
  .map(([fields, body]) => ({ ...fields, ...body }));

export const user = fc
  .tuple(
    fc.record({
      id: text,
      longName: text,
      shortName: text,
      hwModel: code,
      isLicensed: bool,
      role: code,
      publicKey: bytes,
    }),
    fc.record({ isUnmessagable: bool }, { requiredKeys: [] }),
  )
  .map(([always, maybe]) => ({ ...always, ...maybe }));

export const nodeInfo = fc
  .tuple(
    fc.record({ num: u32, snr: float, lastHeard: u32, channel: u32, viaMqtt: bool }),
    fc.record({ user, hopsAway: u32 }, { requiredKeys: [] }),
  )
  .map(([always, maybe]) => ({ ...always, ...maybe }));

export const channelSettings = fc.record({
  psk: bytes,
  name: text,
  id: u32,
  uplinkEnabled: bool,
  downlinkEnabled: bool,
});

export const channel = fc
  .tuple(
    fc.record({ index: int32, role: code }),
    fc.record({ settings: channelSettings }, { requiredKeys: [] }),
  )
  .map(([always, maybe]) => ({ ...always, ...maybe }));

export const lora = fc.record({
  usePreset: bool,
  modemPreset: code,
  bandwidth: u32,
  spreadFactor: u32,
  codingRate: u32,
  region: code,
  hopLimit: u32,
  txEnabled: bool,
  txPower: int32,
  channelNum: u32,
  overrideDutyCycle: bool,
  overrideFrequency: float,
  ignoreMqtt: bool,
  configOkToMqtt: bool,
});

export const device = fc.record({ role: code, rebroadcastMode: code });

export const positionConfig = fc.record({
  broadcastSecs: u32,
  smartEnabled: bool,
  fixedPosition: bool,
  gpsUpdateSecs: u32,
  positionFlags: u32,
  gpsMode: code,
});

export const bluetooth = fc.record({ enabled: bool });

export const security = fc.record({
  isManaged: bool,
  serialEnabled: bool,
  debugLogApiEnabled: bool,
});

export const moduleConfig = fc.oneof(
  fc.record({ mqtt: fc.record({ enabled: bool }) }),
  fc.record({
    telemetry: fc.record({
      deviceUpdateSecs: u32,
      environmentUpdateSecs: u32,
      environmentEnabled: bool,
    }),
  }),
  fc.constant({}),
);

export const position = fc.record({
  hasPlace: bool,
  time: u32,
  locationSource: code,
  timestamp: u32,
  satellites: u32,
});

export const config = fc.record({ lora });

export const queueStatus = fc.record({ res: int32, free: u32, maxlen: u32, meshPacketId: u32 });

export const myInfo = fc.record({
  myNodeNum: u32,
  rebootCount: u32,
  minAppVersion: u32,
  deviceId: bytes,
  nodedbCount: u32,
});

export const metadata = fc.record({
  firmwareVersion: text,
  deviceStateVersion: u32,
  role: code,
  hwModel: code,
  hasPKC: bool,
  hasXeddsa: fc.constant(false),
});

export const clientNotification = fc
  .tuple(
    fc.record({ time: u32, level: code, message: text }),
    fc.record({ replyId: u32 }, { requiredKeys: [] }),
  )
  .map(([always, maybe]) => ({ ...always, ...maybe }));

export const logRecord = fc.record({ message: text, time: u32, source: text, level: code });

export const toRadio = fc.oneof(
  fc.record({ packet: meshPacket }),
  fc.record({ wantConfigId: u32 }),
  fc.record({ disconnect: bool }),
  fc.record({ heartbeat: fc.record({ nonce: u32 }) }),
);

export const fromRadio = fc
  .tuple(
    u32,
    fc.oneof(
      fc.record({ packet: meshPacket }),
      fc.record({ myInfo }),
      fc.record({ nodeInfo }),
      fc.record({ config }),
      fc.record({ logRecord }),
      fc.record({ configCompleteId: u32 }),
      fc.record({ rebooted: bool }),
      fc.record({ channel }),
      fc.record({ queueStatus }),
      fc.record({ metadata }),
      fc.record({ clientNotification }),
      fc.constant({}),
    ),
  )
  .map(([id, body]) => ({ id, ...body }));
