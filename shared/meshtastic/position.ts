/*
 * What: of the Meshtastic message Position what says when and by whom a place was found.
 * From where to where: payload of a Data on POSITION_APP <-> an object. Where the place is, is passed over.
 * Source: mesh.proto, message Position. Espruino-safe.
 */
import type { Reason } from '../reasons';
import {
  createReader,
  createWriter,
  finish,
  nextField,
  putFixed32,
  putPresentFixed32,
  putUint,
  readFixed32,
  readUint,
  skipField,
} from './protobuf';

/** Position.locationSource: the radio's own GPS found the place. */
export const LOCATION_INTERNAL = 2;

/**
 * | field | number | wire |
 * |---|---|---|
 * | hasPlace | 1, 2 | optional sfixed32 latitude and longitude: are both there? |
 * | time | 4 | fixed32, unix s by the radio's clock, whoever set it |
 * | locationSource | 5 | enum, 0 unset, 1 manual, 2 internal GPS, 3 external |
 * | timestamp | 7 | fixed32, unix s of the GPS's own fix; only with bit 7 of the position flags |
 * | satellites | 19 | uint32, satellites in view |
 */
export interface Position {
  hasPlace: boolean;
  time: number;
  locationSource: number;
  timestamp: number;
  satellites: number;
}

/** Reads a Position. Rejects: malformed. */
export function decodePosition(bytes: Uint8Array): Position | Reason {
  const position: Position = {
    hasPlace: false,
    time: 0,
    locationSource: 0,
    timestamp: 0,
    satellites: 0,
  };
  let latitudes = 0;
  let longitudes = 0;
  const reader = createReader(bytes);
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    if (field === 1) {
      readFixed32(reader);
      latitudes++;
    } else if (field === 2) {
      readFixed32(reader);
      longitudes++;
    } else if (field === 4) position.time = readFixed32(reader);
    else if (field === 5) position.locationSource = readUint(reader);
    else if (field === 7) position.timestamp = readFixed32(reader);
    else if (field === 19) position.satellites = readUint(reader);
    else skipField(reader);
  }
  position.hasPlace = latitudes > 0 && longitudes > 0;
  return reader.failed ? 'malformed' : position;
}

/** Writes a Position; fields left out have their default. A place is 0° N, 0° E: nobody reads it. */
export function encodePosition(position: Partial<Position>): Uint8Array {
  const writer = createWriter(48);
  if (position.hasPlace) {
    putPresentFixed32(writer, 1, 0);
    putPresentFixed32(writer, 2, 0);
  }
  putFixed32(writer, 4, position.time);
  putUint(writer, 5, position.locationSource);
  putFixed32(writer, 7, position.timestamp);
  putUint(writer, 19, position.satellites);
  return finish(writer);
}
