/*
 * home-assistant.ts: what Home Assistant needs to show sites and gateway by itself: MQTT device discovery.
 * Way: site readings -> one retained configuration for each device; the values it points to are the messages told anyway.
 * Pure. Source: Home Assistant's documentation of MQTT discovery, MQTT sensor and MQTT binary sensor.
 * Ids are made of pod and site, never of a node: a replaced node keeps its history there, too.
 */
import { type SiteReading, siteMessage, topics } from './messages';
import { SITE_WORD_MEANING } from './site-state';

/** A retained message. An empty payload takes the device away. */
export interface Discovery {
  topic: string;
  payload: string;
}

/** What all configurations have in common. */
export interface DiscoveryFacts {
  pod: string;
  /** First level of the discovery topics, usually "homeassistant". */
  prefix: string;
  /** Tallywell's version. */
  version: string;
}

type Component = Record<string, unknown>;

/** A value of a JSON message, or "None" (unknown to Home Assistant) where the message does not have it. */
function numberAt(path: string, change = ''): string {
  return `{{ value_json.${path}${change} if value_json.${path} is number else None }}`;
}

/** A counter that only rises, or begins again. */
function counter(name: string, path: string, unit: string): Component {
  return {
    ...{ platform: 'sensor', name, state_class: 'total_increasing', unit_of_measurement: unit },
    value_template: numberAt(path),
  };
}

/** Water in litres. */
function litres(name: string, path: string): Component {
  return {
    ...{ platform: 'sensor', name, device_class: 'water', state_class: 'total_increasing' },
    ...{ unit_of_measurement: 'L', suggested_display_precision: 1 },
    value_template: numberAt(path, ' / 10'),
  };
}

/** Something measured. */
function measured(
  name: string,
  deviceClass: string,
  unit: string,
  path: string,
  change = '',
): Component {
  return {
    ...{ platform: 'sensor', name, device_class: deviceClass, state_class: 'measurement' },
    ...{ unit_of_measurement: unit, value_template: numberAt(path, change) },
  };
}

/** A yes or no of the site: is this a flag of its newest record? */
function flag(name: string, deviceClass: string, flagName: string): Component {
  return {
    ...{ platform: 'binary_sensor', name, device_class: deviceClass },
    value_template: `{{ 'ON' if '${flagName}' in value_json.flags else 'OFF' }}`,
  };
}

const COUNTERS: Record<string, Component> = {
  volumeDl: litres('Water', 'total.volumeDl'),
  draws: counter('Draws', 'total.draws', 'draws'),
  strokes: counter('Strokes', 'total.strokes', 'strokes'),
  adultMeals: counter("Adults' meals", 'total.adultMeals', 'meals'),
  childMeals: counter("Children's meals", 'total.childMeals', 'meals'),
};

const TODAY: Record<string, Component> = {
  volumeDl: litres('Water today', 'today.volumeDl'),
  draws: counter('Draws today', 'today.draws', 'draws'),
  strokes: counter('Strokes today', 'today.strokes', 'strokes'),
  adultMeals: counter("Adults' meals today", 'today.adultMeals', 'meals'),
  childMeals: counter("Children's meals today", 'today.childMeals', 'meals'),
};

const READINGS: Record<string, Component> = {
  levelMm: measured('Level', 'distance', 'mm', 'readings.levelMm'),
  weightG: measured('Weight', 'weight', 'g', 'readings.weightG'),
  temperatureCentiC: measured(
    'Temperature',
    'temperature',
    '°C',
    'readings.temperatureCentiC',
    ' / 100',
  ),
  hotHoldingCentiC: measured(
    'Hot holding',
    'temperature',
    '°C',
    'readings.hotHoldingCentiC',
    ' / 100',
  ),
};

/** Counters every site of a kind has, heard or not. */
const ALWAYS: Record<string, readonly string[]> = {
  'water-point': ['volumeDl', 'draws'],
  canteen: ['adultMeals', 'childMeals'],
};

const DIAGNOSTIC = { entity_category: 'diagnostic' };

/** What a site says of itself. It is known also while the site is silent, as long as the gateway is there. */
const ABOUT_SITE: Record<string, Component> = {
  state: {
    ...{ platform: 'sensor', name: 'State', device_class: 'enum' },
    options: Object.keys(SITE_WORD_MEANING),
    value_template: '{{ value_json.state }}',
  },
  lastHeard: {
    ...{ platform: 'sensor', name: 'Last heard', device_class: 'timestamp', ...DIAGNOSTIC },
    value_template:
      '{{ value_json.lastHeard | as_datetime if value_json.lastHeard is number else None }}',
  },
};

const FLAGS: Record<string, Component> = {
  broken: {
    ...{ platform: 'binary_sensor', name: 'Says it is broken', device_class: 'problem' },
    value_template: "{{ 'ON' if value_json.state == 'says-broken' else 'OFF' }}",
  },
  tamper: flag('Tamper', 'tamper', 'tamper'),
  leak: flag('Leak', 'moisture', 'leak'),
  batteryLow: { ...flag('Battery low', 'battery', 'battery-low'), ...DIAGNOSTIC },
  sensorFault: { ...flag('Sensor fault', 'problem', 'sensor-fault'), ...DIAGNOSTIC },
  battery: { ...measured('Battery', 'voltage', 'mV', 'batteryMv'), ...DIAGNOSTIC },
};

function only(of: Record<string, Component>, names: readonly string[], suffix = '') {
  const known = names.filter((name) => name in of);
  return Object.fromEntries(known.map((name) => [`${name}${suffix}`, of[name]]));
}

/** Is it there? By one topic whose JSON holds a `state`. */
function isThere(topic: string, word: string) {
  return {
    topic,
    value_template: `{{ 'online' if value_json.state == '${word}' else 'offline' }}`,
  };
}

function withIds(components: Record<string, Component>, id: string) {
  return Object.fromEntries(
    Object.entries(components).map(([name, one]) => [name, { ...one, unique_id: `${id}:${name}` }]),
  );
}

function originOf({ version }: DiscoveryFacts) {
  return { name: 'Tallywell', sw_version: version };
}

function topicOf({ prefix, pod }: DiscoveryFacts, object: string): string {
  return `${prefix}/device/tallywell_${pod}/${object}/config`;
}

function gatewayId(pod: string): string {
  return `tallywell:${pod}`;
}

/** The device of a site. `isInUse`: does a node stand there? Where none does, the device is taken away. */
export function siteDiscovery(
  facts: DiscoveryFacts,
  reading: SiteReading,
  isInUse: boolean,
): Discovery {
  const topic = topicOf(facts, `site_${reading.site}`);
  if (!isInUse) return { topic, payload: '' };
  const told = topics(facts.pod);
  const id = `${gatewayId(facts.pod)}:site:${reading.site}`;
  const { total, readings } = siteMessage(reading, 0) as Record<string, object>;
  const counters = [...new Set([...(ALWAYS[reading.kind] ?? []), ...Object.keys(total)])];
  const gatewayIsThere = isThere(told.bridge('state'), 'online');
  const about = Object.fromEntries(
    Object.entries(ABOUT_SITE).map(([name, one]) => [
      name,
      { ...one, availability: [gatewayIsThere], availability_mode: 'all' },
    ]),
  );
  const components = {
    ...only(COUNTERS, counters),
    ...only(TODAY, counters, 'Today'),
    ...about,
    ...FLAGS,
    ...only(READINGS, Object.keys(readings)),
  };
  const config = {
    device: {
      ...{ identifiers: [id], name: reading.name, manufacturer: 'Tallywell' },
      ...{ model: reading.kind === 'canteen' ? 'Canteen' : 'Water point' },
      via_device: gatewayId(facts.pod),
    },
    origin: originOf(facts),
    state_topic: told.siteState(reading.site),
    availability: [gatewayIsThere, isThere(told.siteAvailability(reading.site), 'ready')],
    availability_mode: 'all',
    components: withIds(components, id),
  };
  return { topic, payload: JSON.stringify(config) };
}

/** The device of the gateway itself. */
export function gatewayDiscovery(facts: DiscoveryFacts): Discovery {
  const told = topics(facts.pod);
  const id = gatewayId(facts.pod);
  const components: Record<string, Component> = {
    problem: {
      ...{ platform: 'binary_sensor', name: 'Problem', device_class: 'problem' },
      value_template: "{{ 'OFF' if value_json.healthy else 'ON' }}",
    },
    records: { ...counter('Records', 'records.stored', 'records'), ...DIAGNOSTIC },
    refused: { ...counter('Refused', 'records.rejected', 'packets'), ...DIAGNOSTIC },
    clock: {
      ...{ platform: 'sensor', name: 'Clock', device_class: 'enum', ...DIAGNOSTIC },
      options: ['trusted', 'held', 'unknown'],
      value_template: '{{ value_json.clock.state }}',
    },
  };
  const config = {
    device: {
      ...{ identifiers: [id], name: `Tallywell ${facts.pod}`, manufacturer: 'Tallywell' },
      ...{ model: 'Gateway', sw_version: facts.version },
    },
    origin: originOf(facts),
    state_topic: told.bridge('health'),
    availability: [isThere(told.bridge('state'), 'online')],
    components: withIds(components, id),
  };
  return { topic: topicOf(facts, 'gateway'), payload: JSON.stringify(config) };
}
