/*
 * home-assistant-schema.ts: Home Assistant's rules for discovered MQTT devices, written down from its documentation, and
 * a strict reader of the templates it is given. For tests: knows nothing of how the gateway makes its configurations.
 * Source: home-assistant.io "MQTT" (device discovery payload, availability, origin), "MQTT sensor", "MQTT binary sensor";
 * developers.home-assistant.io "Sensor entity" (device classes, units, state classes), "Binary sensor entity".
 */

// biome-ignore lint/suspicious/noExplicitAny: configurations and messages are any JSON
type Json = any;

const DISCOVERY_TOPIC = /^[A-Za-z0-9_/-]+\/device\/(?:[A-Za-z0-9_-]+\/)?[A-Za-z0-9_-]+\/config$/;

const AVAILABILITY_KEYS = [
  'availability',
  'availability_mode',
  'availability_template',
  'availability_topic',
  'payload_available',
  'payload_not_available',
];
const ROOT_KEYS = [
  ...['device', 'origin', 'components', 'state_topic', 'command_topic', 'qos', 'encoding'],
  ...AVAILABILITY_KEYS,
];
const DEVICE_KEYS = [
  ...['identifiers', 'connections', 'manufacturer', 'model', 'model_id', 'name', 'hw_version'],
  ...['serial_number', 'sw_version', 'via_device', 'suggested_area', 'configuration_url'],
];
const ORIGIN_KEYS = ['name', 'sw_version', 'support_url'];
const ENTITY_KEYS = [
  ...['platform', 'name', 'unique_id', 'state_topic', 'value_template', 'device_class', 'icon'],
  ...['entity_category', 'enabled_by_default', 'entity_picture', 'expire_after', 'force_update'],
  ...['json_attributes_template', 'json_attributes_topic', 'default_entity_id', 'qos', 'encoding'],
  ...AVAILABILITY_KEYS,
];
const SENSOR_KEYS = [
  ...ENTITY_KEYS,
  ...['options', 'state_class', 'suggested_display_precision', 'unit_of_measurement'],
  'last_reset_value_template',
];
const BINARY_SENSOR_KEYS = [...ENTITY_KEYS, 'off_delay', 'payload_off', 'payload_on'];

/** Device class of a sensor -> units and state classes that go with it. null as a unit: none. */
const SENSOR_CLASSES: Record<string, { units: (string | null)[]; states: string[] }> = {
  water: {
    units: ['L', 'gal', 'm³', 'ft³', 'CCF', 'MCF'],
    states: ['total', 'total_increasing'],
  },
  voltage: { units: ['V', 'mV', 'µV', 'kV', 'MV'], states: ['measurement'] },
  temperature: { units: ['°C', '°F', 'K'], states: ['measurement'] },
  weight: {
    units: ['kg', 'g', 'mg', 'µg', 'oz', 'lb', 'st'],
    states: ['measurement', 'total', 'total_increasing'],
  },
  distance: {
    units: ['km', 'm', 'cm', 'mm', 'mi', 'nmi', 'yd', 'in', 'ft'],
    states: ['measurement', 'total', 'total_increasing'],
  },
  timestamp: { units: [null], states: [] },
  enum: { units: [null], states: [] },
};
const BINARY_CLASSES = [
  ...['battery', 'battery_charging', 'cold', 'connectivity', 'door', 'heat', 'light', 'lock'],
  ...['moisture', 'motion', 'moving', 'occupancy', 'opening', 'plug', 'power', 'presence'],
  ...['problem', 'running', 'safety', 'smoke', 'sound', 'tamper', 'update', 'vibration'],
];
const STATE_CLASSES = ['measurement', 'measurement_angle', 'total', 'total_increasing'];

function strangers(of: Json, keys: string[], place: string): string[] {
  return Object.keys(of)
    .filter((key) => !keys.includes(key))
    .map((key) => `${place}: ${key} is not known`);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isTopic(value: unknown): boolean {
  return isText(value) && !/[+#]/.test(value as string);
}

function availabilityFaults(of: Json, place: string): string[] {
  const faults: string[] = [];
  if ('availability' in of && 'availability_topic' in of)
    faults.push(`${place}: two availabilities`);
  if (!['all', 'any', 'latest', undefined].includes(of.availability_mode)) {
    faults.push(`${place}: availability_mode ${of.availability_mode}`);
  }
  const keys = ['topic', 'value_template', 'payload_available', 'payload_not_available'];
  for (const one of of.availability ?? []) {
    if (!isTopic(one.topic)) faults.push(`${place}: an availability without topic`);
    faults.push(...strangers(one, keys, `${place}.availability`));
  }
  return faults;
}

function sensorFaults(one: Json, place: string): string[] {
  const faults: string[] = [];
  const { device_class: deviceClass, state_class: stateClass, unit_of_measurement: unit } = one;
  if (stateClass !== undefined && !STATE_CLASSES.includes(stateClass)) {
    faults.push(`${place}: state_class ${stateClass}`);
  }
  if (one.options !== undefined) {
    if (deviceClass !== 'enum') faults.push(`${place}: options only with enum`);
    if (stateClass || unit) faults.push(`${place}: options with state_class or unit`);
    if (!Array.isArray(one.options) || one.options.length === 0)
      faults.push(`${place}: no options`);
  }
  if (one.last_reset_value_template && stateClass !== 'total') faults.push(`${place}: last_reset`);
  if (deviceClass === undefined) return faults;
  const known = SENSOR_CLASSES[deviceClass];
  if (known === undefined) return [...faults, `${place}: device_class ${deviceClass}`];
  if (!known.units.includes(unit ?? null)) faults.push(`${place}: ${deviceClass} in ${unit}`);
  if (stateClass !== undefined && !known.states.includes(stateClass)) {
    faults.push(`${place}: ${deviceClass} as ${stateClass}`);
  }
  return faults;
}

function componentFaults(one: Json, place: string, rootTopic: unknown): string[] {
  const faults = availabilityFaults(one, place);
  if (!isText(one.unique_id)) faults.push(`${place}: no unique_id`);
  if (!isTopic(one.state_topic ?? rootTopic)) faults.push(`${place}: no state_topic`);
  if (!['config', 'diagnostic', undefined].includes(one.entity_category)) {
    faults.push(`${place}: entity_category ${one.entity_category}`);
  }
  // A sensor only tells, so nothing of it can be configured.
  if (one.entity_category === 'config') faults.push(`${place}: a sensor is no configuration`);
  if (one.platform === 'sensor') {
    return [...faults, ...strangers(one, SENSOR_KEYS, place), ...sensorFaults(one, place)];
  }
  if (one.platform !== 'binary_sensor') return [...faults, `${place}: platform ${one.platform}`];
  if (one.device_class !== undefined && !BINARY_CLASSES.includes(one.device_class)) {
    faults.push(`${place}: device_class ${one.device_class}`);
  }
  return [...faults, ...strangers(one, BINARY_SENSOR_KEYS, place)];
}

/** What Home Assistant would not take of a device's discovery message. Empty = nothing. */
export function discoveryFaults(topic: string, config: Json): string[] {
  const faults = strangers(config, ROOT_KEYS, '$');
  if (!DISCOVERY_TOPIC.test(topic)) faults.push(`topic ${topic}`);
  const { device, origin, components } = config;
  if (!device || !origin || !components)
    return [...faults, 'device, origin or components is missing'];
  faults.push(
    ...strangers(device, DEVICE_KEYS, 'device'),
    ...strangers(origin, ORIGIN_KEYS, 'origin'),
  );
  if (!isText(origin.name)) faults.push('origin: no name');
  if (!(device.identifiers?.length > 0) && !(device.connections?.length > 0)) {
    faults.push('device: neither identifiers nor connections');
  }
  faults.push(...availabilityFaults(config, '$'));
  for (const [name, one] of Object.entries(components)) {
    faults.push(...componentFaults(one, name, config.state_topic));
  }
  return faults;
}

/** Follows a path through a message. Throws: where the message has nothing to follow. */
function follow(message: Json, path: string): Json {
  return path.split('.').reduce((at: Json, name) => {
    if (at === null || typeof at !== 'object') throw new Error(`${path}: nothing to look into`);
    return at[name];
  }, message);
}

const PATH = String.raw`value_json\.([A-Za-z.]+)`;
/** The forms that are understood, each with what it gives. A template of another form throws. */
const FORMS: [RegExp, (match: RegExpExecArray, message: Json) => Json][] = [
  [
    new RegExp(`^${PATH}(?: / (\\d+))? if ${PATH} is number else None$`),
    ([, path, by, asked], message) => {
      if (path !== asked) throw new Error(`asks ${asked}, gives ${path}`);
      const value = follow(message, path);
      return typeof value === 'number' ? value / Number(by ?? 1) : null;
    },
  ],
  [
    new RegExp(`^${PATH} \\| as_datetime if ${PATH} is number else None$`),
    ([, path, asked], message) => {
      if (path !== asked) throw new Error(`asks ${asked}, gives ${path}`);
      const value = follow(message, path);
      return typeof value === 'number' ? new Date(value * 1000).toISOString() : null;
    },
  ],
  [new RegExp(`^${PATH}$`), ([, path], message) => needed(follow(message, path), path)],
  [
    new RegExp(`^'(\\w+)' if '([a-z-]+)' in ${PATH} else '(\\w+)'$`),
    ([, yes, word, path, no], message) => (follow(message, path).includes(word) ? yes : no),
  ],
  [
    new RegExp(`^'(\\w+)' if ${PATH} == '([a-z-]+)' else '(\\w+)'$`),
    ([, yes, path, word, no], message) => (needed(follow(message, path), path) === word ? yes : no),
  ],
  [
    new RegExp(`^'(\\w+)' if ${PATH} else '(\\w+)'$`),
    ([, yes, path, no], message) => (needed(follow(message, path), path) ? yes : no),
  ],
];

function needed(value: Json, path: string): Json {
  if (value === undefined) throw new Error(`the message has no ${path}`);
  return value;
}

/** What a template gives for a message; null = None. Throws: on a form it does not know, and on a missing value. */
export function rendered(template: string, message: Json): Json {
  const inside = /^\{\{ (.*) \}\}$/.exec(template)?.[1];
  if (inside === undefined) throw new Error(`no template: ${template}`);
  for (const [form, give] of FORMS) {
    const match = form.exec(inside);
    if (match) return give(match, message);
  }
  throw new Error(`a form that is not understood: ${template}`);
}

/** The state an entity shows: what its template gives, checked against what its kind may show. */
export function stateOf(one: Json, message: Json): Json {
  const value = rendered(one.value_template, message);
  if (one.platform === 'binary_sensor') {
    const isKnown = [one.payload_on ?? 'ON', one.payload_off ?? 'OFF'].includes(value);
    if (!isKnown) throw new Error(`${one.unique_id} shows ${value}`);
  } else if (value !== null && one.options && !one.options.includes(value)) {
    throw new Error(`${one.unique_id} shows ${value}, which is none of its options`);
  } else if (value !== null && one.state_class && typeof value !== 'number') {
    throw new Error(`${one.unique_id} shows ${value}, which is no number`);
  }
  return value;
}

/** Does Home Assistant show it as available, after these retained messages? */
export function isAvailable(of: Json, retained: Map<string, Json>): boolean {
  const answers = of.availability.map((one: Json) => {
    const message = retained.get(one.topic);
    if (message === undefined) return false;
    return rendered(one.value_template, message) === (one.payload_available ?? 'online');
  });
  if (of.availability_mode === 'any') return answers.some(Boolean);
  if (of.availability_mode === 'all' || answers.length === 1) return answers.every(Boolean);
  throw new Error('"latest" depends on what came last');
}
