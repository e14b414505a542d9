/*
 * The official Meshtastic protobuf definitions, with the types of what the radio tests look at.
 * From: npm @meshtastic/protobufs 2.7.18 (GPL-3.0, test only); to: the radio tests' reader and writer.
 * The package's own types do not resolve, so the few needed are written down here.
 */
import { create, type DescMessage, fromBinary, toBinary } from '@bufbuild/protobuf';
// @ts-expect-error the package names a file of types that it does not contain
import { Mesh } from '@meshtastic/protobufs';

export interface Data {
  portnum: number;
  payload: Uint8Array;
  wantResponse: boolean;
  requestId: number;
  bitfield?: number;
}

export interface MeshPacket {
  from: number;
  to: number;
  id: number;
  channel: number;
  payloadVariant:
    | { case: 'decoded'; value: Data }
    | { case: 'encrypted'; value: Uint8Array }
    | { case: undefined; value?: undefined };
  rxTime: number;
  rxSnr: number;
  rxRssi: number;
  hopLimit: number;
  hopStart: number;
  wantAck: boolean;
  priority: number;
  nextHop: number;
  relayNode: number;
  viaMqtt: boolean;
  pkiEncrypted: boolean;
}

export interface QueueStatus {
  res: number;
  free: number;
  maxlen: number;
  meshPacketId: number;
}

export interface FromRadio {
  payloadVariant:
    | { case: 'packet'; value: MeshPacket }
    | { case: 'queueStatus'; value: QueueStatus }
    | { case: 'configCompleteId'; value: number }
    | { case: 'rebooted'; value: boolean }
    | { case: 'clientNotification'; value: { message: string; replyId: number } }
    | { case: 'nodeInfo'; value: { num: number; user?: { longName: string } } }
    | { case: 'other'; value: unknown };
}

export type ToRadioVariant =
  | { case: 'packet'; value: Partial<MeshPacket> }
  | { case: 'wantConfigId'; value: number }
  | { case: 'disconnect'; value: boolean }
  | { case: 'heartbeat'; value: { nonce: number } };

/** Reads a FromRadio. Throws: not one. */
export function readFromRadio(bytes: Uint8Array): FromRadio {
  return fromBinary(Mesh.FromRadioSchema as DescMessage, bytes) as unknown as FromRadio;
}

/** Reads the Data inside a decrypted frame. Throws: not one. */
export function readData(bytes: Uint8Array): Data {
  return fromBinary(Mesh.DataSchema as DescMessage, bytes) as unknown as Data;
}

/** Error reason of a Routing payload, -1 if it is none. */
export function routingError(payload: Uint8Array): number {
  const routing = fromBinary(Mesh.RoutingSchema as DescMessage, payload) as unknown as {
    variant: { case?: string; value?: number };
  };
  return routing.variant.case === 'errorReason' ? (routing.variant.value ?? 0) : -1;
}

/** Bytes of a ToRadio. */
export function writeToRadio(payloadVariant: ToRadioVariant): Uint8Array {
  const schema = Mesh.ToRadioSchema as DescMessage;
  return toBinary(schema, create(schema, { payloadVariant } as never));
}
