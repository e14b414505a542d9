/*
 * schema.ts: every option of the gateway's configuration: name, form, default, meaning. All else is made from this one table:
 * the published JSON Schema, the commented file, the names in the environment, the errors, docs/configuration.md.
 * Way: zod schema -> JSON Schema (2020-12) at /api/v1/schemas/config.json and `tallywell config schema`.
 */
import { z } from 'zod';
import { RADIOS_MAX } from '../limits/operations';
import { GROUP_COMMIT_MS } from '../limits/store';
import { isTimeZone } from '../pod-days';

/** A port to listen on. */
const PORT = { min: 0, max: 65_535 };
const HOLD_BACK_S_MAX = GROUP_COMMIT_MS / 1000;
const BACKUPS_MAX = 365;

function port(usual: number, description: string) {
  return z
    .int()
    .min(PORT.min)
    .max(PORT.max)
    .default(usual)
    .meta({ description: `${description} 0 = any free one.`, examples: [usual] });
}

function host(description: string) {
  return z
    .string()
    .regex(/^[A-Za-z0-9.:_-]{1,253}$/)
    .default('127.0.0.1')
    .meta({
      description,
      'x-form': 'an address of this machine; 0.0.0.0 is all of them',
      examples: ['0.0.0.0'],
    });
}

function path(description: string, example: string) {
  return z
    .string()
    .min(1)
    .max(4096)
    .meta({ description, 'x-form': 'a path', examples: [example] });
}

const http = z
  .strictObject({
    host: host('Address that the page and the API listen on. 127.0.0.1 is this machine only.'),
    port: port(8080, 'Port of the page and the API.'),
  })
  .meta({ description: 'The page and the JSON API.' });

const tls = z
  .strictObject({
    port: port(8883, 'Port for MQTT over TLS, beside the plain one.'),
    cert: path('Certificate with its chain, PEM.', '/etc/tallywell/broker.crt'),
    key: path(
      'Private key of the certificate, PEM. Readable by the gateway only.',
      '/etc/tallywell/broker.key',
    ),
    only: z.boolean().default(false).meta({
      description: 'Close the plain port: MQTT over TLS only.',
    }),
  })
  .partial({ cert: true, key: true })
  .meta({ description: 'TLS of the embedded broker. Without cert and key there is none.' });

const external = z
  .strictObject({
    url: z
      .string()
      .regex(/^mqtts?:\/\/(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?\/?$/)
      .meta({
        description: 'Your broker. With this the embedded one is not started.',
        'x-form':
          'mqtt://host:port or mqtts://host:port (TLS), without name and password: those go to username and passwordFile',
        examples: ['mqtt://broker.local:1883'],
      }),
    username: z
      .string()
      .min(1)
      .max(256)
      .meta({ description: 'Name at the broker.', 'x-form': 'a name', examples: ['tallywell'] }),
    passwordFile: path(
      'File whose first line is the password. Readable by the gateway only.',
      '/etc/tallywell/broker-password',
    ),
    ca: path(
      'Certificate of the authority that signed the broker’s certificate, PEM.',
      '/etc/tallywell/ca.crt',
    ),
    requests: z.boolean().default(false).meta({
      description:
        'May clients of that broker send requests (bridge/request/…)? Its own access list must guard that topic.',
    }),
  })
  .partial({ url: true, username: true, passwordFile: true, ca: true })
  .meta({ description: 'A broker of your own instead of the embedded one.' });

const mqtt = z
  .strictObject({
    host: host('Address that the embedded broker listens on. 127.0.0.1 is this machine only.'),
    port: port(1883, 'Port of the embedded broker.'),
    tls: tls.prefault({}),
    external: external.prefault({}),
  })
  .meta({ description: 'MQTT: the embedded broker, or your own.' });

const backup = z
  .strictObject({
    daily: z.boolean().default(true).meta({
      description: 'Make backups, and prove each by reading it back.',
    }),
    folder: path(
      'Where backups go. Without it: the folder "backup" in the data folder.',
      '/srv/tallywell-backup',
    ).optional(),
    keep: z
      .int()
      .min(1)
      .max(BACKUPS_MAX)
      .default(7)
      .meta({ description: 'Backups kept at each place.', examples: [7] }),
    usb: z.boolean().default(true).meta({
      description: 'Also copy to USB sticks that are mounted below /media, /run/media or /mnt.',
    }),
    key: z.boolean().default(true).meta({
      description:
        'Is the gateway’s key part of a backup? Without it a new card needs the recovery key; with it a found stick can speak for the gateway.',
    }),
  })
  .meta({ description: 'Backups of the database and the gateway’s key.' });

const log = z
  .strictObject({
    level: z
      .enum(['debug', 'info', 'warn', 'error'])
      .default('info')
      .meta({ description: 'The least important lines that are written.' }),
    format: z.enum(['auto', 'json', 'text']).default('auto').meta({
      description:
        'json: one object a line. text: for people. auto: text on a terminal, else json.',
    }),
  })
  .meta({ description: 'The log goes to standard output, so to the journal of systemd.' });

const homeAssistant = z
  .strictObject({
    prefix: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}(?:\/[A-Za-z0-9_-]{1,64}){0,3}$/)
      .optional()
      .meta({
        description:
          'Prefix of the discovery topics. Without it nothing is told to Home Assistant.',
        'x-form': 'words of letters, digits, "_" and "-"',
        examples: ['homeassistant'],
      }),
  })
  .meta({ description: 'Discovery for Home Assistant.' });

/** The whole configuration. Everything may be left out. */
export const CONFIG = z
  .strictObject({
    pod: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/)
      .optional()
      .meta({
        description:
          'Name of the pod in topics. Without it: the register’s, else the one stored, else "pod".',
        'x-form': '1 to 64 of letters, digits, "-" and "_"',
        examples: ['hill'],
      }),
    data: path(
      'Folder of the database and the gateway’s key. Made when it is not there.',
      '/var/lib/tallywell',
    ).default('/var/lib/tallywell'),
    register: path(
      'Sites and nodes (JSON). Read at each start and whenever it is changed.',
      '/etc/tallywell/register.json',
    ).optional(),
    radios: z
      .array(
        z
          .string()
          .regex(/^(?:tcp:\/\/(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?\/?|serial:\/\S+)$/)
          .meta({ 'x-form': 'tcp://host:port or serial:/dev/serial/by-id/…' }),
      )
      .min(1)
      .max(RADIOS_MAX)
      .optional()
      .meta({
        description:
          'Radios of the pod: tcp://host:port or serial:/dev/serial/by-id/… (`tallywell doctor` lists those plugged in).',
        examples: [['serial:/dev/serial/by-id/usb-RAKwireless_WisCore_RAK4631_Board_0123-if00']],
      }),
    clock: z.enum(['system', 'machine']).default('system').meta({
      description:
        'system: only what is proven. machine: the clock of this machine is right (a server or container whose clock somebody else keeps; never a Pi).',
    }),
    timeZone: z
      .string()
      .refine(isTimeZone)
      .default('UTC')
      .meta({
        description:
          'Time zone of the people: the page shows times in it, and its days begin at midnight there. `timedatectl list-timezones` lists the names.',
        'x-form': 'a name of IANA’s time zones',
        examples: ['Africa/Nairobi'],
      }),
    holdBack: z
      .int()
      .min(0)
      .max(HOLD_BACK_S_MAX)
      .default(HOLD_BACK_S_MAX)
      .meta({
        description:
          'Longest a record waits for its commit, so that one write to the card serves several, seconds. Events never wait.',
        examples: [HOLD_BACK_S_MAX],
      }),
    anonymous: z.enum(['reader', 'nobody']).default('reader').meta({
      description:
        'What somebody without an account may do over HTTP and MQTT: reader = see everything, nobody = nothing.',
    }),
    http: http.prefault({}),
    mqtt: mqtt.prefault({}),
    homeAssistant: homeAssistant.prefault({}),
    backup: backup.prefault({}),
    log: log.prefault({}),
  })
  .meta({
    title: 'Configuration of the Tallywell gateway',
    description:
      'The YAML file of `tallywell gateway --config FILE`. Described in docs/configuration.md.',
  });

/** The configuration with its defaults. */
export type Config = z.output<typeof CONFIG>;

/** A schema of JSON Schema, as far as ours uses it. */
export interface JsonSchema {
  type?: string;
  description?: string;
  default?: unknown;
  examples?: unknown[];
  enum?: unknown[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  /** The allowed form in words. */
  'x-form'?: string;
}

/** The published JSON Schema of the file. */
export const CONFIG_JSON_SCHEMA: JsonSchema & object = {
  $id: 'tallywell:schema:config',
  ...z.toJSONSchema(CONFIG, { io: 'input', target: 'draft-2020-12' }),
} as JsonSchema & object;
