/*
 * model.ts: sites as entities of SensorThings: things, locations, sensors, observed properties, datastreams.
 * Way: the register -> entities and how they are related. Pure.
 * Source: OGC 18-088 (SensorThings 1.1) section 8. Definitions of units: UCUM codes.
 */
import { toHex } from '../../shared/bytes';
import type { ExportKey, ExportSite } from '../export/facts';
import { isoTime } from '../export/units';

/** Sets of entities that are offered. */
export type SetName =
  | 'Things'
  | 'Locations'
  | 'Datastreams'
  | 'Sensors'
  | 'ObservedProperties'
  | 'Observations';

/** An entity. */
export interface Entity {
  set: SetName;
  id: string;
  body: Record<string, unknown>;
}

/** What a datastream counts. */
export interface Stream {
  id: string;
  site: string;
  property: Property;
}

interface Property {
  id: string;
  kind: ExportSite['kind'];
  /** Place among the record's counters. */
  counter: number;
  /** Stored units in one unit of the result. */
  perUnit: number;
  name: string;
  description: string;
  unit: { name: string; symbol: string; definition: string };
  type: 'OM_Measurement' | 'OM_CountObservation';
}

const COUNT = {
  name: 'count',
  symbol: '1',
  definition: 'http://unitsofmeasure.org/ucum.html#para-24',
};
const LITRE = {
  name: 'litre',
  symbol: 'L',
  definition: 'http://unitsofmeasure.org/ucum.html#para-31',
};

function count(
  id: string,
  kind: Property['kind'],
  counter: number,
  name: string,
  description: string,
): Property {
  return {
    id,
    kind,
    counter,
    perUnit: 1,
    name,
    description,
    unit: COUNT,
    type: 'OM_CountObservation',
  };
}

/** All that is observed. */
export const PROPERTIES: readonly Property[] = [
  {
    ...{ id: 'volume', kind: 'water-point', counter: 0, perUnit: 10, name: 'Volume drawn' },
    description: 'Water drawn in the hour, by a meter.',
    ...{ unit: LITRE, type: 'OM_Measurement' },
  },
  count('draws', 'water-point', 1, 'Draws', 'Times that water was drawn in the hour.'),
  count('strokes', 'water-point', 2, 'Strokes', 'Strokes of the hand pump in the hour.'),
  count('adult-meals', 'canteen', 0, 'Meals of adults', 'Meals served to adults in the hour.'),
  count('child-meals', 'canteen', 1, 'Meals of children', 'Meals served to children in the hour.'),
];

/** Entities by set, and the streams behind the datastreams. */
export interface Model {
  sets: Record<Exclude<SetName, 'Observations'>, Entity[]>;
  streams: Map<string, Stream>;
}

function thingOf({ site, name, kind }: ExportSite): Entity {
  const body = { name, description: `${kind} ${site}`, properties: { site, kind } };
  return { set: 'Things', id: site, body };
}

function locationsOf({ site, name, latitude, longitude }: ExportSite): Entity[] {
  if (latitude === null || longitude === null) return [];
  const location = { type: 'Point', coordinates: [longitude, latitude] };
  const body = {
    name,
    description: `Place of ${site}`,
    encodingType: 'application/geo+json',
    location,
  };
  return [{ set: 'Locations', id: site, body }];
}

/** One sensor a site: whatever node stood there. Its keys are in the metadata. */
function sensorOf({ site }: ExportSite, keys: readonly ExportKey[]): Entity {
  const nodes = keys
    .filter((key) => key.site === site)
    .map(({ publicKey, fromS, toS }) => ({
      ...{ publicKey: toHex(publicKey), from: isoTime(fromS), to: isoTime(toS) },
    }));
  const body = {
    name: `Nodes at ${site}`,
    description: 'Counters whose records are signed. Each key verifies them.',
    encodingType: 'application/json',
    metadata: { nodes },
  };
  return { set: 'Sensors', id: site, body };
}

function datastreamOf({ id, property }: Stream, { site, name }: ExportSite): Entity {
  const body = {
    name: `${property.name}, ${name}`,
    description: `${property.description} At ${site}.`,
    unitOfMeasurement: property.unit,
    observationType: `http://www.opengis.net/def/observationType/OGC-OM/2.0/${property.type}`,
    properties: { source: 'signed-records', sums: 'hour' },
  };
  return { set: 'Datastreams', id, body };
}

/** Makes the entities of these sites. */
export function staModel(sites: readonly ExportSite[], keys: readonly ExportKey[]): Model {
  const streams = new Map<string, Stream>();
  const datastreams = sites.flatMap((site) =>
    PROPERTIES.filter(({ kind }) => kind === site.kind).map((property) => {
      const stream = { id: `${site.site}.${property.id}`, site: site.site, property };
      streams.set(stream.id, stream);
      return datastreamOf(stream, site);
    }),
  );
  const observed = PROPERTIES.map(({ id, name, description }): Entity => {
    const definition = `urn:tallywell:observed-property:${id}`;
    return { set: 'ObservedProperties', id, body: { name, definition, description } };
  });
  return {
    streams,
    sets: {
      Things: sites.map(thingOf),
      Locations: sites.flatMap(locationsOf),
      Datastreams: datastreams,
      Sensors: sites.map((site) => sensorOf(site, keys)),
      ObservedProperties: observed,
    },
  };
}

/** Names of the links from each set. One: to a single entity. */
export const LINKS: Record<SetName, readonly { name: string; to: SetName; isOne: boolean }[]> = {
  Things: [
    { name: 'Locations', to: 'Locations', isOne: false },
    { name: 'Datastreams', to: 'Datastreams', isOne: false },
  ],
  Locations: [{ name: 'Things', to: 'Things', isOne: false }],
  Datastreams: [
    { name: 'Thing', to: 'Things', isOne: true },
    { name: 'Sensor', to: 'Sensors', isOne: true },
    { name: 'ObservedProperty', to: 'ObservedProperties', isOne: true },
    { name: 'Observations', to: 'Observations', isOne: false },
  ],
  Sensors: [{ name: 'Datastreams', to: 'Datastreams', isOne: false }],
  ObservedProperties: [{ name: 'Datastreams', to: 'Datastreams', isOne: false }],
  Observations: [{ name: 'Datastream', to: 'Datastreams', isOne: true }],
};

/** What is related to an entity, in another set (Observations are read elsewhere). */
export function related(
  model: Model,
  from: Entity,
  to: Exclude<SetName, 'Observations'>,
): Entity[] {
  const all = model.sets[to];
  if (from.set === 'Datastreams') {
    const stream = model.streams.get(from.id);
    const wanted = to === 'ObservedProperties' ? stream?.property.id : stream?.site;
    return all.filter(({ id }) => id === wanted);
  }
  if (from.set === 'Observations') {
    const stream = from.id.slice(0, from.id.lastIndexOf('.'));
    return all.filter(({ id }) => id === stream);
  }
  if (to !== 'Datastreams') return all.filter(({ id }) => id === from.id);
  return all.filter(({ id }) => {
    const stream = model.streams.get(id);
    return (from.set === 'ObservedProperties' ? stream?.property.id : stream?.site) === from.id;
  });
}
